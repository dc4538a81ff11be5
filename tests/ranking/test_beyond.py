from math import isnan, log2

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.ranking import beyond
from tests.ranking.lists import judged


def test_novelty_is_mean_inverse_user_frequency() -> None:
    lists = judged([[0, 1], [2, -1]], [[], []], popularity=[8, 2, 0], n_users=8)
    # everybody took item 0, a quarter item 1; nobody item 2, which counts as one user of 8
    assert beyond.novelty(lists) == pytest.approx([(-log2(8 / 8) - log2(2 / 8)) / 2, -log2(1 / 8)])


def test_average_popularity() -> None:
    lists = judged([[0, 1], [2, -1]], [[], []], popularity=[8, 2, 0])
    assert beyond.average_popularity(lists) == pytest.approx([(8 + 2) / 2, 0 / 1])


def test_an_empty_list_has_neither() -> None:
    lists = judged([[-1, -1], [0, 1]], [[], []])
    assert np.isnan(beyond.novelty(lists)).tolist() == [True, False]
    assert np.isnan(beyond.average_popularity(lists)).tolist() == [True, False]


def test_coverage_counts_over_the_whole_catalogue() -> None:
    lists = judged([[0, 1], [1, -1]], [[], []], popularity=[1] * 6)
    assert beyond.coverage(lists) == pytest.approx(2 / 6)


def test_gini_by_its_pairs() -> None:
    lists = judged([[0, 1], [0, 2], [0, -1]], [[]] * 3, popularity=[1] * 4)
    places = [3, 1, 1, 0]
    # half the mean difference of all pairs, over the mean
    differences = sum(abs(a - b) for a in places for b in places)
    assert beyond.gini(lists) == pytest.approx(differences / (2 * 4 * sum(places)))


def test_gini_of_equal_exposure_and_of_one_item_for_all() -> None:
    assert beyond.gini(judged([[0, 1], [2, 3]], [[]] * 2, popularity=[1] * 4)) == pytest.approx(0)
    assert beyond.gini(judged([[0], [0]], [[]] * 2, popularity=[1] * 4)) == pytest.approx(1 - 1 / 4)


def test_gini_of_nothing_shown_is_undefined() -> None:
    lists = judged([[-1, -1]], [[]])
    assert isnan(beyond.gini(lists))
    assert beyond.coverage(lists) == 0


@given(st.integers(0, 10_000))
def test_gini_is_half_the_relative_mean_difference(seed: int) -> None:
    rng = np.random.default_rng(seed)
    items = rng.integers(0, 7, (5, 3)).tolist()
    counts = np.bincount(np.ravel(items), minlength=9)
    expected = np.abs(counts[:, None] - counts).sum() / (2 * 9 * counts.sum())
    assert beyond.gini(judged(items, [[]] * 5, popularity=[1] * 9)) == pytest.approx(expected)
