"""A generated dataset without a defect, and the way to plant one."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

import polars as pl
import pytest

from recengine.data import Dataset, Split
from recengine.data.quality import QualityFinding, quality_report
from recengine.data.samples.synthetic import synthetic

NOW = 1_800_000_000
"""15 January 2027: later than everything that is generated."""
Find: TypeAlias = Callable[..., QualityFinding]
Plant: TypeAlias = Callable[..., Dataset]


@pytest.fixture(scope="session")
def clean() -> Dataset:
    """300 users, 200 items, ratings of 1 to 5 with times in 2023 to 2025."""
    return synthetic(300, 200, seed=1)


@pytest.fixture(scope="session")
def find() -> Find:
    """`find(dataset, name, …)`: the one finding of that name; fails where there is none."""

    def find(dataset: Dataset, name: str, *, split: Split | None = None, **imported: Any) -> QualityFinding:
        report = quality_report(dataset, split=split, plan_report=imported, now=NOW)
        named = [one for one in report.findings if one.name == name]
        assert len(named) == 1, [one.name for one in report.findings]
        return named[0]

    return find


@pytest.fixture(scope="session")
def plant() -> Plant:
    """`plant(dataset, time={row: seconds})`: the same with other cells in the interactions."""

    def plant(dataset: Dataset, **cells: dict[int, Any]) -> Dataset:
        rows = dataset.interactions
        for column, changes in cells.items():
            values = rows[column].to_list()
            for row, value in changes.items():
                values[row] = value
            rows = rows.with_columns(pl.Series(column, values, dtype=rows.schema[column]))
        return replace(dataset, interactions=rows)

    return plant


def of_pairs(
    pairs: Sequence[tuple[int, int]],
    *,
    times: Sequence[int | None] | None = None,
    n_users: int | None = None,
    n_items: int | None = None,
    titles: Sequence[str] | None = None,
) -> Dataset:
    """A dataset of (user, item) pairs, every one positive."""
    users, items = [user for user, _ in pairs], [item for _, item in pairs]
    n_users = n_users or max(users) + 1
    n_items = n_items or max(items) + 1
    rows = pl.DataFrame(
        {
            "user": pl.Series(users, dtype=pl.Int32),
            "item": pl.Series(items, dtype=pl.Int32),
            "weight": pl.Series([1.0] * len(pairs), dtype=pl.Float32),
            "time": pl.Series(list(times) if times is not None else [None] * len(pairs), dtype=pl.Int64),
            "positive": [True] * len(pairs),
        }
    ).sort("user", maintain_order=True)
    ids = [f"i{item}" for item in range(n_items)]
    return Dataset(
        name="pairs",
        interactions=rows,
        items=pl.DataFrame({"id": ids, "title": ids if titles is None else list(titles), "text": [""] * n_items}),
        users=pl.DataFrame({"id": [f"u{user}" for user in range(n_users)]}),
        item_attributes=(),
        user_attributes=(),
        fingerprint="0" * 64,
    )
