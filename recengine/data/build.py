"""The one door into a `Dataset`: tables and a mapping in, a checked dataset and what was done to it out."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Literal

import polars as pl

from recengine.data.dataset import Dataset
from recengine.data.entities import Entities, build_items, build_users, guessed_separator
from recengine.data.fingerprint import content_fingerprint
from recengine.data.mapping import ColumnMapping
from recengine.data.quality import findings, notes_on_times
from recengine.data.report import ImportReport
from recengine.data.table import Table, quoted
from recengine.errors import DataError

PositiveFrom = float | Literal["auto"] | None
"""The lowest positive value; None: every row is positive; "auto": 4 for ratings of 1 to 5, else None."""


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

    Of several rows of a pair the last by time stays, at equal or without times the last in the file. Users and items
    that only the interactions know are added to the tables; those without interactions stay. Rows without a user or
    item id are left out and counted. Without a value column every weight is 1 and every row positive.

    Raises `DataError` for a cell that is not what it must be, an id that comes twice in a catalogue, interactions
    without a usable row or without a positive one.
    """
    _check_positive_from(positive_from)
    if items is not None and mapping.separator is None:
        lists = [one.column for one in mapping.item_attributes if one.kind == "categories"]
        mapping = replace(mapping, separator=guessed_separator(items, lists))
    read = _read_interactions(interactions, mapping)
    catalogue = build_items(items, mapping, read.rows["item_id"].unique(maintain_order=True))
    people = build_users(users, mapping, read.rows["user_id"].unique(maintain_order=True))
    lowest = _lowest_positive(read.rows["weight"], mapping, positive_from)
    merged = _merged(_with_positions(read.rows, people.frame, catalogue.frame))
    positive = pl.lit(value=True) if lowest is None else pl.col("value") >= lowest
    rows = merged.select("user", "item", "weight", "time", positive.alias("positive"))
    if not rows["positive"].any():
        raise DataError(f"{interactions.name}: no value reaches {lowest:g}. Choose a lower positive-from value.")

    settings = {"mapping": mapping.to_json(), "positive_from": lowest}
    dataset = Dataset(
        name=name,
        interactions=rows,
        items=catalogue.frame,
        users=people.frame,
        item_attributes=catalogue.attributes,
        user_attributes=people.attributes,
        fingerprint=content_fingerprint(rows, catalogue.frame, people.frame, settings),
        positive_from=lowest,
    )
    dataset = replace(dataset, notes=(*notes, *notes_on_times(dataset)))
    dropped = {
        "interactions without a user id": read.without_user,
        "interactions without an item id": read.without_item,
        "items without an id": catalogue.dropped,
        "users without an id": people.dropped,
    }
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
        rows_read={
            table: one.frame.height
            for table, one in (("interactions", interactions), ("items", items), ("users", users))
            if one is not None
        },
        dropped={reason: count for reason, count in dropped.items() if count},
        merged_repeats=read.rows.height - rows.height,
        positive_from=lowest,
        findings=findings(dataset, _added(catalogue, items), _added(people, users)),
        notes=dataset.notes,
    )
    return dataset, report


@dataclass(frozen=True)
class _Read:
    """rows: `user_id`, `item_id`, `value` Float64, `weight` Float32, `time` Int64 or null, in the order of the file."""

    rows: pl.DataFrame
    without_user: int
    without_item: int


def _read_interactions(table: Table, mapping: ColumnMapping) -> _Read:
    has_user = table.ids(mapping.user).is_not_null().to_numpy()
    has_item = table.ids(mapping.item).is_not_null().to_numpy()
    kept = table.keep(has_user & has_item)
    n_rows = kept.frame.height
    if n_rows == 0:
        raise DataError(
            f"{table.name}: no row has both a user id in {quoted(mapping.user)} and an item id in "
            f"{quoted(mapping.item)}. Choose other columns or another file."
        )
    value = pl.repeat(1.0, n_rows, eager=True) if mapping.value is None else kept.values(mapping.value)
    no_time = pl.repeat(None, n_rows, dtype=pl.Int64, eager=True)
    rows = pl.DataFrame(
        {
            "user_id": kept.ids(mapping.user),
            "item_id": kept.ids(mapping.item),
            "value": value,
            "weight": value.cast(pl.Float32),
            "time": no_time if mapping.time is None else kept.times(mapping.time),
        }
    )
    return _Read(rows, int((~has_user).sum()), int((has_user & ~has_item).sum()))


def _with_positions(rows: pl.DataFrame, users: pl.DataFrame, items: pl.DataFrame) -> pl.DataFrame:
    for kind, table in (("user", users), ("item", items)):
        positions = table.select(pl.col("id").alias(f"{kind}_id"), pl.int_range(pl.len(), dtype=pl.Int32).alias(kind))
        rows = rows.join(positions, on=f"{kind}_id", how="left", maintain_order="left")
    return rows.drop("user_id", "item_id")


def _merged(rows: pl.DataFrame) -> pl.DataFrame:
    """One row a pair, by user, then in the order of the file."""
    rows = rows.with_row_index("row")
    by_time = rows.sort("user", "item", "time", "row", nulls_last=False)
    return by_time.unique(["user", "item"], keep="last", maintain_order=True).sort("user", "row").drop("row")


def _check_positive_from(positive_from: PositiveFrom) -> None:
    if isinstance(positive_from, (int, float)) and not math.isfinite(positive_from):
        raise DataError(f"positive-from must be a finite number, got {positive_from}. Give a number such as 4.")


def _lowest_positive(weights: pl.Series, mapping: ColumnMapping, positive_from: PositiveFrom) -> float | None:
    if mapping.value is None:
        return None
    if positive_from == "auto":
        return 4.0 if _looks_like_five_stars(weights) else None
    return None if positive_from is None else float(positive_from)


def _looks_like_five_stars(weights: pl.Series) -> bool:
    """Whole or half numbers from 0.5 to 5, at least three of them, 5 among them."""
    distinct = weights.unique()
    halves = bool(((distinct * 2) % 1 == 0).all())
    return halves and distinct.len() >= 3 and distinct.max() == 5 and bool((distinct >= 0.5).all())


def _added(entities: Entities, table: Table | None) -> int:
    """Ids that the catalogue should have known; none where there was no catalogue."""
    return 0 if table is None else entities.added
