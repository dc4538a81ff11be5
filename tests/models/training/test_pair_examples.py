"""Positives with what was drawn for them, and what is taken from the scores for it."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.models.training.pair_examples import PAIR_SAMPLINGS, PairExamples, neighbours

TAKEN = csr_matrix(
    np.array(
        [
            [1, 1, 0, 0, 0],
            [1, 0, 1, 0, 0],
            [1, 0, 0, 1, 0],
        ],
        dtype=np.float32,
    )
)
"""Three users; the first item was taken by all, the last one by nobody."""


@pytest.mark.parametrize("sampling", PAIR_SAMPLINGS)
def test_every_positive_comes_once_with_items_not_taken(sampling: str) -> None:
    examples = PairExamples(TAKEN, sampling, 3)
    assert len(examples) == 6
    pairs = []
    for users, items, corrections in examples.batches(np.random.default_rng(0), 4):
        assert items.shape == corrections.shape == (len(users), 4)
        pairs += list(zip(users.tolist(), items[:, 0].tolist(), strict=True))
        took = TAKEN.toarray()[users[:, None], items[:, 1:]] > 0
        # drawn from others of the batch, an item may have been taken after all: then it does not count
        np.testing.assert_array_equal(took, np.isinf(corrections[:, 1:]))
        assert np.isfinite(corrections[:, 0]).all()
        assert (items != 4).all()
        if sampling != "in-batch":
            assert not took.any()
    assert sorted(pairs) == list(zip(*(part.tolist() for part in TAKEN.nonzero()), strict=True))


def test_corrections_are_logarithms_of_how_much_more_often_an_item_is_drawn() -> None:
    first: dict[str, dict[int, float]] = {}
    for sampling in PAIR_SAMPLINGS:
        examples = PairExamples(TAKEN, sampling, 1, correction=0.5)
        _, items, corrections = next(examples.batches(np.random.default_rng(0), 6))
        first[sampling] = dict(zip(items[:, 0].tolist(), corrections[:, 0].tolist(), strict=True))
    # drawn alike: nothing to correct
    assert set(first["uniform"].values()) == {0}
    # three of six positives are of the first item; four items are drawn from
    assert first["in-batch"][0] == pytest.approx(0.5 * math.log(4 * 3 / 6))
    assert first["in-batch"][1] == pytest.approx(0.5 * math.log(4 * 1 / 6))
    share = math.sqrt(3) / (math.sqrt(3) + 3)
    assert first["popularity"][0] == pytest.approx(0.5 * math.log(4 * share))


def test_the_batch_goes_round() -> None:
    assert neighbours(np.array([5, 6, 7], dtype=np.int32), 2).tolist() == [[6, 7], [7, 5], [5, 6]]
    assert neighbours(np.array([5], dtype=np.int32), 2).tolist() == [[5, 5]]


def test_nobody_took_anything() -> None:
    examples = PairExamples(csr_matrix(np.zeros((2, 3), dtype=np.float32)), "uniform", 2)
    assert list(examples.batches(np.random.default_rng(0), 4)) == []


def test_few_positives_come_in_small_batches() -> None:
    taken = csr_matrix(np.tri(80, 70, dtype=np.float32))
    examples = PairExamples(taken, "uniform", 2)
    # row r of 80 has min(r + 1, 70) ones: 70 · 71 / 2 + 10 · 70 = 3185 positives
    assert len(examples) == 3185
    sizes = [len(users) for users, _, _ in examples.batches(np.random.default_rng(0), 2048)]
    assert sizes == [100] * 31 + [85]  # 3185 / 32, rounded up
    assert len(next(examples.batches(np.random.default_rng(0), 50))[0]) == 50
