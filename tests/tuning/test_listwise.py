from dataclasses import replace

import numpy as np
import pytest
from scipy.sparse import csr_matrix

from recengine.errors import ScenarioError
from recengine.fusion import Fusion, Pool, Source, build_pool, fuse, prepared
from recengine.fusion.strategies import SegmentWeights
from recengine.ranking import compute_metrics
from recengine.tuning import LearnedWeights, learn_weights
from recengine.tuning.listwise import _best, _Lists
from tests.fusion.catalogues import source_of
from tests.fusion.strategies.people import facts_of, knowing

BY_GROUP = SegmentWeights(by="group", weights="x: equal")


def _taste(weights: np.ndarray, seed: int = 0, n_items: int = 30) -> tuple[Source, csr_matrix]:
    """Users whose three relevant items are drawn, rather where the sum of scores by their weights (U, C) is high."""
    generator = np.random.default_rng(seed)
    n_users, n_scorers = weights.shape
    tables = generator.random((n_scorers, n_users, n_items))
    tables[:, :, 0], tables[:, :, 1] = 0, 1  # so that min-max leaves them as they are
    # the largest of sums with Gumbel noise are draws from the softmax without replacement
    noisy = np.einsum("uc,cui->ui", weights, tables) + generator.gumbel(size=(n_users, n_items))
    relevant = np.zeros((n_users, n_items))
    np.put_along_axis(relevant, np.argsort(-noisy, axis=1)[:, :3], 1, axis=1)
    groups: list[str | None] = ["x" if user % 2 else "y" for user in range(n_users)]
    source = source_of({f"s{number}": table for number, table in enumerate(tables)})
    return knowing(source, facts_of([1] * n_users, n_items=n_items, groups=groups)), csr_matrix(relevant)


def _learn(source: Source, relevant: csr_matrix, weights: tuple[float, ...], segments: bool = False) -> LearnedWeights:
    asked = BY_GROUP if segments else None
    return learn_weights(build_pool(source), source, relevant, Fusion(weights), segments=asked, k=5)


def test_the_loss_of_two_candidates() -> None:
    # values 1 and 0, the first is relevant, weight w: -log(exp(w) / (exp(w) + 1))
    source = source_of({"only": [[1.0, 0.0]]})
    lists = _Lists.of(build_pool(source), csr_matrix([[1.0, 0.0]]), Fusion((1.0,)), 0)
    for weight in (0.0, 2.0):
        loss, gradient = lists.loss(np.array([weight]))
        share = np.exp(weight) / (np.exp(weight) + 1)
        assert loss == pytest.approx(-np.log(share))
        assert gradient == pytest.approx([share - 1])
        # the variance of the value under the softmax
        assert lists.curvature(np.array([weight])) == pytest.approx(share * (1 - share))


def test_slopes_are_those_of_the_loss() -> None:
    source, relevant = _taste(np.tile([3.0, 1.0, 0.0], (20, 1)))
    lists = _Lists.of(build_pool(source), relevant, Fusion((1.0, 1.0, 1.0)), 0)
    at = np.array([1.5, 0.5, 2.0])
    step = 1e-5 * np.eye(3)
    # by central differences
    losses = [(lists.loss(at + one)[0] - lists.loss(at - one)[0]) / 2e-5 for one in step]
    assert lists.loss(at)[1] == pytest.approx(losses, abs=1e-4)
    slopes = [(lists.loss(at + one)[1] - lists.loss(at - one)[1]) / 2e-5 / 20 for one in step]
    assert lists.curvature(at) == pytest.approx(np.array(slopes), abs=1e-6)
    some = lists.take(np.array([3, 7, 8]))
    parts = [lists.take(np.array([user])).loss(at)[0] for user in (3, 7, 8)]
    assert some.loss(at)[0] == pytest.approx(sum(parts))


def test_weights_by_which_items_were_taken_are_found_again() -> None:
    source, relevant = _taste(np.tile([6.0, 2.0, 0.0], (800, 1)))
    learned = _learn(source, relevant, (1.0, 1.0, 1.0))
    # 6 : 2 : 0 over their sum
    assert list(learned.weights.values()) == pytest.approx([0.75, 0.25, 0.0], abs=0.03)
    assert learned.n_users == 800
    assert learned.gain.change.low > 0
    assert learned.gain.after == pytest.approx(learned.gain.before + learned.gain.change.mean)


def test_a_scorer_that_is_wrong_gets_nothing() -> None:
    source, relevant = _taste(np.tile([4.0, -4.0], (100, 1)))
    assert _learn(source, relevant, (1.0, 1.0)).weights == {"s0": 1.0, "s1": 0.0}


def test_one_scorer_has_all_the_weight_and_no_scorer_that_helps_leaves_the_weights_as_they_were() -> None:
    source, relevant = _taste(np.tile([4.0], (30, 1)))
    assert _learn(source, relevant, (0.3,)).weights == {"s0": 1.0}
    source, relevant = _taste(np.tile([-4.0, -4.0], (100, 1)))
    assert _learn(source, relevant, (3.0, 1.0)).weights == {"s0": 0.75, "s1": 0.25}


def test_segments_of_other_taste_get_other_weights() -> None:
    taste = np.where(np.arange(400)[:, None] % 2, [6.0, 1.0], [1.0, 6.0])
    source, relevant = _taste(taste)
    learned = _learn(source, relevant, (1.0, 1.0), segments=True)
    assert learned.weights["s0"] == pytest.approx(0.5, abs=0.05)
    assert learned.segments["x"]["s0"] == pytest.approx(6 / 7, abs=0.07)
    assert learned.segments["y"]["s0"] == pytest.approx(1 / 7, abs=0.07)
    assert learned.strategy is not None
    assert learned.segments_gain is not None
    assert learned.segments_gain.change.low > 0
    assert learned.strength is not None
    assert learned.strength < 100
    learned.strategy.check(("s0", "s1"))
    fusion = Fusion(tuple(learned.weights.values()), strategy=learned.strategy)
    lists = fuse(build_pool(source), source, fusion, 5)
    per_user, _ = compute_metrics(lists.rankings, relevant, np.zeros(30, dtype=np.int32), 400, ["ndcg"])
    assert np.nanmean(per_user["ndcg"]) == pytest.approx(learned.segments_gain.after, abs=0.03)


def test_segments_of_one_taste_are_drawn_together() -> None:
    source, relevant = _taste(np.tile([4.0, 2.0], (60, 1)))
    learned = _learn(source, relevant, (1.0, 1.0), segments=True)
    rows = {"x": np.arange(1, 60, 2), "y": np.arange(0, 60, 2)}
    lists = _Lists.of(build_pool(source), relevant, Fusion((1.0, 1.0)), 0)
    for name, weights in learned.segments.items():
        alone = _best(lists.take(rows[name]), np.ones(2))
        shared = learned.weights["s0"]
        assert abs(weights["s0"] - shared) < abs(alone[0] / alone.sum() - shared)


def test_strength_goes_from_the_segments_own_weights_to_those_of_all() -> None:
    source, relevant = _taste(np.tile([4.0, 2.0], (60, 1)))
    lists = _Lists.of(build_pool(source), relevant, Fusion((1.0, 1.0)), 0)
    shared = _best(lists, np.ones(2))
    few = lists.take(np.arange(7))
    own = _best(few, shared)
    away = [
        float(np.linalg.norm(_best(few, shared, lists.curvature(shared), strength) - shared))
        for strength in (0.0, 10.0, 100.0, 1e6, np.inf)
    ]
    assert away[0] == pytest.approx(float(np.linalg.norm(own - shared)), rel=1e-3)
    assert away == sorted(away, reverse=True)
    assert away[3] < 1e-3
    assert away[4] == 0


def test_the_gain_of_a_user_does_not_come_from_that_user() -> None:
    # relevant items by chance: what fits them is worth nothing for others, so it must not show
    generator = np.random.default_rng(3)
    tables = {f"s{number}": generator.random((40, 20)) for number in range(4)}
    relevant = csr_matrix((generator.random((40, 20)) < 0.1).astype(float))
    learned = _learn(source_of(tables), relevant, (1.0, 1.0, 1.0, 1.0))
    assert learned.gain.change.low <= 0


def test_the_same_question_has_the_same_answer_whoever_has_nothing_relevant() -> None:
    source, relevant = _taste(np.tile([4.0, 2.0], (60, 1)))
    first = _learn(source, relevant, (1.0, 1.0), segments=True)
    assert _learn(source, relevant, (1.0, 1.0), segments=True) == first
    pool = build_pool(source)
    without = relevant.toarray()
    without[50:] = 0
    known = learn_weights(pool, source, csr_matrix(without), Fusion((1.0, 1.0)), k=5)
    fewer: Pool = build_pool(source, users=np.arange(50, dtype=np.int32))
    assert learn_weights(fewer, source, relevant, Fusion((1.0, 1.0)), k=5) == known
    assert known.n_users == 50


def test_a_strategy_of_the_scenario_is_not_what_weights_are_learned_for() -> None:
    source, relevant = _taste(np.tile([4.0, 2.0], (60, 1)))
    plain = _learn(source, relevant, (1.0, 1.0))
    switched = replace(Fusion((1.0, 1.0)), strategy=BY_GROUP)
    assert learn_weights(build_pool(source), source, relevant, switched, k=5) == plain


def test_nobody_to_learn_from_is_told() -> None:
    source, relevant = _taste(np.tile([4.0, 2.0], (5, 1)))
    for nothing in (np.zeros(relevant.shape), np.ones(relevant.shape)):
        with pytest.raises(ScenarioError, match=r"there is nothing to learn from|nobody has a positive"):
            _learn(source, csr_matrix(nothing), (1.0, 1.0))


def test_a_big_pool_is_not_mapped_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    source, relevant = _taste(np.tile([4.0, 2.0], (20, 1)))
    small = _Lists.of(build_pool(source), relevant, Fusion((1.0, 1.0)), 0)
    monkeypatch.setattr(prepared, "KEPT_BYTES", 0)
    monkeypatch.delattr(prepared.PreparedPool, "values")
    big = _Lists.of(build_pool(source), relevant, Fusion((1.0, 1.0)), 0)
    np.testing.assert_array_equal(big.table, small.table)
    np.testing.assert_array_equal(big.wanted, small.wanted)
