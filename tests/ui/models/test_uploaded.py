import polars as pl
import pytest

from recengine.data import Dataset, ScoreTable, measure_coverage
from recengine.reports.coverage import coverage_lines
from ui.models.uploaded import coverage_table


def test_coverage_in_a_row_and_in_words(synthetic_dataset: Dataset) -> None:
    users, items = synthetic_dataset.user_ids, synthetic_dataset.item_ids
    frame = pl.DataFrame(
        {
            "user": [users[0], users[0], users[1], "nobody"],
            "item": [items[0], items[1], items[0], items[0]],
            "score": pl.Series([3.0, 2.0, 1.0, 1.0], dtype=pl.Float32),
        }
    )
    table = ScoreTable("run.csv", frame, rows_read=5, repeats=1)
    coverage = measure_coverage(table, synthetic_dataset)
    (row,) = coverage_table({"external:run": coverage}).to_dicts()
    # 2 of 120 users have 3 scores on 2 of 80 items
    assert row == {
        "Scorer": "external:run",
        "Scores": 3,
        "Users (%)": pytest.approx(100 * 2 / 120),
        "Items a user": 1.5,
        "Items (%)": 2.5,
        "Unknown pairs": 1,
    }
    assert coverage_lines(table, coverage, synthetic_dataset) == [
        "3 scores.",
        "Users with a score: 2 of 120 (1.7%), 1.5 items each on average.",
        "Items with a score: 2 of 80 (2.5%).",
        "Left out: 1 rows of a pair that comes again; 1 pairs of unknown ids (1 users, 0 items).",
    ]
