from collections.abc import Callable, Sequence
from typing import Any

import polars as pl
import pytest

from recengine.data import Attribute, Dataset

MakeDataset = Callable[..., Dataset]


@pytest.fixture(scope="session")
def make_dataset() -> MakeDataset:
    def make(
        positives: Sequence[tuple[int, int]],
        *,
        n_users: int,
        n_items: int,
        users: dict[str, Any] | None = None,
        items: dict[str, Any] | None = None,
        user_attributes: Sequence[Attribute] = (),
        item_attributes: Sequence[Attribute] = (),
    ) -> Dataset:
        """A dataset of (user, item) positives of weight 1, with the columns given."""
        interactions = pl.DataFrame(
            {
                "user": [user for user, _ in positives],
                "item": [item for _, item in positives],
                "weight": [1.0] * len(positives),
                "time": [None] * len(positives),
                "positive": [True] * len(positives),
            },
            schema={"user": pl.Int32, "item": pl.Int32, "weight": pl.Float32, "time": pl.Int64, "positive": pl.Boolean},
        )
        ids = {"id": [f"i{item}" for item in range(n_items)]}
        catalogue = pl.DataFrame({**ids, "title": ids["id"], "text": [""] * n_items, **(items or {})})
        people = pl.DataFrame({"id": [f"u{user}" for user in range(n_users)], **(users or {})})
        return Dataset("made", interactions, catalogue, people, tuple(item_attributes), tuple(user_attributes), "made")

    return make
