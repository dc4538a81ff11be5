"""What uploaded scores say of the dataset, as a table. No Streamlit but for the looks of columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from streamlit.column_config import NumberColumn, TextColumn

from recengine.data import Coverage

COLUMNS = {
    "Scorer": TextColumn(width="medium"),
    "Users (%)": NumberColumn(format="%.1f", help="Users of the dataset with a score, of all its users."),
    "Items (%)": NumberColumn(format="%.1f", help="Items of the catalogue with a score, of all its items."),
    "Items a user": NumberColumn(format="%.1f", help="Mean over the users with a score."),
    "Unknown pairs": NumberColumn(format="localized", help="Rows with a user or an item that the dataset has not."),
}


def coverage_table(found: Mapping[str, Coverage]) -> pl.DataFrame:
    """A row a scorer."""
    return pl.DataFrame(
        [
            {
                "Scorer": scorer,
                "Scores": coverage.pairs,
                "Users (%)": 100 * coverage.share_of_users,
                "Items a user": coverage.items_a_user,
                "Items (%)": 100 * coverage.share_of_catalogue,
                "Unknown pairs": coverage.unknown_pairs,
            }
            for scorer, coverage in found.items()
        ],
        schema={
            "Scorer": pl.String,
            "Scores": pl.Int64,
            "Users (%)": pl.Float64,
            "Items a user": pl.Float64,
            "Items (%)": pl.Float64,
            "Unknown pairs": pl.Int64,
        },
    )


def name_of_file(name: str) -> str:
    """A name for the scores of a file: what of its name may stand in one, or "uploaded"."""
    stem = name.split("/")[-1].split("\\")[-1].split(".")[0]
    kept = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in stem)
    return kept.strip("-_")[:40] or "uploaded"
