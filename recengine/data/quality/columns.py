"""Every column of the three tables: what is missing, how many values, which is the commonest."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from recengine.data.dataset import Attribute, Dataset

SCHEMA = {
    "table": pl.String,
    "column": pl.String,
    "kind": pl.String,
    "rows": pl.Int64,
    "missing": pl.Int64,
    "missing_share": pl.Float64,
    "distinct": pl.Int64,
    "commonest": pl.String,
    "commonest_share": pl.Float64,
    "lowest": pl.String,
    "highest": pl.String,
}
_LONGEST = 80


def column_table(dataset: Dataset) -> pl.DataFrame:
    """One row a column, columns as `SCHEMA`: shares in [0, 1] of all rows; lowest and highest of numbers only.

    A title that is the id counts as missing, since the import fills it so; a column of several categories counts
    labels as its distinct values, and its commonest share is that of the rows that have the label.
    """
    return pl.DataFrame(list(_rows(dataset)), schema=SCHEMA, orient="row")


def _rows(dataset: Dataset) -> Iterator[dict[str, Any]]:
    rows, items, users = dataset.interactions, dataset.items, dataset.users
    yield _row("interactions", "user", "id", rows["user"], show=False)
    yield _row("interactions", "item", "id", rows["item"], show=False)
    yield _row("interactions", "value", "number", rows["weight"])
    yield _row("interactions", "time", "time", rows["time"], show=False)
    yield _row("items", "id", "id", items["id"], show=False)
    titles = items.select(pl.when(pl.col("title") != pl.col("id")).then("title").alias("title"))["title"]
    yield _row("items", "title", "text", titles)
    yield _row("items", "text", "text", items.select(pl.when(pl.col("text") != "").then("text"))["text"], show=False)
    yield from (_attribute("items", items, one) for one in dataset.item_attributes)
    yield _row("users", "id", "id", users["id"], show=False)
    yield from (_attribute("users", users, one) for one in dataset.user_attributes)


def _attribute(table: str, frame: pl.DataFrame, attribute: Attribute) -> dict[str, Any]:
    return _row(table, attribute.name, attribute.kind, frame[attribute.name])


def _row(table: str, column: str, kind: str, cells: pl.Series, *, show: bool = True) -> dict[str, Any]:
    """show: whether its commonest value says anything."""
    n, missing = len(cells), cells.null_count()
    values = (cells.explode() if isinstance(cells.dtype, pl.List) else cells).drop_nulls()
    row: dict[str, Any] = dict.fromkeys(SCHEMA)
    row |= {
        "table": table,
        "column": column,
        "kind": kind,
        "rows": n,
        "missing": missing,
        "missing_share": missing / n if n else 0.0,
    }
    if show:
        counts = (
            values.alias("value").to_frame().group_by("value").len().sort(["len", "value"], descending=[True, False])
        )
        row["distinct"] = counts.height
        if counts.height:
            row["commonest"] = _text(counts["value"][0])
            row["commonest_share"] = counts["len"][0] / n
    else:
        row["distinct"] = values.n_unique()
    if kind == "number" and len(values):
        row["lowest"], row["highest"] = _text(values.min()), _text(values.max())
    return row


def _text(value: Any) -> str:
    written = f"{value:g}" if isinstance(value, float) else str(value)
    return written if len(written) <= _LONGEST else f"{written[: _LONGEST - 1]}…"
