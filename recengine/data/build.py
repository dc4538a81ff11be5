"""The one door into a `Dataset`: tables and a mapping in, a checked dataset and what was done to it out."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Literal

import polars as pl

from recengine.data.cleaning import Applied, Duplicates, Step, usual_keep
from recengine.data.dataset import Dataset
from recengine.data.entities import Entities, build_items, build_users
from recengine.data.fingerprint import content_fingerprint
from recengine.data.mapping import ColumnMapping, Threshold, are_positive, propose_threshold, weights_of
from recengine.data.material import Material, make_material, unreadable_left
from recengine.data.quality import findings, notes_on_times
from recengine.data.report import CleaningRecord, ImportReport, SourceRecord
from recengine.data.table import Table, quoted
from recengine.data.vocabulary import are_used
from recengine.errors import DataError
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

PositiveFrom = float | Literal["auto"] | None
"""The lowest positive value; None: every value above 0 is; "auto": by the scale (`propose_threshold`)."""


def build_dataset(
    name: str,
    interactions: Table,
    items: Table | None,
    users: Table | None,
    mapping: ColumnMapping,
    positive_from: PositiveFrom = "auto",
    *,
    notes: tuple[str, ...] = (),
) -> tuple[Dataset, ImportReport]:
    """Check the tables, give every user and item a position, and merge repeats of a (user, item) pair.

    Several rows of a pair become one, as `usual_keep` says; where the last by time stays, it is at equal or without
    times the last in the file. Users and items
    that only the interactions know are added to the tables; those without interactions stay. Rows without a user or
    item id are left out and counted. Without a value column every weight is 1 and every row positive.

    Raises `DataError` for a cell that is not what it must be, an id that comes twice in a catalogue, interactions
    without a usable row or without a positive one.
    """
    _check_positive_from(positive_from)
    material = make_material({"interactions": interactions, "items": items, "users": users}, mapping)
    return dataset_of(name, material, positive_from, notes=notes)


def dataset_of(
    name: str,
    material: Material,
    positive_from: PositiveFrom = "auto",
    *,
    steps: tuple[CleaningRecord, ...] = (),
    sources: tuple[SourceRecord, ...] = (),
    notes: tuple[str, ...] = (),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> tuple[Dataset, ImportReport]:
    """The dataset of cleaned material, as `build_dataset`. steps, sources: what the report records of before.

    Repeats of a pair that cleaning left are merged as `usual_keep` says, and recorded so.
    """
    _check_positive_from(positive_from)
    _check_readable(material)
    mapping = material.mapping
    threshold = _threshold(material, positive_from)
    records, material = _without_repeats(material, steps)
    stop_if_asked(cancel)
    progress(0.2, "Building the catalogue")
    catalogue = build_items(material.items, mapping, _interacting(material, "item"))
    people = build_users(material.users, mapping, _interacting(material, "user"))
    progress(0.3, "Ordering the interactions")
    rows = _ordered(material, people.frame["id"], catalogue.frame["id"], threshold.lowest)
    if not rows["positive"].any():
        reaches = "is above 0" if threshold.lowest is None else f"reaches {threshold.lowest:g}"
        raise DataError(f"{material.source}: no value {reaches}. Choose a lower positive-from value.")
    stop_if_asked(cancel)

    progress(0.6, "Taking the fingerprint")
    settings = {"mapping": mapping.to_json(), "positive_from": threshold.lowest}
    dataset = Dataset(
        name=name,
        interactions=rows,
        items=catalogue.frame,
        users=people.frame,
        item_attributes=catalogue.attributes,
        user_attributes=people.attributes,
        fingerprint=content_fingerprint(rows, catalogue.frame, people.frame, settings),
        positive_from=threshold.lowest,
    )
    stop_if_asked(cancel)
    progress(0.8, "Looking at the quality")
    read = (*_notes_on_values(material), *catalogue.unread, *people.unread)
    dataset = replace(dataset, notes=(*notes, *read, *notes_on_times(dataset)))
    dropped = {**material.dropped, "items without an id": catalogue.dropped, "users without an id": people.dropped}
    report = ImportReport(
        dataset=name,
        fingerprint=dataset.fingerprint,
        counts={
            "users": dataset.n_users,
            "items": dataset.n_items,
            "interactions": rows.height,
            "positives": int(rows["positive"].sum()),
        },
        mapping=mapping.to_json(),
        rows_read=dict(material.rows_read),
        dropped={reason: count for reason, count in dropped.items() if count},
        merged_repeats=sum(one.touched for one in records if one.does == "merges"),
        positive_from=threshold.lowest,
        findings=findings(dataset, _added(catalogue, material.items), _added(people, material.users)),
        notes=dataset.notes,
        steps=records,
        sources=sources,
        positive_reason=threshold.reason,
        event_weights=dict(material.event_weights),
    )
    return dataset, report


def record_of(step: Step, done: Applied) -> CleaningRecord:
    """What a step did, without the tables."""
    return CleaningRecord(
        text=step.text,
        table=done.table,
        does=done.does,
        touched=done.touched,
        of=done.of,
        says=done.says,
        rows_before=done.of,
        rows_after=_rows_of(done),
    )


def _rows_of(done: Applied) -> int:
    if done.table == "interactions":
        return done.material.events.height
    table = done.material.items if done.table == "items" else done.material.users
    return 0 if table is None else table.frame.height


def _without_repeats(
    material: Material, records: tuple[CleaningRecord, ...]
) -> tuple[tuple[CleaningRecord, ...], Material]:
    """A dataset has one row a pair: what no step has merged is merged now, and recorded like a step."""
    merge = Duplicates(usual_keep(material.mapping))
    done = merge.apply(material)
    if not done.touched:
        return records, material
    return (*records, record_of(merge, done)), done.material


def _check_readable(material: Material) -> None:
    """Raise for the first cell in the order of the file that cannot be read, unless cleaning took its row out."""
    left = unreadable_left(material)
    if left.height:
        left = left.sort("row", maintain_order=True)
        row, column, cell, must, do = left.row(0)
        raise DataError(
            f"{material.origin.place(row)}: {quoted(column)} must be {must}, got {quoted(cell)}. {do} "
            "Or leave such rows out by the cleaning step unreadable."
        )


def _notes_on_values(material: Material) -> tuple[str, ...]:
    values = material.events["value"]
    low = int((values <= 0).sum())
    if not low:
        return ()
    return (f"{low:,} of {values.len():,} interactions have a value of 0 or less: they count as seen, not as liked.",)


def _interacting(material: Material, kind: str) -> pl.Series:
    """The ids that have an interaction, in the order of the first one in the source."""
    vocabulary = material.item_ids if kind == "item" else material.user_ids
    used = are_used(material.events[kind], vocabulary.len())
    return vocabulary if used.all() else vocabulary.filter(used)


def _ordered(material: Material, users: pl.Series, items: pl.Series, lowest: float | None) -> pl.DataFrame:
    """The interactions of a dataset, by user, then in the order of the source."""
    events, mapping = material.events, material.mapping
    user = _positions(material.user_ids, users).gather(events["user"])
    item = _positions(material.item_ids, items).gather(events["item"])
    value, time = events["value"], events["time"]
    places = pl.int_range(events.height, dtype=pl.UInt64, eager=True)
    # one sort of one number a row: the user above, the place in the source below
    keys = user.cast(pl.UInt64) * 2**32 + places
    if not keys.is_sorted():
        keys = keys.sort()
        user, order = (keys // 2**32).cast(pl.Int32), (keys % 2**32).cast(pl.UInt32)
        # fetching rows from all over the memory is most of the work: what follows from a value is worked out after it
        item, value = item.gather(order), value.gather(order)
        time = time if time.null_count() == time.len() else time.gather(order)
    weight = weights_of(value, mapping.value_rule, mapping.value_clip).cast(pl.Float32)
    columns = {"user": user, "item": item, "weight": weight, "time": time, "positive": are_positive(value, lowest)}
    return pl.DataFrame(columns)


def _positions(vocabulary: pl.Series, table: pl.Series) -> pl.Series:
    """The position in `table` of each id of `vocabulary`, Int32; null for one that has no interaction any more."""
    known = pl.DataFrame({"id": table, "position": pl.int_range(table.len(), dtype=pl.Int32, eager=True)})
    return vocabulary.alias("id").to_frame().join(known, on="id", how="left", maintain_order="left")["position"]


def _check_positive_from(positive_from: PositiveFrom) -> None:
    if isinstance(positive_from, (int, float)) and not math.isfinite(positive_from):
        raise DataError(f"positive-from must be a finite number, got {positive_from}. Give a number such as 4.")


def _threshold(material: Material, positive_from: PositiveFrom) -> Threshold:
    mapping = material.mapping
    if mapping.value is None and mapping.event is None:
        return Threshold(None, "No column of values is mapped, so every row is positive.")
    if positive_from == "auto":
        if mapping.event is not None:
            return Threshold(None, "Values are weights of types of events, so every row is positive.")
        return propose_threshold(material.events["value"], mapping.value_rule)
    return Threshold(None if positive_from is None else float(positive_from), "It was chosen so.")


def _added(entities: Entities, table: Table | None) -> int:
    """Ids that the catalogue should have known; none where there was no catalogue."""
    return 0 if table is None else entities.added
