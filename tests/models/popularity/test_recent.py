from __future__ import annotations

from math import log

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models.popularity.recent import RecentPopularityRecipe
from tests.models.checkerboard import DAY, START

USER = np.array([0], dtype=np.int32)


def taken(board: Dataset, *rows: tuple[int, int, int | None]) -> Dataset:
    """Interactions (user, item, day)."""
    table = pl.DataFrame(
        [(user, item, 3.0, None if day is None else START + DAY * day, True) for user, item, day in rows],
        schema=board.interactions.schema,
        orient="row",
    )
    return board.with_interactions(table, str(rows))


def test_an_interaction_counts_half_after_the_half_life(board: Dataset) -> None:
    train = taken(board, (0, 0, 30), (1, 1, 20), (2, 1, 10), (3, 2, None))
    scores = RecentPopularityRecipe(half_life=10).fit(train).score(USER)[0]
    # item 1 was taken one and two half-lives before the latest event; without a time: as old as the oldest
    assert scores[:4] == pytest.approx([log(1 + 1), log(1 + 1 / 2 + 1 / 4), log(1 + 1 / 4), 0])


def test_without_fading_it_is_popularity(board: Dataset) -> None:
    scores = RecentPopularityRecipe(half_life=100_000).fit(board).score(USER)[0]
    assert scores == pytest.approx(np.log1p(board.popularity()), rel=1e-3)


def test_without_times_it_is_refused(board: Dataset) -> None:
    with pytest.raises(RecipeError, match=r'recent-popularity: "checkerboard" has no times\. Map a time column'):
        RecentPopularityRecipe().fit(taken(board, (0, 0, None)))


def test_without_interactions_there_is_no_opinion(board: Dataset) -> None:
    assert np.isnan(RecentPopularityRecipe().fit(taken(board)).score(USER)).all()
