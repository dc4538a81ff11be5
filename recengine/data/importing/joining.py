"""Several tables read one after the other as one."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate

import polars as pl

from recengine.data.sources import Found, read_found
from recengine.data.table import Table, quoted
from recengine.errors import DataError
from recengine.progress import Cancel, never, stop_if_asked


def all_columns(found: Iterable[Found]) -> tuple[str, ...]:
    """The columns of all tables, each once, in the order of their first."""
    return tuple(dict.fromkeys(column for one in found for column in one.columns))


def read_as_one(
    found: Sequence[Found], columns: Sequence[str] | None = None, *, rows: int | None = None, cancel: Cancel = never
) -> Table:
    """`columns` of all tables, the rows of one below those of the other, the first `rows` of each.

    A column that a table has not is empty in its rows. Raises `DataError`; one where no column is shared.
    """
    wanted = tuple(columns) if columns is not None else all_columns(found)
    parts: list[Table] = []
    for one in found:
        stop_if_asked(cancel)
        here = [column for column in wanted if column in one.columns]
        if not here:
            listed = ", ".join(quoted(column) for column in wanted[:12])
            raise DataError(
                f"{one.name}: has none of the columns {listed}, so it cannot be read with {found[0].name}. "
                "Leave it out, or import it as another table."
            )
        parts.append(read_found(one, here, rows=rows))
    return parts[0] if len(parts) == 1 and parts[0].frame.width == len(wanted) else join_tables(parts, wanted)


def join_tables(parts: Sequence[Table], columns: Sequence[str]) -> Table:
    """The rows of `parts` one below the other; where the types of a column differ, all its cells become text."""
    frames = [part.frame for part in parts]
    targets = {column: _common_type([frame[column].dtype for frame in frames if column in frame]) for column in columns}
    same = [frame.select([_as(frame, column, target) for column, target in targets.items()]) for frame in frames]
    starts = [0, *accumulate(frame.height for frame in frames)]
    # the parts without their cells: they still know where each row is
    origins = [Table(part.name, pl.DataFrame(), part.lines) for part in parts]

    def place(row: int) -> tuple[str, int]:
        part = min(bisect_right(starts, row) - 1, len(origins) - 1)
        return origins[part].at(row - starts[part])

    names = [part.name for part in parts]
    name = names[0] if len(names) == 1 else f"{names[0]} and {len(names) - 1} more"
    return Table(name, pl.concat(same, rechunk=False), place)


def _as(frame: pl.DataFrame, column: str, target: pl.DataType) -> pl.Series:
    if column not in frame.columns:
        return pl.repeat(None, frame.height, dtype=target, eager=True).alias(column)
    cells = frame[column]
    if isinstance(cells.dtype, pl.List) and cells.dtype != target:
        cells = cells.list.join("|")
    return cells.cast(target)


def _common_type(types: Sequence[pl.DataType]) -> pl.DataType:
    first = types[0]
    if all(one == first for one in types):
        return first
    if all(one.is_integer() and one != pl.UInt64 for one in types):
        return pl.Int64()
    if all(one.is_numeric() for one in types):
        # whole numbers beside others: ids of 2 files must not become 7 here and 7.0 there
        return pl.String() if any(one.is_integer() for one in types) else pl.Float64()
    return pl.String()
