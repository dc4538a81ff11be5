"""Small datasets made by hand."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias

import polars as pl
import pytest

from recengine.data import Dataset, Table, build_dataset, map_columns

Row: TypeAlias = tuple[str, str, float, int | None]
"""User id, item id, rating, time."""
MakeDataset: TypeAlias = Callable[..., Dataset]


@pytest.fixture(scope="session")
def make_dataset() -> MakeDataset:
    """`make_dataset(rows, positive_from=…)`: a dataset of (user, item, rating, time) rows without catalogues."""

    def make(rows: Sequence[Row], positive_from: float | None = None, name: str = "small") -> Dataset:
        columns = {"user": pl.String, "item": pl.String, "rating": pl.Float64, "time": pl.Int64}
        frame = pl.DataFrame(rows, schema=columns, orient="row")
        return build_dataset(name, Table("rows", frame), None, None, map_columns({}, frame.columns), positive_from)[0]

    return make
