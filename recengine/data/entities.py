"""The catalogue and the user table: ids in a decided order, attributes, titles and the text for an encoder."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.data.dataset import Attribute
from recengine.data.mapping import AttributeColumn, ColumnMapping
from recengine.data.table import Table, quoted
from recengine.errors import DataError

AGE_GROUPS = ("Under 18", "18-24", "25-34", "35-44", "45-49", "50-55", "56+")
"""The groups of MovieLens-1M, youngest first."""
_AGE_BREAKS = (18.0, 25.0, 35.0, 45.0, 50.0, 56.0)

YEARS = (0.0, 9999.0)
AGES = (0.0, 150.0)
"""What a year and an age may be."""

_SEPARATORS = ("|", ";", ",")


@dataclass(frozen=True)
class Entities:
    """frame: `id`, for items `title` and `text`, then `attributes`. Rows of the table first, then the added ids.

    added: ids that only the interactions know. dropped: rows of the table without an id.
    """

    frame: pl.DataFrame
    attributes: tuple[Attribute, ...]
    added: int = 0
    dropped: int = 0


def guessed_separator(table: Table, columns: Sequence[str]) -> str | None:
    """Of the usual separators the one that most cells of `columns` hold; None where none holds any."""
    texts = [table.frame[column].cast(pl.String) for column in columns if table.frame[column].dtype != pl.List]
    holding = {one: sum(int(text.str.contains(one, literal=True).sum()) for text in texts) for one in _SEPARATORS}
    best = max(holding, key=lambda separator: holding[separator])
    return best if holding[best] else None


def build_items(table: Table | None, mapping: ColumnMapping, interacting: pl.Series) -> Entities:
    """The catalogue. interacting: the item ids of the interactions, each once, in order of appearance.

    title: the id where the catalogue has none. text: "{title} ({year}). {labels}. {description}" of the parts there
    are, empty where there are none. `item.year` gives the number `year` and the category `decade`, "1990s".
    """
    if table is None or mapping.item_id is None:
        ids = interacting.alias("id")
        return Entities(pl.DataFrame({"id": ids, "title": ids, "text": [""] * ids.len()}, schema_overrides=_TEXTS), ())
    table, ids, dropped = _with_ids(table, mapping.item_id)
    attributes, columns = _attributes(table, mapping.item_attributes, mapping.separator)
    labels = [columns[index] for index, attribute in enumerate(attributes) if attribute.kind != "number"]
    year = None
    if mapping.item_year is not None:
        year = table.numbers(mapping.item_year, *YEARS)
        decade = (year / 10).floor().cast(pl.Int64) * 10
        _derive(attributes, columns, "year", "number", year)
        _derive(attributes, columns, "decade", "category", decade.cast(pl.String) + "s")
    title = _labels_or_null(table, mapping.item_title)
    description = _labels_or_null(table, mapping.item_texts[0] if mapping.item_texts else None)
    text = item_text(title, year, labels, description)
    frame = pl.DataFrame([ids.alias("id"), title.fill_null(ids).alias("title"), text, *columns])
    return _with_added(frame, attributes, interacting, dropped, {"title": pl.col("id"), "text": pl.lit("")})


def build_users(table: Table | None, mapping: ColumnMapping, interacting: pl.Series) -> Entities:
    """The user table. interacting: the user ids of the interactions, each once, in order of appearance.

    `user.age` gives the number `age` and the category `age_group`, one of `AGE_GROUPS`.
    """
    if table is None or mapping.user_id is None:
        return Entities(interacting.alias("id").to_frame(), ())
    table, ids, dropped = _with_ids(table, mapping.user_id)
    attributes, columns = _attributes(table, mapping.user_attributes, None)
    if mapping.user_age is not None:
        age = table.numbers(mapping.user_age, *AGES)
        _derive(attributes, columns, "age", "number", age)
        _derive(attributes, columns, "age_group", "category", age_group_of(age))
    frame = pl.DataFrame([ids.alias("id"), *columns])
    return _with_added(frame, attributes, interacting, dropped, {})


_TEXTS = {"id": pl.String, "title": pl.String, "text": pl.String}


def _with_ids(table: Table, column: str) -> tuple[Table, pl.Series, int]:
    """The rows that have an id, their ids, and how many had none. `DataError` where an id comes twice."""
    present = table.ids(column).is_not_null().to_numpy()
    kept = table.keep(present)
    ids = kept.ids(column)
    if ids.is_empty():
        raise DataError(
            f"{table.name}: no row has an id in {quoted(column)}. Choose another id column or leave the file out."
        )
    again = ~ids.is_first_distinct()
    if again.any():
        row = int(again.to_numpy().argmax())
        first = int((ids == ids[row]).to_numpy().argmax())
        known = kept.place(first).removeprefix(f"{kept.name}, ")
        raise DataError(
            f"{kept.place(row)}: the id {quoted(ids[row])} is already in {known}. Keep one row for each id."
        )
    return kept, ids, int((~present).sum())


def _attributes(
    table: Table, mapped: Sequence[AttributeColumn], separator: str | None
) -> tuple[list[Attribute], list[pl.Series]]:
    attributes, columns = [], []
    for one in mapped:
        if one.kind == "number":
            column = table.numbers(one.column)
        elif one.kind == "categories":
            column = table.lists(one.column, separator)
        else:
            column = table.labels(one.column)
        attributes.append(Attribute(one.name, one.kind))
        columns.append(column.alias(one.name))
    return attributes, columns


def _derive(attributes: list[Attribute], columns: list[pl.Series], name: str, kind: str, column: pl.Series) -> None:
    """Add an attribute that follows from another, unless the caller mapped one of that name."""
    if all(attribute.name != name for attribute in attributes):
        attributes.append(Attribute(name, "number" if kind == "number" else "category"))
        columns.append(column.alias(name))


def age_group_of(age: pl.Series) -> pl.Series:
    """Of each age in years, one of `AGE_GROUPS`; null where it is."""
    place = np.searchsorted(_AGE_BREAKS, age.fill_null(0.0).to_numpy(), side="right")
    groups = pl.Series(np.array(AGE_GROUPS, dtype=object)[place], dtype=pl.String)
    return pl.select(pl.when(age.is_not_null()).then(groups)).to_series()


def _labels_or_null(table: Table, column: str | None) -> pl.Series:
    if column is None:
        return pl.Series("", [None] * table.frame.height, dtype=pl.String)
    return table.labels(column)


def item_text(
    title: pl.Series, year: pl.Series | None, labels: Sequence[pl.Series], description: pl.Series
) -> pl.Series:
    """What an encoder reads of each item: "{title} ({year}). {labels}. {description}" of what is not null."""
    head = title
    if year is not None:
        in_brackets = " (" + year.floor().cast(pl.Int64).cast(pl.String) + ")"
        head = title + in_brackets.fill_null("")
    joined = [column.list.join(", ") if isinstance(column.dtype, pl.List) else column for column in labels]
    of_labels = (
        pl.concat_str([pl.lit(column) for column in joined], separator=", ", ignore_nulls=True) if joined else None
    )
    parts = [pl.lit(head)]
    if of_labels is not None:
        parts.append(pl.when(of_labels != "").then(of_labels))
    parts.append(pl.lit(description))
    return pl.select(pl.concat_str(parts, separator=". ", ignore_nulls=True).fill_null("").alias("text")).to_series()


def _with_added(
    frame: pl.DataFrame,
    attributes: Sequence[Attribute],
    interacting: pl.Series,
    dropped: int,
    fill: dict[str, pl.Expr],
) -> Entities:
    added = interacting.alias("id").to_frame().join(frame.select("id"), on="id", how="anti", maintain_order="left")
    added = added.with_columns(**fill)
    frame = pl.concat([frame, added], how="diagonal")
    return Entities(frame, tuple(attributes), added.height, dropped)
