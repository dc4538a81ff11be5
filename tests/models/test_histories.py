from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.models.histories import training_weights

DAY = 86_400


def taken(board: Dataset, *rows: tuple[int, int, float, int | None]) -> Dataset:
    """Interactions (user, item, weight, time)."""
    schema = board.interactions.schema
    table = pl.DataFrame([(*row, True) for row in rows], schema=schema, orient="row")
    return replace(board, interactions=table, fingerprint=str(rows))


def test_an_interaction_counts_half_after_the_half_life(board: Dataset) -> None:
    train = taken(
        board, (0, 3, 5, 40 * DAY), (0, 1, 4, 30 * DAY), (0, 2, 3, None), (1, 0, 2, None), (2, 4, 1, 10 * DAY)
    )
    weights = training_weights(train, "uniform", 10.0).toarray()
    # ten days before the user's latest; without a time, as old as the user's oldest
    assert weights[0, [3, 1, 2]] == pytest.approx([1, 1 / 2, 1 / 2])
    assert weights[1, 0] == 1, "no time at all"
    assert weights[2, 4] == 1, "each user's latest counts whole, however long ago"
    by_weight = training_weights(train, "weight", 20.0).toarray()
    assert by_weight[0, [3, 1, 2]] == pytest.approx([5, 4 / 2**0.5, 3 / 2**0.5])
    np.testing.assert_array_equal(training_weights(train, "weight", 0.0).toarray(), train.matrix.toarray())


def test_without_times_all_count_alike(board: Dataset) -> None:
    train = taken(board, (0, 3, 5, None), (0, 1, 4, None))
    np.testing.assert_array_equal(training_weights(train, "uniform", 1.0).data, [1, 1])
