from __future__ import annotations

from dataclasses import replace
from math import log

import numpy as np
import polars as pl
import pytest

from recengine.data import Attribute, Dataset
from recengine.errors import RecipeError
from recengine.models import TakesAttributes
from recengine.models.popularity.segment import SegmentPopularityRecipe
from recengine.models.popularity.segments import find_segments


@pytest.fixture
def four(board: Dataset) -> Dataset:
    """Four users in two cities, the last without a history; two items and one that nobody took."""
    pairs = [(0, 0), (1, 0), (1, 1), (2, 1)]
    rows = pl.DataFrame([(*pair, 4.0, None, True) for pair in pairs], schema=board.interactions.schema, orient="row")
    people = pl.DataFrame({"id": list("abcd"), "city": ["Rome", "Rome", "Oslo", "Oslo"], "sex": ["f", None, "m", None]})
    return replace(
        board,
        interactions=rows,
        users=people,
        items=board.items[:3],
        user_attributes=(Attribute("city", "category"), Attribute("sex", "category")),
    )


def users(*positions: int) -> np.ndarray[tuple[int], np.dtype[np.int32]]:
    return np.array(positions, dtype=np.int32)


def test_the_score_is_popularity_and_the_lift_of_the_segment(four: Dataset) -> None:
    scorer = SegmentPopularityRecipe(attributes="city", shrinkage=2).fit(four)
    rome, oslo = scorer.score(users(0, 3))
    # three users have a history, two of them in Rome, one in Oslo; items were taken by 2, 2 and 0
    p = np.array([(1 + 2) / (1 + 3), (1 + 2) / (1 + 3), 1 / (1 + 3)])
    lift_in_rome = [((2, 1, 0)[i] + 2 * p[i]) / (2 + 2) / p[i] for i in range(3)]
    lift_in_oslo = [((0, 1, 0)[i] + 2 * p[i]) / (1 + 2) / p[i] for i in range(3)]
    assert rome == pytest.approx([log(3) + log(lift_in_rome[0]), log(3) + log(lift_in_rome[1]), log(lift_in_rome[2])])
    assert oslo == pytest.approx([log(3) + log(lift_in_oslo[0]), log(3) + log(lift_in_oslo[1]), log(lift_in_oslo[2])])


def test_attributes_are_averaged_over_those_known(four: Dataset) -> None:
    both = SegmentPopularityRecipe(shrinkage=2).fit(four).score(users(0, 1))
    city = SegmentPopularityRecipe(attributes="city", shrinkage=2).fit(four).score(users(0, 1))
    sex = SegmentPopularityRecipe(attributes="sex", shrinkage=2).fit(four).score(users(0, 1))
    assert both[0] == pytest.approx((city[0] + sex[0]) / 2)
    # of the second only the city is known
    np.testing.assert_array_equal(both[1], city[1])
    assert sex[1] == pytest.approx(np.log1p([2, 2, 0]))


def test_a_small_segment_counts_little(four: Dataset) -> None:
    scores = SegmentPopularityRecipe(shrinkage=1e6).fit(four).score(users(0))[0]
    assert scores == pytest.approx(np.log1p([2, 2, 0]), abs=1e-4)


def test_people_who_are_known_by_attributes_alone(four: Dataset) -> None:
    scorer = SegmentPopularityRecipe().fit(four)
    assert isinstance(scorer, TakesAttributes)
    people = pl.DataFrame({"city": ["Rome", "Paris", None], "sex": ["f", None, None]})
    scores = scorer.score_attributes(people)
    np.testing.assert_array_equal(scores[0], scorer.score(users(0))[0])
    # a city that nobody is from says nothing
    assert scores[1] == pytest.approx(np.log1p([2, 2, 0]))
    np.testing.assert_array_equal(scores[1], scores[2])
    np.testing.assert_array_equal(scorer.score_attributes(people.select("city"))[1:], scores[1:])


def test_numbers_are_cut_into_bins_of_as_many_users() -> None:
    people = pl.DataFrame({"age": [10.0, 20.0, 30.0, 40.0, 50.0, 60.0, None]})
    segments = find_segments(people, [Attribute("age", "number")], 3)
    assert segments.count == 3
    belongs = segments.memberships(people).toarray()
    np.testing.assert_array_equal(belongs.argmax(axis=1)[:6], [0, 0, 1, 1, 2, 2])
    np.testing.assert_array_equal(belongs.sum(axis=1), [1, 1, 1, 1, 1, 1, 0])
    np.testing.assert_array_equal(segments.memberships(pl.DataFrame({"age": [-5.0, 99.0]})).toarray(), belongs[[0, 5]])


def test_several_labels_share_an_attribute() -> None:
    people = pl.DataFrame({"likes": [["art", "tea"], ["art"], None], "city": ["Rome", None, None]})
    attributes = [Attribute("likes", "categories"), Attribute("city", "category")]
    shares = find_segments(people, attributes, 5).shares(people).toarray()
    # Rome, art, tea: the first has two attributes known, one of them twice
    expected: list[list[float]] = [[1 / 2, 1 / 4, 1 / 4], [0, 1, 0], [0, 0, 0]]
    np.testing.assert_allclose(shares, expected)


@pytest.mark.parametrize(
    ("attributes", "chosen", "message"),
    [
        ((), "auto", r'segment-popularity: users of "checkerboard" have no attributes\. Import a user table'),
        (("city",), "town", r'users of "checkerboard" have no attribute "town"\. Choose among: city\.'),
        (("city",), "city, sex", r'have no attribute "sex"\. Choose among: city\.'),
    ],
)
def test_without_the_attribute_it_is_refused(
    four: Dataset, attributes: tuple[str, ...], chosen: str, message: str
) -> None:
    train = replace(four, user_attributes=tuple(Attribute(name, "category") for name in attributes))
    with pytest.raises(RecipeError, match=message):
        SegmentPopularityRecipe(attributes=chosen).fit(train)


def test_an_attribute_that_is_known_of_nobody_is_refused(four: Dataset) -> None:
    train = replace(four, users=four.users.with_columns(city=pl.lit(None, dtype=pl.String)))
    with pytest.raises(RecipeError, match=r"no user of .* has a value of it\. Choose other attributes"):
        SegmentPopularityRecipe(attributes="city").fit(train)


def test_one_attribute_whose_name_holds_a_comma(four: Dataset) -> None:
    train = replace(four, users=four.users.rename({"city": "a, b"}), user_attributes=(Attribute("a, b", "category"),))
    assert SegmentPopularityRecipe(attributes="a, b").obstacle(train) is None
