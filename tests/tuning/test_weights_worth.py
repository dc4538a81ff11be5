"""Shapley values of scorers."""

from itertools import permutations
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from recengine.errors import ScenarioError
from recengine.fusion import Fusion, make_strategy
from recengine.tuning import find_measure, scorers_worth, shapley_values
from tests.tuning.weight_questions import drawn, question_of

GAMES = st.integers(1, 5).flatmap(lambda n: hnp.arrays(np.float64, (2**n, 2), elements=st.floats(-10, 10, width=32)))


@settings(max_examples=40)
@given(GAMES)
def test_the_mean_over_all_orders_of_what_a_player_adds(values: np.ndarray) -> None:
    players = len(values).bit_length() - 1
    expected = np.zeros((players, 2))
    for order in permutations(range(players)):
        subset = 0
        for player in order:
            expected[player] += values[subset | 1 << player] - values[subset]
            subset |= 1 << player
    np.testing.assert_allclose(shapley_values(values), expected / factorial(players), atol=1e-9)


@settings(max_examples=10)
@given(st.integers(0, 1000), st.integers(1, 4))
def test_they_add_up_to_the_whole(seed: int, n_scorers: int) -> None:
    question = drawn(n_scorers, seed)
    fusion = Fusion(tuple(np.random.default_rng(seed).uniform(0.1, 1, n_scorers)))
    measures = ("ndcg", "coverage", "gap:half")
    worth = scorers_worth(question, fusion, measures, k=3)
    whole = question.look(fusion, [find_measure(text) for text in measures], 3)[0]
    # no list: 0 of each
    assert [worth.shapley[text].sum() for text in measures] == pytest.approx(whole - 0)
    assert list(worth.whole.values()) == pytest.approx(whole)
    assert worth.exact
    assert worth.subsets == 2**n_scorers
    np.testing.assert_array_equal(worth.error["ndcg"], np.zeros(n_scorers))


def test_two_scorers_by_hand() -> None:
    # alone left finds the item of one of two users, right those of both, together both: NDCG 1/2, 1 and 1
    tables = {"left": [[2.0, 1.0], [1.0, 1.0]], "right": [[0.0, 0.0], [0.0, 1.0]]}
    worth = scorers_worth(question_of(tables, [[1, 0], [0, 1]]), Fusion((1.0, 1.0)), ("ndcg",), k=1)
    # left: user 0 a hit; user 1 ties, lower item, a miss. right: user 0 ties, lower item, a hit; user 1 a hit
    assert worth.alone["ndcg"].tolist() == [1 / 2, 1.0]
    assert worth.whole["ndcg"] == 1.0
    assert worth.shapley["ndcg"] == pytest.approx([((1 / 2 - 0) + (1 - 1)) / 2, ((1 - 0) + (1 - 1 / 2)) / 2])
    assert worth.without["ndcg"].tolist() == [1.0, 1 / 2]


def test_a_scorer_without_weight_is_worth_nothing_and_twins_are_worth_the_same() -> None:
    question = drawn(2, seed=4)
    scores = {name: scorer.score(question.pool.users) for name, scorer in question.source.scorers.items()}
    tables = {"first": scores["s0"], "twin": scores["s0"], "idle": scores["s1"]}
    relevant = question.relevant.toarray()
    worth = scorers_worth(question_of(tables, relevant), Fusion((1.0, 1.0, 0.0)), ("ndcg", "coverage"), k=3)
    for values in worth.shapley.values():
        assert values[2] == 0
        assert values[0] == pytest.approx(values[1])


def test_drawn_orders_come_close_and_say_how_close() -> None:
    question = drawn(5, seed=6)
    fusion = Fusion((1.0, 2.0, 1.0, 0.5, 1.0))
    exact = scorers_worth(question, fusion, ("ndcg",), k=3)
    sampled = scorers_worth(question, fusion, ("ndcg",), k=3, permutations=300, max_exact=4)
    assert not sampled.exact
    assert (sampled.error["ndcg"] > 0).all()
    # every order adds up to the whole, so their mean does
    assert sampled.shapley["ndcg"].sum() == pytest.approx(exact.whole["ndcg"])
    # 4 standard errors: 1 of 16,000 draws is further off
    assert (np.abs(sampled.shapley["ndcg"] - exact.shapley["ndcg"]) <= 4 * sampled.error["ndcg"]).all()


def test_mistakes() -> None:
    question = drawn(2, seed=0)
    with pytest.raises(ScenarioError, match="undefined where nobody has a list"):
        scorers_worth(question, Fusion((1.0, 1.0)), ("gini",))
    with pytest.raises(ScenarioError, match="fewer than two groups"):
        scorers_worth(question, Fusion((1.0, 1.0)), ("gap:alone",), k=3)
    with pytest.raises(ScenarioError, match="all 0"):
        scorers_worth(question, Fusion((0.0, 0.0)))


@pytest.mark.parametrize(
    ("name", "chosen"),
    [
        ("segment-weights", {"at": "5,100", "weights": "cold: s0=1 | warm: equal"}),
        ("switching", {"at": "5", "weights": "s0=1 | s1=1"}),
        ("decision-tree", {}),
    ],
)
def test_worth_is_told_only_where_weights_decide_who_has_a_say(name: str, chosen: dict[str, object]) -> None:
    # with sets of weights of their own, which name no slider, every scorer but the last would be worth the same
    fusion = Fusion((1.0, 1.0, 1.0), strategy=make_strategy(name, chosen))
    with pytest.raises(ScenarioError, match=f"under {name} a scorer of weight 0 still has a say"):
        scorers_worth(drawn(3, 0), fusion, ("ndcg",), k=5)
