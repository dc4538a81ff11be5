import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.arrays import Positions
from recengine.fairness import item_exposure, item_fairness

NAN = float("nan")


def places(*rows: list[int]) -> Positions:
    return np.array(rows, dtype=np.int32)


def test_exposure_is_the_sum_of_discounts() -> None:
    exposure = item_exposure(places([2, 0, -1], [0, 2, 1]), 4)
    first, second, third = 1 / np.log2(2), 1 / np.log2(3), 1 / np.log2(4)
    assert exposure == pytest.approx([second + first, third, first + second, 0.0])


def test_shares_of_groups() -> None:
    shares = item_fairness([["a"], ["b"], ["b"], ["b"]], np.array([3.0, 1.0, 0.0, 0.0]), np.array([5, 3, 2, 0]))
    assert (shares["a"].catalogue, shares["a"].interactions, shares["a"].exposure) == pytest.approx(
        (1 / 4, 5 / 10, 3 / 4)
    )
    assert (shares["b"].catalogue, shares["b"].interactions, shares["b"].exposure) == pytest.approx(
        (3 / 4, 5 / 10, 1 / 4)
    )
    assert (shares["a"].n_items, shares["b"].n_items) == (1, 3)


def test_an_item_of_three_groups_counts_a_third_in_each() -> None:
    shares = item_fairness([["a", "b", "c"], ["a"]], np.array([6.0, 2.0]), np.array([3, 1]))
    assert shares["a"].exposure == pytest.approx((6 / 3 + 2) / 8)
    assert shares["b"].exposure == pytest.approx((6 / 3) / 8)
    assert shares["c"].interactions == pytest.approx((3 / 3) / 4)
    assert shares["a"].catalogue == pytest.approx((1 / 3 + 1) / 2)
    assert shares["a"].n_items == 2


def test_shares_of_nothing_are_undefined() -> None:
    shares = item_fairness([["a"], ["b"]], np.zeros(2), np.zeros(2, dtype=np.int32))
    assert np.isnan([shares["a"].exposure, shares["a"].interactions]).all()
    assert shares["a"].catalogue == 1 / 2


@given(
    st.lists(st.lists(st.sampled_from("abcd"), min_size=1, max_size=4, unique=True), min_size=1, max_size=12),
    st.integers(0, 2**32 - 1),
)
def test_each_kind_of_share_sums_to_one(groups: list[list[str]], seed: int) -> None:
    generator = np.random.default_rng(seed)
    exposure, popularity = generator.random(len(groups)) + 0.01, generator.integers(1, 9, len(groups))
    shares = item_fairness(groups, exposure, popularity.astype(np.int32)).values()
    assert sum(share.exposure for share in shares) == pytest.approx(1)
    assert sum(share.catalogue for share in shares) == pytest.approx(1)
    assert sum(share.interactions for share in shares) == pytest.approx(1)
    assert sum(share.n_items for share in shares) == sum(len(group) for group in groups)
