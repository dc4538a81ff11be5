"""The catalogue and the user table: ids in a decided order, attributes, titles and the text for an encoder."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import polars as pl

from recengine.data.dataset import Attribute
from recengine.data.mapping import (
    AttributeColumn,
    ColumnMapping,
    compose,
    parse_numbers,
    parse_years,
    template_columns,
)
from recengine.data.table import Cells, Table, quoted
from recengine.errors import DataError

AGE_GROUPS = ("Under 18", "18-24", "25-34", "35-44", "45-49", "50-55", "56+")
"""The groups of MovieLens-1M, youngest first."""
_AGE_BREAKS = (18.0, 25.0, 35.0, 45.0, 50.0, 56.0)

AGES = (0.0, 150.0)
"""What a year and an age may be."""

TOLERATED = 0.05
"""Of the cells of a column of numbers, the share that may be none before the import stops."""

_NO_LABELS = ("(no genres listed)",)
"""What stands for "no label" in well-known data."""
_SEPARATORS = ("|", ";", ",")


@dataclass(frozen=True)
class Entities:
    """frame: `id`, for items `title`, `text` and perhaps `image` (an address, which nobody loads unasked), then
    `attributes`. Rows of the table first, then the added ids.

    added: ids that only the interactions know. dropped: rows of the table without an id. unread: a sentence for each
    column of numbers in which a few cells are none and count as missing.
    """

    frame: pl.DataFrame
    attributes: tuple[Attribute, ...]
    added: int = 0
    dropped: int = 0
    unread: tuple[str, ...] = ()


def guessed_separator(table: Table, columns: Sequence[str]) -> str | None:
    """Of the usual separators the one that most cells of `columns` hold; None where none holds any."""
    texts = [table.frame[column].cast(pl.String) for column in columns if table.frame[column].dtype != pl.List]
    holding = {one: sum(int(text.str.contains(one, literal=True).sum()) for text in texts) for one in _SEPARATORS}
    best = max(holding, key=lambda separator: holding[separator])
    return best if holding[best] else None


class Numbers:
    """The numbers of a table as they are read, and what of them was none.

    tolerated: share of the cells of a column that may be bad. cells: of each column that was read. unread: a sentence
    for each column with bad cells.
    """

    def __init__(self, table: Table, tolerated: float = TOLERATED) -> None:
        self.table = table
        self.tolerated = tolerated
        self.cells: dict[str, Cells] = {}
        self.unread: tuple[str, ...] = ()

    def read(self, column: str, low: float = -math.inf, high: float = math.inf, *, years: bool = False) -> pl.Series:
        """The cells as Float64. Raises `DataError` where more than the tolerated share of those not empty is bad."""
        cells = self.table.frame[column]
        read = parse_years(cells) if years else parse_numbers(cells, low, high)
        self.cells[column] = read
        count = int(read.bad.sum())
        if not count:
            return read.values
        present = count + read.values.len() - read.values.null_count()
        row = int(read.bad.to_numpy().argmax())
        if count > self.tolerated * present:
            raise self.table.error(row, column, read.must, read.do)
        self.unread += (
            f"{self.table.name}: {count:,} of {present:,} cells of {quoted(column)} must be {read.must} and count as "
            f"missing, such as {quoted(cells[row])} in row {self.table.line(row):,}.",
        )
        return read.values


def build_items(table: Table | None, mapping: ColumnMapping, interacting: pl.Series) -> Entities:
    """The catalogue. interacting: the item ids of the interactions, each once, in order of appearance.

    title: the id where the catalogue has none. text: by the template of the mapping, without one
    "{title} ({year}). {labels}. {texts}" of the parts there are; empty where there are none. `item.year` gives the
    number `year` and the category `decade`, "1990s"; it may be a column of years, of days, or of titles that end in a
    year in brackets. Raises `DataError` where more than `TOLERATED` of a column of numbers is none.
    """
    if table is None or mapping.item_id is None:
        ids = interacting.alias("id")
        return Entities(pl.DataFrame({"id": ids, "title": ids, "text": [""] * ids.len()}, schema_overrides=_TEXTS), ())
    table, ids, dropped = _with_ids(table, mapping.item_id)
    numbers = Numbers(table)
    attributes, columns = read_items(numbers, mapping)
    frame = pl.DataFrame([ids.alias("id"), *columns]).with_columns(pl.col("title").fill_null(pl.col("id")))
    fill = {"title": pl.col("id"), "text": pl.lit("")}
    return _with_added(frame, attributes, interacting, dropped, fill, numbers.unread)


def read_items(numbers: Numbers, mapping: ColumnMapping) -> tuple[list[Attribute], pl.DataFrame]:
    """The columns of the catalogue but the id, row by row: `title` (null where there is none), `text`, `image`, …"""
    table = numbers.table
    attributes, columns = _attributes(numbers, mapping.item_attributes, mapping.separator)
    labels = [columns[index] for index, attribute in enumerate(attributes) if attribute.kind != "number"]
    year = None
    if mapping.item_year is not None:
        year = numbers.read(mapping.item_year, years=True)
        decade = (year / 10).floor().cast(pl.Int64) * 10
        _derive(attributes, columns, "year", "number", year)
        _derive(attributes, columns, "decade", "category", decade.cast(pl.String) + "s")
    title = _words_or_null(table, mapping.item_title)
    if mapping.item_template is None:
        # a year that was taken from the title stands there already
        head = None if mapping.item_year == mapping.item_title else year
        text = item_text(title, head, labels, _joined_texts(table, mapping.item_texts))
    else:
        text = compose(mapping.item_template, template_cells(table, mapping))
    given = [title.alias("title"), text.alias("text")]
    if mapping.item_image is not None:
        given.append(table.labels(mapping.item_image).alias("image"))
    return attributes, pl.DataFrame([*given, *columns])


def build_users(table: Table | None, mapping: ColumnMapping, interacting: pl.Series) -> Entities:
    """The user table. interacting: the user ids of the interactions, each once, in order of appearance.

    `user.age` gives the number `age` and the category `age_group`, by the bins of the mapping or one of `AGE_GROUPS`. A
    number NAME with bins gives the category NAME_group. Raises `DataError` as `build_items` does.
    """
    if table is None or mapping.user_id is None:
        return Entities(interacting.alias("id").to_frame(), ())
    table, ids, dropped = _with_ids(table, mapping.user_id)
    numbers = Numbers(table)
    attributes, columns = read_users(numbers, mapping)
    frame = pl.DataFrame([ids.alias("id"), *columns])
    return _with_added(frame, attributes, interacting, dropped, {}, numbers.unread)


def read_users(numbers: Numbers, mapping: ColumnMapping) -> tuple[list[Attribute], pl.DataFrame]:
    """The columns of the user table but the id, row by row."""
    attributes, columns = _attributes(numbers, mapping.user_attributes, None)
    if mapping.user_age is not None:
        age = numbers.read(mapping.user_age, *AGES)
        groups = age_group_of(age) if not mapping.user_age_bins else group_of(age, mapping.user_age_bins)
        _derive(attributes, columns, "age", "number", age)
        _derive(attributes, columns, "age_group", "category", groups)
    for one in mapping.user_attributes:
        if one.bins:
            number = next(column for column in columns if column.name == one.name)
            _derive(attributes, columns, f"{one.name}_group", "category", group_of(number, one.bins))
    return attributes, pl.DataFrame(columns)


def template_cells(table: Table, mapping: ColumnMapping) -> dict[str, pl.Series]:
    """The cells of every column that the template of `mapping` names, as it writes them; null where there is nothing.

    Lists and categories are written with commas, whole numbers without a fraction.
    """
    separators = {one.column: one.separator or mapping.separator for one in mapping.item_attributes}
    kinds = {one.column: one.kind for one in mapping.item_attributes}
    cells = {}
    for name in template_columns(mapping.item_template or ""):
        if kinds.get(name) == "categories":
            cells[name] = table.lists(name, separators[name]).list.join(", ")
            continue
        words = _words_or_null(table, name)
        if table.frame[name].dtype.is_float() or name == mapping.item_year:
            words = words.str.strip_suffix(".0")
        cells[name] = words
    return cells


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
    numbers: Numbers, mapped: Sequence[AttributeColumn], separator: str | None
) -> tuple[list[Attribute], list[pl.Series]]:
    attributes, columns = [], []
    for one in mapped:
        if one.kind == "number":
            column = numbers.read(one.column)
        elif one.kind == "categories":
            column = _without_none(numbers.table.lists(one.column, one.separator or separator))
        else:
            column = numbers.table.labels(one.column)
        attributes.append(Attribute(one.name, one.kind))
        columns.append(column.alias(one.name))
    return attributes, columns


def _without_none(labels: pl.Series) -> pl.Series:
    """The lists without the labels that say "none", null where no other is left."""
    labels = labels.list.eval(pl.element().filter(~pl.element().is_in(_NO_LABELS)))
    return pl.select(pl.when(labels.list.len() > 0).then(labels)).to_series()


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


def group_of(numbers: pl.Series, edges: Sequence[float]) -> pl.Series:
    """The group of each number, String, null where it is: "Under 18", "18-24", "25+" for the edges 18 and 25.

    A group begins with its edge. Where an edge has a fraction: "Under 0.5", "0.5 to 2", "2+".
    """
    whole = all(float(edge).is_integer() for edge in edges) and bool((numbers.drop_nulls() % 1 == 0).all())
    names = [f"Under {edges[0]:g}"]
    for low, high in pairwise(edges):
        last = f"{high - 1:g}"
        names.append((f"{low:g}" if high - 1 == low else f"{low:g}-{last}") if whole else f"{low:g} to {high:g}")
    names.append(f"{edges[-1]:g}+")
    place = np.searchsorted(np.asarray(edges, dtype=np.float64), numbers.fill_null(0.0).to_numpy(), side="right")
    groups = pl.Series(np.array(names, dtype=object)[place], dtype=pl.String)
    return pl.select(pl.when(numbers.is_not_null()).then(groups)).to_series()


def _words_or_null(table: Table, column: str | None) -> pl.Series:
    """The cells as text without outer blanks, lists with blanks between; null where there is nothing."""
    if column is None:
        return pl.Series("", [None] * table.frame.height, dtype=pl.String)
    if isinstance(table.frame[column].dtype, pl.List):
        return table.lists(column, None).list.join(" ")
    return table.labels(column)


def _joined_texts(table: Table, columns: Sequence[str]) -> pl.Series:
    """The texts of each row one after the other; null where there is none."""
    texts = [_words_or_null(table, column) for column in columns]
    if len(texts) <= 1:
        return texts[0] if texts else _words_or_null(table, None)
    joined = pl.concat_str([pl.lit(text) for text in texts], separator=". ", ignore_nulls=True)
    return pl.select(pl.when(joined != "").then(joined)).to_series()


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
    unread: tuple[str, ...],
) -> Entities:
    added = interacting.alias("id").to_frame().join(frame.select("id"), on="id", how="anti", maintain_order="left")
    added = added.with_columns(**fill)
    frame = pl.concat([frame, added], how="diagonal")
    return Entities(frame, tuple(attributes), added.height, dropped, unread)
