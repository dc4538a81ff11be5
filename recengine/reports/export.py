"""Lists and relevant pairs as files for other tools. Ids verbatim."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.errors import DataError, ScenarioError
from recengine.ranking import Rankings
from recengine.reports.csv import csv_data
from recengine.reports.tables import lists_table
from recengine.storage import write_bytes

ExportFormat = Literal["csv", "trec", "parquet"]
EXPORT_FORMATS: tuple[str, ...] = get_args(ExportFormat)
RUN_TAG = "recengine"
# what `str.split()` takes for white space, which is more than the regular expression's \s
_WHITE_SPACE = r"[\s\x1c-\x1f]"


def export_lists(rankings: Rankings, dataset: Dataset, file_format: str, path: Path) -> None:
    """Every list, one row a place: `user_id,item_id,rank,score`, users in the order of `rankings`, best item first.

    csv and parquet keep ids and scores as they are. trec is `user Q0 item rank score recengine`; tools that read it
    sort by score alone, so there a score equal to the one above it is lowered to the next smaller float32. Where the
    lists are re-ranked, so that scores rise along some of them, trec has k + 1 - rank for all instead.

    Raises `ScenarioError` for an unknown format, `DataError` for an id that TREC cannot hold, `StoreError` when `path`
    cannot be written; what was at `path` before is then unchanged.
    """
    _check(file_format)
    if file_format == "trec":
        rankings = Rankings(rankings.users, rankings.items, _scores_to_sort_by(rankings))
    frame = lists_table(rankings, dataset).select("user_id", "item_id", "rank", "score")
    if file_format == "trec":
        frame = frame.select("user_id", pl.lit("Q0"), "item_id", "rank", "score", tag=pl.lit(RUN_TAG))
    _write(frame, file_format, path)


def export_qrels(relevant: csr_matrix, dataset: Dataset, file_format: str, path: Path) -> None:
    """Every relevant pair: `user_id,item_id,relevance` with relevance 1; in trec `user 0 item 1`. By user, then item.

    relevant (n_users, n_items): a stored entry is a relevant pair. Raises as `export_lists` does.
    """
    _check(file_format)
    users, items = relevant.nonzero()
    order = np.lexsort((items, users))
    frame = pl.DataFrame(
        {
            "user_id": dataset.users["id"].gather(users[order]),
            "item_id": dataset.items["id"].gather(items[order]),
        }
    ).with_columns(relevance=pl.lit(1, pl.Int32))
    if file_format == "trec":
        frame = frame.select("user_id", pl.lit("0"), "item_id", "relevance")
    _write(frame, file_format, path)


def _check(file_format: str) -> None:
    if file_format not in EXPORT_FORMATS:
        raise ScenarioError(f"format: {file_format!r} is unknown. Choose among {', '.join(EXPORT_FORMATS)}.")


def _write(frame: pl.DataFrame, file_format: str, path: Path) -> None:
    if file_format == "csv":
        content = csv_data(frame)
    elif file_format == "trec":
        _check_trec(frame)
        content = frame.write_csv(separator=" ", include_header=False, quote_style="never").encode()
    else:
        buffer = io.BytesIO()
        frame.write_parquet(buffer)
        content = buffer.getvalue()
    write_bytes(path, content)


def _check_trec(frame: pl.DataFrame) -> None:
    for column in ("user_id", "item_id"):
        spoiled = frame.filter(pl.col(column).str.contains(_WHITE_SPACE) | (pl.col(column) == ""))
        if spoiled.height:
            raise DataError(
                f"trec: {column} must have no white space and not be empty, got {spoiled[column][0][:80]!r}. "
                "Export as csv or parquet."
            )


def _scores_to_sort_by(rankings: Rankings) -> Scores:
    """Scores that fall along every list, (U, k)."""
    scores, there = rankings.scores, rankings.items >= 0
    # written so that NaN, the score of an item that a rule put in, is no fall either
    falls = (scores[:, 1:] <= scores[:, :-1]) | ~there[:, 1:]
    if falls.all() and not np.isnan(scores[there]).any():
        return _strictly_falling(scores)
    places = np.arange(rankings.k, 0, -1, dtype=np.float32)
    return np.where(there, places, np.float32(np.nan))


def _strictly_falling(scores: Scores) -> Scores:
    """The same scores, each lowered to just under the one before where it is not below it already, (U, k)."""
    falling = scores.copy()
    for place in range(1, falling.shape[1]):
        below = np.nextafter(falling[:, place - 1], np.float32(-np.inf))
        falling[:, place] = np.minimum(falling[:, place], below)
    return falling
