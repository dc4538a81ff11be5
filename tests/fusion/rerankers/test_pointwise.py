"""Popularity penalty and freshness."""

from dataclasses import replace
from math import log

import numpy as np
import pytest

from recengine.data import Attribute
from recengine.errors import ScenarioError
from recengine.fusion import Facts
from recengine.fusion.rerankers import Freshness, PopularityPenalty
from tests.fusion.rerankers.shelves import dataset_of, lists_of
from tests.fusion.rerankers.test_diversity import rankings

DAY = 86_400


def test_what_everybody_takes_loses_most() -> None:
    # item 0 has 3 users, item 1 one, item 2 none
    dataset = dataset_of([[]] * 3, [(0, 0, 1.0), (1, 0, 1.0), (2, 0, 1.0), (0, 1, 1.0)], n_users=4)
    lists = lists_of([[0, 1, 2]], [[4, 3, 2]])
    reranked = PopularityPenalty(0.8).rerank(lists, 3, Facts(dataset))
    # worth 1, 1/2, 0; log(1 + users) / log(1 + 3) is 1, 1/2, 0
    expected = {0: 1 - 0.8, 1: 0.5 - 0.8 * log(2) / log(4), 2: 0.0}
    assert reranked.items.tolist() == [[0, 1, 2]]
    np.testing.assert_allclose(reranked.scores[0], [expected[0], expected[1], expected[2]], atol=1e-7)
    # at 1 all three are at 0: ties stay as they stood
    assert PopularityPenalty(1.0).rerank(lists, 3, Facts(dataset)).items.tolist() == [[0, 1, 2]]
    one_step = lists_of([[0, 1, 2]], [[4, 3.9, 2]])
    assert PopularityPenalty(0.8).rerank(one_step, 3, Facts(dataset)).items.tolist() == [[1, 0, 2]]
    measured = PopularityPenalty().measure(rankings([[0, 1, 2], [2, -1, -1], [-1, -1, -1]]), Facts(dataset))
    np.testing.assert_allclose(measured, [(3 + 1 + 0) / 3, 0, np.nan])


def test_newness_halves_with_every_half_life() -> None:
    dataset = dataset_of([[]] * 4, years=[2000.0, 1990.0, 1980.0, None])
    newness = Freshness(half_life=10.0).newness(Facts(dataset))
    # the one without a year counts as the mean of the others
    np.testing.assert_allclose(newness, [1, 1 / 2, 1 / 4, (1 + 1 / 2 + 1 / 4) / 3])
    # half-life 0: the median age, which is 10 too
    np.testing.assert_array_equal(Freshness().newness(Facts(dataset)), newness)
    lists = lists_of([[2, 1, 0, 3]], [[3, 2, 1, 0]])
    reranked = Freshness(1.0, half_life=10.0).rerank(lists, 4, Facts(dataset))
    # worth 1, 2/3, 1/3, 0 plus newness 1/4, 1/2, 1, 7/12
    np.testing.assert_allclose(reranked.scores[0], [1 / 3 + 1, 1 + 1 / 4, 2 / 3 + 1 / 2, 7 / 12], atol=1e-6)
    assert reranked.items.tolist() == [[0, 2, 1, 3]]
    np.testing.assert_allclose(Freshness().measure(rankings([[0, 2, 3]]), Facts(dataset)), [(0 + 20) / 2])


def test_without_a_year_newness_is_by_the_first_interaction() -> None:
    events = [(0, 0, 1.0), (0, 1, 1.0), (1, 1, 1.0)]
    dataset = dataset_of([[]] * 3, events, times=[10 * DAY, 30 * DAY, 20 * DAY])
    # item 0 was first taken on day 10, item 1 on day 20, item 2 never
    newness = Freshness(half_life=10.0).newness(Facts(dataset))
    np.testing.assert_allclose(newness, [1 / 2, 1, (1 / 2 + 1) / 2])
    assert Freshness().aim(Facts(dataset)).unit == "days"
    years = dataset_of([[]] * 3, events, times=[10 * DAY, 30 * DAY, 20 * DAY], years=[1.0, 2.0, 3.0])
    assert Freshness().aim(Facts(years)).unit == "years"
    assert Freshness(by="first interaction").aim(Facts(years)).unit == "days"


def test_where_neither_is_there_it_says_so() -> None:
    bare = dataset_of([[]] * 2, [(0, 0, 1.0)])
    with pytest.raises(ScenarioError, match="have no times, and items have no numeric attribute"):
        Freshness().check(bare, 1)
    priced = replace(bare, item_attributes=(Attribute("price", "number"),))
    with pytest.raises(ScenarioError, match="no numeric attribute 'cost'; numeric attributes are price"):
        Freshness(by="cost").check(priced, 1)
    Freshness(by="price").check(priced, 1)
