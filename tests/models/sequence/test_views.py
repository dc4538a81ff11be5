"""Altered views of a history, drawn many times."""

from __future__ import annotations

from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.models import make_recipe
from recengine.models.sequence.recipe import SequenceRecipe
from recengine.models.sequence.views import Rows, Views, crop, mask, reorder
from tests.models.sequence.cycle import ONCE, cycle

SYMBOL = 99
lengths = st.lists(st.integers(0, 9), min_size=1, max_size=12)
shares = st.floats(0.0, 1.0)
seeds = st.integers(0, 2**32)


def rows(counts: list[int]) -> Rows:
    """Histories 1, 2, 3, … of these lengths, zeros behind them."""
    places = np.arange(10)
    return np.where(places < np.array(counts)[:, None], places + 1, 0)


@settings(max_examples=60)
@given(lengths, shares, seeds)
def test_a_crop_is_a_stretch(counts: list[int], share: float, seed: int) -> None:
    views = crop(np.random.default_rng(seed), rows(counts), share=share)
    for count, view in zip(counts, views, strict=True):
        kept = min(count, max(1, int(share * count)))
        first = int(view[0])
        assert view.tolist() == [*range(first, first + kept), *[0] * (10 - kept)]
        assert first + kept - 1 <= count


@settings(max_examples=60)
@given(lengths, shares, seeds)
def test_a_mask_hides_its_share(counts: list[int], share: float, seed: int) -> None:
    histories = rows(counts)
    views = mask(np.random.default_rng(seed), histories, share=share, symbol=SYMBOL)
    hidden = views == SYMBOL
    assert hidden.sum(axis=1).tolist() == [int(share * count) for count in counts]
    assert not hidden[histories == 0].any()
    np.testing.assert_array_equal(views[~hidden], histories[~hidden])


@settings(max_examples=60)
@given(lengths, shares, seeds)
def test_a_reordered_view_shuffles_a_stretch(counts: list[int], share: float, seed: int) -> None:
    histories = rows(counts)
    views = reorder(np.random.default_rng(seed), histories, share=share)
    np.testing.assert_array_equal(np.sort(views, axis=1), np.sort(histories, axis=1))
    for count, history, view in zip(counts, histories, views, strict=True):
        moved = np.flatnonzero(history != view)
        assert not len(moved) or moved[-1] - moved[0] < int(share * count)
        assert not view[count:].any()


def test_every_way_is_drawn_alike() -> None:
    histories = rows([8] * 3000)
    views = Views(crop=0.5, mask=0.5, reorder=1.0, symbol=SYMBOL).of(np.random.default_rng(0), histories)
    cropped, masked = (views == 0).sum(axis=1) == 6, (views == SYMBOL).any(axis=1)
    # a third each, give or take four standard deviations of a share of 3000
    for drawn in (cropped, masked, ~cropped & ~masked):
        assert abs(drawn.mean() - 1 / 3) < 4 * np.sqrt(1 / 3 * 2 / 3 / 3000)
    assert len({tuple(view) for view in views[cropped]}) == 5  # a stretch of 4 among 8 starts at 0 to 4


def test_without_a_way_nothing_is_altered() -> None:
    histories = rows([3, 0, 10])
    views = Views(crop=0, mask=0, reorder=0, symbol=SYMBOL).of(np.random.default_rng(0), histories)
    np.testing.assert_array_equal(views, histories)


@pytest.mark.parametrize("name", ["sasrec", "bert4rec"])
def test_views_are_of_the_latest_items(name: str) -> None:
    # the longest history has 12 items; what alters nothing shows what would be altered
    train, length = cycle(), 5
    same = {"max_length": length, "contrast": 0.1, "crop": 0.0, "mask": 0.0, "reorder": 0.0, "factors": 8}
    recipe = cast(SequenceRecipe, make_recipe(name, same))
    latest = {tuple(row) for row in (train.sequences.latest(length) + 1).tolist()}
    n = 0
    for _, _, first, second in recipe.task(train).batches(np.random.default_rng(0), 16):
        assert first.shape[1] == length
        assert {tuple(row) for row in first.tolist()} <= latest
        np.testing.assert_array_equal(first, second)
        n += len(first)
    assert n == ONCE
