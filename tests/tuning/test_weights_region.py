"""The weights that cannot be told from the best."""

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.errors import ScenarioError
from recengine.evaluation import Resamples
from recengine.fusion import Fusion
from recengine.tuning import find_measure, indifference
from recengine.tuning.region import simplex
from tests.tuning.weight_questions import drawn, question_of


@given(st.integers(2, 4), st.integers(1, 8))
def test_the_simplex_holds_every_step_once(n: int, steps: int) -> None:
    weights = simplex(n, steps)
    assert weights.sum(axis=1) == pytest.approx(np.ones(len(weights)))
    assert len({tuple(row) for row in np.round(weights * steps).tolist()}) == len(weights)
    # as many as ways to put n - 1 bars between steps
    assert len(weights) == comb(steps + n - 1, n - 1)


def test_alike_is_what_the_paired_interval_says() -> None:
    question = drawn(3, seed=3)
    region = indifference(question, Fusion((1.0, 1.0, 1.0)), k=3, seed=5)
    resamples = Resamples.draw(30, seed=5)
    measure = [find_measure("ndcg")]

    def ndcg(number: int) -> np.ndarray:
        return question.look(region.points.setting(number).fusion(Fusion((1.0,) * 3)), measure, 3)[1]["ndcg"]

    best = ndcg(region.best)
    for number in range(0, len(region.points), 29):
        mean, low, high = resamples.difference(ndcg(number), best)
        assert region.difference[number] == pytest.approx(mean, abs=1e-6)
        assert region.alike[number] == (low <= 0 <= high)
    assert region.difference[region.best] == 0
    assert region.alike[region.best]
    assert region.points.values["ndcg"][region.best] == region.points.values["ndcg"].max()
    assert region.gridded == len(simplex(3, 20))
    assert len(region.points) == region.gridded + 1


def test_a_pick_is_the_best_inside() -> None:
    question = drawn(3, seed=3)
    region = indifference(question, Fusion((1.0, 1.0, 1.0)), k=3, picks=("coverage", "gap:half", "+novelty"))
    for text, sign in (("coverage", 1), ("gap:half", -1), ("+novelty", 1)):
        values = sign * region.points.values[text]
        assert values[region.picks[text]] == values[region.alike].max()
        assert region.alike[region.picks[text]]


def test_the_interval_of_two_scorers() -> None:
    # every weight above 0 on the good one ranks alike; without it the list is wrong for all
    tables = {"good": [[1.0, 0.0]] * 8, "silent": [[0.5, 0.5]] * 8}
    region = indifference(question_of(tables, [[1, 0]] * 8), Fusion((1.0, 1.0)), k=1)
    assert region.interval == (0.0, 1.0)  # ties go to the lower item, which is the good one
    tables["silent"] = [[0.0, 1.0]] * 8
    region = indifference(question_of(tables, [[1, 0]] * 8), Fusion((1.0, 1.0)), k=1)
    # at 1/2 both items tie, and the lower one stands first
    assert region.interval == (0.5, 1.0)
    assert indifference(drawn(3, seed=0), Fusion((1.0,) * 3), k=3).interval is None


def test_some_scorers_share_the_weight_and_found_weights_are_looked_at_too() -> None:
    question = drawn(5, seed=1)
    region = indifference(question, Fusion((1.0,) * 5), k=3, among=("s1", "s3"), also=[(0, 3.0, 0, 1.0, 0)])
    assert (region.points.weights[: region.gridded, [0, 2, 4]] == 0).all()
    assert [0.0, 0.75, 0.0, 0.25, 0.0] in region.points.weights.tolist()
    assert region.step == 1 / 100
    wide = indifference(question, Fusion((1.0,) * 5), k=3)
    assert wide.step is None
    assert len(wide.points) > 300


def test_mistakes() -> None:
    question = drawn(2, seed=0)
    both = Fusion((1.0, 1.0))
    for arguments, words in (
        ({"metric": "gini"}, "no value for each user"),
        ({"picks": ("novelty",)}, "neither"),
        ({"among": ("s0",)}, "at least two"),
        ({"among": ("s0", "nobody")}, "nobody"),
        ({"picks": ("gap:shoe",)}, "gap:shoe"),
        ({"also": [(0.0, 0.0)]}, "all 0"),
    ):
        with pytest.raises(ScenarioError, match=words):
            indifference(question, both, k=3, **arguments)
