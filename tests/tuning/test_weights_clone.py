"""Weights that reproduce another system."""

import numpy as np
import pytest

from recengine.errors import ScenarioError
from recengine.fusion import Fusion, fuse
from recengine.ranking import Rankings
from recengine.tuning import Effort, clone_weights
from recengine.tuning.cloning import without_scorer
from tests.tuning.weight_questions import drawn

SHORT = Effort(400)


def test_weights_that_made_the_lists_are_found_again() -> None:
    question = drawn(3, seed=8, n_users=60)
    truth = Fusion((0.6, 0.1, 0.3), "z-score")
    target = fuse(question.pool, question.source, truth, 5).rankings
    clone = clone_weights(question.pool, question.source, Fusion((1.0,) * 3), target, k=5, effort=SHORT)
    assert clone.agreement["rbo"].mean > 0.97
    assert clone.agreement["rbo"].mean > clone.before["rbo"].mean
    assert clone.agreement["rbo"].mean >= max(clone.alone.values())
    assert clone.agreement["rbo"].n == 60
    again = fuse(question.pool, question.source, clone.setting.fusion(Fusion((1.0,) * 3)), 5).rankings
    shared = [len(set(ours) & set(theirs)) / 5 for ours, theirs in zip(again.items, target.items, strict=True)]
    assert clone.agreement["overlap"].mean == pytest.approx(np.mean(shared))


def test_the_copied_scorer_gets_no_weight() -> None:
    question = drawn(3, seed=8)
    lists = fuse(question.pool, question.source, Fusion((0.0, 0.0, 1.0)), 5).rankings
    clone = clone_weights(
        question.pool, question.source, Fusion((0.0, 0.0, 1.0)), lists, copied="s2", k=5, effort=Effort(60)
    )
    assert list(clone.weights) == ["s0", "s1"]
    assert clone.points.scorers == ("s0", "s1")


def test_without_a_scorer_the_lists_are_those_of_its_weight_0() -> None:
    question = drawn(3, seed=2)
    fusion = Fusion((0.3, 0.0, 0.7), "rank")
    pool, source, other = without_scorer(question.pool, question.source, fusion, "s1")
    ours, theirs = fuse(pool, source, other, 6).rankings, fuse(question.pool, question.source, fusion, 6).rankings
    np.testing.assert_array_equal(ours.items, theirs.items)


def test_only_users_with_a_list_count_whatever_their_order() -> None:
    question = drawn(2, seed=3)
    lists = fuse(question.pool, question.source, Fusion((0.7, 0.3)), 4).rankings
    some = np.array([9, 4, 17])
    items = lists.items[some].copy()
    items[2] = -1
    target = Rankings(lists.users[some], items, lists.scores[some])
    clone = clone_weights(question.pool, question.source, Fusion((1.0, 1.0)), target, k=4, effort=Effort(80))
    assert clone.agreement["rbo"].n == 2


def test_mistakes() -> None:
    question = drawn(2, seed=0)
    both = Fusion((1.0, 1.0))
    lists = fuse(question.pool, question.source, both, 3).rankings
    with pytest.raises(ScenarioError, match="at least two other"):
        clone_weights(question.pool, question.source, both, lists, copied="s0")
    with pytest.raises(ScenarioError, match="nobody"):
        clone_weights(question.pool, question.source, both, lists, copied="nobody")
    with pytest.raises(ScenarioError, match="eye"):
        clone_weights(question.pool, question.source, both, lists, by="eye")
    empty = Rankings(lists.users, np.full_like(lists.items, -1), lists.scores)
    with pytest.raises(ScenarioError, match="no user has an uploaded list"):
        clone_weights(question.pool, question.source, both, empty)
