"""What uploaded scores say of the dataset, as a table. No Streamlit but for the looks of columns."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
from streamlit.column_config import NumberColumn, TextColumn

from recengine.data import Coverage

COLUMNS = {
    "Scorer": TextColumn(width="medium"),
    "Scores": NumberColumn(format="localized"),
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
