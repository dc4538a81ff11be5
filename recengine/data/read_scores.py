"""Reading the scores of another system from CSV, TSV, Parquet or a TREC run."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from contextlib import closing

import numpy as np
import polars as pl

from recengine.arrays import Mask
from recengine.data.mapping import ROLES
from recengine.data.mapping.numbers import parse_numbers
from recengine.data.scores import ScoreTable
from recengine.data.sources import Source, find_table, read_found, read_lines
from recengine.data.table import Table, quoted
from recengine.errors import DataError

SCORE_ROLES: Mapping[str, tuple[str, ...]] = {
    "user": (*ROLES["user"], "qid", "query_id", "query"),
    "item": (*ROLES["item"], "docid", "doc_id", "iid"),
    "score": ("score", "prediction", "predicted", "estimate", "rating", "relevance", "value"),
    "rank": ("rank", "position", "place"),
}
"""Each role with the column names that are taken for it when nothing is said, the likeliest first."""
_TREC = ("user", "Q0", "item", "rank", "score", "tag")
_PARQUET = b"PAR1"
_LARGEST_RANK = 1e9
_CHUNK = 100_000


def read_scores(source: Source, columns: Mapping[str, str] | None = None) -> ScoreTable:
    """Scores from CSV or TSV (plain or gzip), Parquet, or a TREC run (`user Q0 item rank score tag`, no header).

    The content decides which of them it is. columns: the column of a role of `SCORE_ROLES`; the others are guessed from
    the usual names. Where there is a column of scores, ranks are not read; where there are ranks alone, score = -rank.
    Rows without a user, an item or a score are left out and counted; of a pair that comes twice the later row counts.

    Raises `DataError`, naming file, row, column and value, for whatever cannot be read so.
    """
    columns = columns or {}
    for role in columns:
        if role not in SCORE_ROLES:
            raise DataError(f"--map: there is no role {quoted(role)}. Use {', '.join(SCORE_ROLES)}.")
    if _is_parquet(source):
        table = _parquet(source)
        names = _map(source.name, table.frame.columns, columns)
    elif _is_trec(source):
        if columns:
            raise DataError(f"{source.name}: a TREC run has no header, so no column can be mapped. Leave --map out.")
        names = {"user": "user", "item": "item", "score": "score"}
        table = _trec(source)
    else:
        found = find_table(source)
        names = _map(source.name, found.columns, columns)
        table = read_found(found, list(names.values()))
    return build_scores(table, names)


def build_scores(table: Table, columns: Mapping[str, str]) -> ScoreTable:
    """The checked scores of `table`; columns: that of "user", of "item", and of "score" or "rank"."""
    for role in ("user", "item"):
        if table.frame[columns[role]].dtype.is_float():
            raise DataError(
                f"{table.name}: {quoted(columns[role])} holds numbers with a fraction, which are no ids. "
                "Store it as text or as whole numbers."
            )
    read = table.frame.height
    dropped: dict[str, int] = {}

    def keep(present: Mask, reason: str) -> None:
        nonlocal table
        if not present.all():
            dropped[reason] = int(np.count_nonzero(~present))
            table = table.keep(present)

    from_ranks = "score" not in columns
    column = columns["rank" if from_ranks else "score"]
    for role in ("user", "item"):
        keep(table.ids(columns[role]).is_not_null().to_numpy(), f"no {role}")
    # the check of every cell comes before the empty ones go, so that a message names the right row
    cells = parse_numbers(table.frame[column], 0, _LARGEST_RANK) if from_ranks else parse_numbers(table.frame[column])
    table.raise_first(cells.bad, column, cells.must, cells.do)
    numbers = cells.values
    stored = numbers.cast(pl.Float32)
    beyond = stored.is_infinite().fill_null(value=False)
    if beyond.any():
        must = "a number that single precision can hold"
        raise table.error(int(beyond.arg_max() or 0), column, must, "Scale the scores.")
    keep(numbers.is_not_null().to_numpy(), "no rank" if from_ranks else "no score")
    scores = stored.drop_nulls()
    frame = pl.DataFrame(
        {
            "user": table.ids(columns["user"]),
            "item": table.ids(columns["item"]),
            "score": -scores if from_ranks else scores,
        }
    )
    if frame.is_empty():
        raise DataError(f"{table.name}: no row has a user, an item and a {column}. Choose other columns.")
    once = frame.unique(["user", "item"], keep="last").sort("user", "item")
    return ScoreTable(table.name, once, read, dropped, frame.height - once.height, from_ranks)


def _map(name: str, there: Sequence[str], columns: Mapping[str, str]) -> dict[str, str]:
    """The column of each role that is said or found; of "score" and "rank" one."""
    listed = ", ".join(quoted(column) for column in there[:12])
    for role, column in columns.items():
        if column not in there:
            raise DataError(
                f"{name}: no column {quoted(column)} for the role {role}; the columns are {listed}. Map one of them."
            )
    usual = {re.sub(r"[\s_-]+", "_", column.partition(":")[0].strip().lower()): column for column in reversed(there)}
    found = dict(columns)
    for role, likely in SCORE_ROLES.items():
        said = {"score", "rank"} & set(columns) if role in ("score", "rank") else {role} & set(columns)
        free = [usual[one] for one in likely if one in usual and usual[one] not in found.values()]
        if not said and free:
            found[role] = free[0]
    if "score" in found:
        found.pop("rank", None)
    for role in ("user", "item"):
        if role not in found:
            raise DataError(
                f"{name}: no column for the role {role}; the columns are {listed}. Say which: {role}=COLUMN."
            )
    if "score" not in found and "rank" not in found:
        raise DataError(f"{name}: no column of scores or ranks; the columns are {listed}. Say which: score=COLUMN.")
    return found


def _is_parquet(source: Source) -> bool:
    try:
        with source.open() as stream:
            return stream.read(len(_PARQUET)) == _PARQUET
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"{source.name}: cannot be read ({reason}). Check the path and its permissions.") from None


def _parquet(source: Source) -> Table:
    try:
        with source.open() as stream:
            frame = pl.read_parquet(stream)
    except (OSError, pl.exceptions.PolarsError) as error:
        reason = (str(error).splitlines() or [""])[0]
        raise DataError(f"{source.name}: no whole Parquet file ({reason}). Get it again.") from None
    return Table(source.name, frame)


def _is_trec(source: Source) -> bool:
    """Six fields, the fourth and fifth of which are numbers, as no header has them."""
    with closing(read_lines(source)) as lines:
        first = next(lines, "").split()
    return len(first) == len(_TREC) and all(_is_number(cell) for cell in first[3:5])


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def _trec(source: Source) -> Table:
    chunks, rows, numbers = [], [], []
    schema = {"user": pl.String, "item": pl.String, "score": pl.String}
    for number, line in enumerate(read_lines(source), start=1):
        cells = line.split()
        if len(cells) == len(_TREC):
            rows.append((cells[0], cells[2], cells[4]))
            numbers.append(number)
            if len(rows) == _CHUNK:
                chunks.append(pl.DataFrame(rows, schema=schema, orient="row"))
                rows = []
        elif cells:
            raise DataError(
                f"{source.name}, row {number}: has {len(cells)} fields where a TREC run has {len(_TREC)}, "
                f"{' '.join(_TREC)}. Fix the row."
            )
    chunks.append(pl.DataFrame(rows, schema=schema, orient="row"))
    return Table(source.name, pl.concat(chunks), np.array(numbers, dtype=np.int64))
