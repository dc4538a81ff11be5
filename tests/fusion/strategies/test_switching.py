from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.errors import RecipeError, ScenarioError
from recengine.fusion import Fusion, build_pool, fuse, fuse_row
from recengine.fusion.strategies.switching import Switching, blend_shares
from tests.fusion.catalogues import Case, best, cases, fused_scores, source_of
from tests.fusion.strategies.people import effective, facts_of, knowing

SCORERS = ("a", "b")
OWN = effective(3, 1)


def _weights(strategy: Switching, **people: object) -> list[Any]:
    facts = facts_of(**people)  # type: ignore[arg-type]
    users = np.arange(facts.train.n_users, dtype=np.int32)
    strategy.check(SCORERS)
    return [pytest.approx(row) for row in strategy.weights_of(OWN, SCORERS, users, facts).T.tolist()]


def test_a_number_at_the_threshold_is_on_its_upper_side() -> None:
    strategy = Switching(by="history", at="5,20", weights="b=2 | a=1,b=3 | scenario")
    found = _weights(strategy, lengths=[0, 4, 5, 19, 20])
    assert found == [[0, 1], [0, 1], [0.25, 0.75], [0.25, 0.75], [0.75, 0.25]]


def test_weights_blend_evenly_around_the_threshold() -> None:
    # from 10 - 5 to 10 + 5 the share of the upper set grows from 0 to 1: at 7 it is 2/10
    strategy = Switching(by="history", at="10", weights="a=1 | b=1", softness=0.5)
    found = _weights(strategy, lengths=[4, 5, 7, 10, 15, 16])
    assert found == [[1, 0], [1, 0], [1 - 2 / 10, 2 / 10], [1 / 2, 1 / 2], [0, 1], [0, 1]]


def test_by_the_age_of_the_last_event_in_days() -> None:
    # the latest event of all is that of the first user, 10 days ago: the second's is 30 days older
    strategy = Switching(by="last-event", at="30", weights="a=1 | b=1")
    assert _weights(strategy, lengths=[1, 1, 1], days=[10.0, 39.5, 40.0]) == [[1, 0], [1, 0], [0, 1]]


def test_a_user_without_the_number_has_the_weights_of_the_scenario() -> None:
    strategy = Switching(by="age", at="30", weights="a=1 | b=1", softness=0.2)
    assert _weights(strategy, lengths=[1, 1, 1], ages=[20.0, None, 60.0]) == [[1, 0], OWN.tolist(), [0, 1]]
    strategy = Switching(by="last-event", at="30", weights="a=1 | b=1")
    assert _weights(strategy, lengths=[0, 1])[0] == OWN.tolist()


def test_values_of_a_category_choose_the_set_and_the_last_one_takes_the_others() -> None:
    strategy = Switching(by="group", at='"x, y",z', weights="a=1 | b=1 | equal")
    found = _weights(strategy, lengths=[1, 1, 1, 1], groups=["z", "x, y", None, "other"])
    assert found == [[0, 1], [1, 0], [0.5, 0.5], [0.5, 0.5]]


@given(
    st.lists(st.floats(-100, 1000), min_size=1, max_size=5),
    st.lists(st.integers(-50, 500), min_size=1, max_size=4, unique=True).map(sorted),
    st.floats(0, 1),
)
def test_shares_are_never_negative_and_sum_to_one(numbers: list[float], at: list[int], softness: float) -> None:
    shares = blend_shares(np.array(numbers), np.array(at, dtype=float), softness)
    assert (shares >= 0).all()
    np.testing.assert_allclose(shares.sum(axis=0), 1)


@settings(max_examples=80)
@given(cases(), st.data())
def test_lists_are_those_of_the_whole_catalogue_by_each_users_weights(case: Case, data: st.DataObject) -> None:
    scorers = tuple(case.source.scorers)
    lengths = data.draw(st.lists(st.integers(0, 12), min_size=4, max_size=4))
    number = st.sampled_from([0.0, 0.25, 1.0, 2.0])
    sets = [data.draw(st.lists(number, min_size=len(scorers), max_size=len(scorers)).filter(any)) for _ in "123"]
    texts = [",".join(f"{name}={weight}" for name, weight in zip(scorers, one, strict=True)) for one in sets]
    softness = data.draw(st.sampled_from([0.0, 0.5]))
    strategy = Switching(at="4,8", weights=" | ".join(texts), softness=softness)
    source = knowing(case.source, facts_of(lengths))
    pool = build_pool(source, depth=case.depth)
    fusion = replace(case.fusion, strategy=strategy)
    lists = fuse(pool, source, fusion, case.k)
    shares = blend_shares(np.array(lengths, dtype=float), np.array([4.0, 8.0]), softness)
    for user in range(len(pool.users)):
        mine = sum(share * effective(*one) for share, one in zip(shares[:, user], sets, strict=True))
        expected = fused_scores(source, replace(case.fusion, weights=tuple(mine)), user)
        items = lists.rankings.items[user]
        listed = items[items >= 0]
        # rounding may tell equal scores apart, so scores are compared, not places
        wanted = [expected[item] for item in best(expected, case.k) if item >= 0]
        np.testing.assert_allclose([expected[item] for item in listed], wanted, atol=2e-6)
        np.testing.assert_allclose(lists.rankings.scores[user][: len(listed)], wanted, atol=2e-6)
        row = fuse_row(pool, source, fusion, user)
        np.testing.assert_allclose(row.weights, mine, atol=1e-12)
        np.testing.assert_array_equal(row.score[listed], lists.rankings.scores[user][: len(listed)])


@settings(max_examples=50)
@given(cases(), st.sampled_from([0.0, 0.3]))
def test_with_the_scenarios_weights_everywhere_it_is_the_weighted_sum(case: Case, softness: float) -> None:
    strategy = Switching(at="3", weights="scenario | scenario", softness=softness)
    source = knowing(case.source, facts_of([0, 3, 4, 9]))
    pool = build_pool(source, depth=case.depth)
    plain, switched = (
        fuse(pool, source, replace(case.fusion, strategy=s), case.k) for s in (Fusion((1,)).strategy, strategy)
    )
    np.testing.assert_array_equal(plain.rankings.items, switched.rankings.items)
    np.testing.assert_array_equal(plain.certified, switched.certified)


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weights": "a=1 | c=1"}, "there is no scorer 'c'. Choose among a, b."),
        ({"weights": "a=1"}, "1 in at (20) need 2 sets of weights, got 1"),
        ({"at": "20,5", "weights": "a=1 | b=1 | a=1"}, "5 stands after 20. Give the thresholds in ascending order"),
        ({"at": "x"}, "'x' is no number"),
        ({"weights": "a | b=1"}, "'a' is not SCORER=NUMBER"),
        ({"weights": "a=-1 | b=1"}, "a must be a number of 0 or more, got '-1'"),
        ({"weights": "a=0 | b=1"}, "do not add up to a number above 0"),
        ({"weights": "a=1,a=2 | b=1"}, "a is given twice"),
        ({"weights": "a=1 |"}, "'' is not SCORER=NUMBER"),
        ({"at": '"x'}, "cannot be read"),
    ],
)
def test_a_mistake_is_one_clear_line(settings: dict[str, Any], said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        Switching(**settings).check(SCORERS)
    assert said in str(error.value)
    assert str(error.value).startswith("switching: ")
    assert "\n" not in str(error.value)


def test_what_the_users_have_not_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"the users have no attribute 'height'. They have age, group"):
        _weights(Switching(by="height"), lengths=[1])
    with pytest.raises(ScenarioError, match=r"no user has the group 'q'. Choose among unknown, x"):
        _weights(Switching(by="group", at="q"), lengths=[1, 1], groups=["x", None])
    source = source_of({"a": [[1, 2]]})
    with pytest.raises(ScenarioError, match="needs users and items of a dataset"):
        fuse(build_pool(source), source, Fusion((1.0,), strategy=Switching()), 1)
    with pytest.raises(RecipeError, match="softness"):
        Switching(softness=2.0)


def test_thresholds_may_be_written_as_a_number() -> None:
    assert Switching(at=10) == Switching(at="10")  # type: ignore[arg-type]
