from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.errors import ScenarioError
from recengine.fusion import build_pool, fuse, fuse_row
from recengine.fusion.strategies.segment_weights import SegmentWeights
from recengine.fusion.strategies.weight_sets import named_sets, named_text
from tests.fusion.catalogues import Case, cases
from tests.fusion.strategies.people import effective, facts_of, knowing

SCORERS = ("a", "b:tuned")
OWN = effective(3, 1)


def _weights(strategy: SegmentWeights, **people: object) -> list[Any]:
    facts = facts_of(**people)  # type: ignore[arg-type]
    users = np.arange(facts.train.n_users, dtype=np.int32)
    strategy.check(SCORERS)
    return [pytest.approx(row) for row in strategy.weights_of(OWN, SCORERS, users, facts).T.tolist()]


def test_a_segment_that_is_not_named_has_the_weights_of_the_scenario() -> None:
    strategy = SegmentWeights(at="5,20", weights="cold: b:tuned=1 | heavy: a=1,b:tuned=1")
    assert _weights(strategy, lengths=[4, 5, 19, 20]) == [[0, 1], OWN.tolist(), OWN.tolist(), [0.5, 0.5]]


def test_the_groups_of_an_attribute() -> None:
    strategy = SegmentWeights(by="group", weights='"x: |": b:tuned=1 | unknown: equal | z: scenario')
    found = _weights(strategy, lengths=[1, 1, 1, 1], groups=["x: |", None, "z", "w"])
    assert found == [[0, 1], [0.5, 0.5], OWN.tolist(), OWN.tolist()]


@settings(max_examples=60)
@given(cases(), st.data())
def test_each_user_has_the_list_of_a_weighted_sum_by_the_segments_weights(case: Case, data: st.DataObject) -> None:
    scorers = tuple(case.source.scorers)
    lengths = data.draw(st.lists(st.integers(0, 12), min_size=4, max_size=4))
    number = st.sampled_from([0.0, 0.25, 1.0, 2.0])
    sets = [data.draw(st.lists(number, min_size=len(scorers), max_size=len(scorers)).filter(any)) for _ in "12"]
    cold, heavy = (",".join(f"{name}={weight}" for name, weight in zip(scorers, one, strict=True)) for one in sets)
    strategy = SegmentWeights(at="4,8", weights=f"cold: {cold} | heavy: {heavy}")
    source = knowing(case.source, facts_of(lengths))
    pool = build_pool(source, depth=case.depth)
    fusion = replace(case.fusion, strategy=strategy)
    lists = fuse(pool, source, fusion, case.k)
    for user, length in enumerate(lengths[: len(pool.users)]):
        weights = sets[0] if length < 4 else sets[1] if length >= 8 else case.fusion.weights
        # by the weighted sum, which has its own tests against the whole catalogue: the same numbers to the last bit
        alone = fuse(pool, source, replace(case.fusion, weights=tuple(weights)), case.k)
        np.testing.assert_array_equal(lists.rankings.items[user], alone.rankings.items[user])
        np.testing.assert_allclose(lists.rankings.scores[user], alone.rankings.scores[user], atol=1e-6)
        assert lists.certified[user] == alone.certified[user]
        row = fuse_row(pool, source, fusion, user)
        np.testing.assert_allclose(row.parts.sum(axis=0), row.score, atol=1e-6)


@given(
    st.dictionaries(
        st.text(alphabet='ab"|: ,', min_size=1, max_size=5).filter(str.strip),
        st.just({"als": 0.75, "als:tuned": 0.25}),
        min_size=1,
    )
)
def test_segments_are_read_as_they_are_written(sets: dict[str, dict[str, float]]) -> None:
    assert named_sets(named_text(sets), "here") == dict.fromkeys(sets, "als=0.75,als:tuned=0.25")


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"weights": "cold"}, "'cold' is not SEGMENT: WEIGHTS"),
        ({"weights": "cold: a=1 | cold: a=2"}, "'cold' is given twice"),
        ({"weights": "cold: c=1"}, "weights of cold: there is no scorer 'c'. Choose among a, b:tuned."),
        ({"weights": "cold: "}, "weights of cold: '' is not SCORER=NUMBER"),
        ({"weights": "luke: equal"}, "there is no segment 'luke' by history. Choose among cold, warm, heavy."),
        ({"at": "5"}, "at needs two thresholds"),
        ({"at": "9,5"}, "ascending order"),
    ],
)
def test_a_mistake_is_one_clear_line(settings: dict[str, str], said: str) -> None:
    with pytest.raises(ScenarioError) as error:
        SegmentWeights(**settings).check(SCORERS)
    assert said in str(error.value)
    assert "\n" not in str(error.value)


def test_what_the_users_have_not_is_told() -> None:
    with pytest.raises(ScenarioError, match=r"there is no segment 'q' by group. Choose among x"):
        _weights(SegmentWeights(by="group", weights="q: equal"), lengths=[1], groups=["x"])
    with pytest.raises(ScenarioError, match="'age' has no categories"):
        _weights(SegmentWeights(by="age"), lengths=[1])
