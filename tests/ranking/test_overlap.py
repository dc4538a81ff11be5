from math import isnan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.errors import ScenarioError
from recengine.ranking import Rankings, overlap, rank_biased_overlap
from tests.ranking.lists import rankings_of


def _rankings(lists: list[list[int]]) -> Rankings:
    width = max(1, *(len(items) for items in lists))
    return rankings_of([items + [-1] * (width - len(items)) for items in lists])


def _by_definition(first: list[int], second: list[int], p: float, terms: int = 2000) -> float:
    """(1 - p) * sum of p^(d - 1) * A_d over all depths d, where A_d is what the lists say and go on as they end.

    Webber, Moffat & Zobel (2010), section 4.4: past the shorter list its agreement at its end goes on for what it does
    not show, past the longer one the agreement stands still.
    """
    short, long = sorted((first, second), key=len)
    if not long:
        return float("nan")
    if not short:
        return 0.0
    at_short = len(set(short) & set(long[: len(short)]))
    total = agreement = 0.0
    for depth in range(1, terms):
        if depth <= len(long):
            common = len(set(short[:depth]) & set(long[:depth]))
            assumed = max(depth - len(short), 0) * at_short / len(short)
            agreement = (common + assumed) / depth
        total += (1 - p) * p ** (depth - 1) * agreement
    return total


def test_two_lists_by_hand() -> None:
    first, second = _rankings([[1, 2, 3]]), _rankings([[1, 3, 4]])
    # agreement 1/1, 1/2, 2/3, then 2/3 for ever
    p = 0.5
    expected = (1 - p) * (1 + p / 2 + p**2 * 2 / 3) + 2 / 3 * p**3
    assert rank_biased_overlap(first, second, p) == pytest.approx([expected])
    assert overlap(first, second) == pytest.approx([2 / 3])


LISTS = st.lists(st.lists(st.integers(0, 7), unique=True, max_size=6), min_size=1, max_size=4)


@given(LISTS, st.data(), st.sampled_from([0.3, 0.9, 0.98]))
def test_as_the_endless_sum_says(first: list[list[int]], data: st.DataObject, p: float) -> None:
    second = [data.draw(st.lists(st.integers(0, 7), unique=True, max_size=6)) for _ in first]
    found = rank_biased_overlap(_rankings(first), _rankings(second), p)
    expected = [_by_definition(*pair, p) for pair in zip(first, second, strict=True)]
    assert found == pytest.approx(expected, nan_ok=True, abs=1e-9)
    shares = [
        len(set(mine) & set(other)) / max(len(mine), len(other)) if mine or other else float("nan")
        for mine, other in zip(first, second, strict=True)
    ]
    assert overlap(_rankings(first), _rankings(second)) == pytest.approx(shares, nan_ok=True)


@given(LISTS, st.data())
def test_bounds_symmetry_and_identity(first: list[list[int]], data: st.DataObject) -> None:
    second = [data.draw(st.permutations(items)) for items in first]
    mine, other = _rankings(first), _rankings(second)
    for measure in (overlap, rank_biased_overlap):
        there, back = measure(mine, other), measure(other, mine)
        assert there == pytest.approx(back, nan_ok=True)
        assert np.nanmax(there, initial=0) <= 1
        assert np.nanmin(there, initial=1) >= 0
        assert measure(mine, mine) == pytest.approx([1.0 if items else float("nan") for items in first], nan_ok=True)


def test_the_top_counts_most() -> None:
    base = _rankings([[0, 1, 2, 3]] * 2)
    swapped = rank_biased_overlap(base, _rankings([[1, 0, 2, 3], [0, 1, 3, 2]]))
    assert swapped[0] < swapped[1] < 1


def test_empty_lists() -> None:
    empty, full = _rankings([[], []]), _rankings([[], [4]])
    assert isnan(overlap(empty, full)[0])
    assert overlap(empty, full)[1] == 0
    assert isnan(rank_biased_overlap(empty, full)[0])
    assert rank_biased_overlap(empty, full)[1] == 0


def test_what_cannot_be_compared() -> None:
    two = _rankings([[0], [1]])
    with pytest.raises(ValueError, match="same users"):
        overlap(two, Rankings(two.users[::-1], two.items, two.scores))
    with pytest.raises(ScenarioError, match="p must be"):
        rank_biased_overlap(two, two, 1.0)
