import json

import numpy as np
import pytest
from sklearn.tree import DecisionTreeClassifier

from recengine.errors import RecipeError
from recengine.fusion import Fusion, account, build_pool, fuse, fuse_row, prepared
from recengine.fusion.strategies import DecisionTree, Taught
from recengine.fusion.strategies.decision_tree import LEAF, Tree, rules
from recengine.fusion.strategies.features import Feature
from recengine.fusion.strategies.learned import Pairs
from recengine.progress import never, silent
from tests.fusion.strategies.lessons import N_ITEMS, N_USERS, catalogue, knowing_of, lesson

SMALL = DecisionTree(depth=2, leaf=20)
COLUMNS = (Feature("als rank", "rank", "als"), Feature("history length", "user"))


def _tree() -> Tree:
    """als rank at most 12? then history length at most 50?"""
    return Tree(
        feature=np.array([0, 1, LEAF, LEAF, LEAF], dtype=np.int32),
        threshold=np.array([12.0, 50.0, 0.0, 0.0, 0.0]),
        missing_left=np.array([False, True, False, False, False]),
        left=np.array([1, 3, -1, -1, -1], dtype=np.int32),
        right=np.array([2, 4, -1, -1, -1], dtype=np.int32),
        worth=np.array([0.5, 0.7, 0.1, 0.8, 0.4]),
        share=np.array([0.1, 0.2, 0.01, 0.3, 0.1]),
        size=np.array([1000, 400, 600, 250, 150], dtype=np.int32),
        gains=np.array([2.0, 1.0]),
    )


def test_a_candidate_goes_from_question_to_question() -> None:
    nan = np.nan
    table = np.array([[12, 50], [12, 51], [13, 1], [nan, 1], [1, nan]], dtype=np.float32)
    assert _tree().leaves(table).tolist() == [3, 4, 2, 2, 3]


def test_a_better_rule_goes_before_a_better_sum_and_the_sum_orders_within_a_rule() -> None:
    # leaves 3 (worth .8), 4 (.4) and 2 (.1); within a leaf the sum goes to 1/2 + 1/2 * s / (1 + |s|)
    table = np.array([[1, 1], [1, 1], [1, 99], [20, 1]], dtype=np.float32)
    scores = _tree().predict(table, np.array([0.0, 3.0, 9.0, -1.0], dtype=np.float32))
    places = {worth: place for place, worth in enumerate(sorted([0.5, 0.7, 0.1, 0.8, 0.4]))}
    assert scores.tolist() == pytest.approx(
        [places[0.8] + 0.5, places[0.8] + 0.5 + 0.5 * 3 / 4, places[0.4] + 0.5 + 0.5 * 9 / 10, places[0.1] + 0.25]
    )
    assert np.argsort(-scores).tolist() == [1, 0, 2, 3]


def test_rules_are_read_from_the_top() -> None:
    taught = Taught(COLUMNS, np.array([2 / 3, 1 / 3]), (_tree(),), np.zeros(3, dtype=np.int32), 3, 100)
    assert [(rule.text, rule.share, rule.size) for rule in rules(taught)] == [
        ("If als rank at most 12 and (history length at most 50, or not known)", 0.3, 250),
        ("If als rank at most 12 and history length above 50", 0.1, 150),
        ("If (als rank above 12, or no opinion)", 0.01, 600),
    ]


def test_leaves_are_those_of_scikit_learn() -> None:
    generator = np.random.default_rng(0)
    table = generator.integers(0, 30, (3000, 4)).astype(np.float32)
    table[generator.random(table.shape) < 0.1] = np.nan
    relevant = generator.random(3000) < np.where(np.nan_to_num(table[:, 0], nan=30) < 10, 0.5, 0.1)
    relevant |= np.isnan(table[:, 1]) & (generator.random(3000) < 0.5)
    columns = tuple(Feature(f"f{number}", "item") for number in range(4))
    # one user has all: the relevant weigh as much as the others
    pairs = Pairs(table, relevant, np.array([3000]))
    tree = DecisionTree(depth=4, leaf=50).learn(pairs, columns, 0, silent, never)
    model = DecisionTreeClassifier(criterion="entropy", max_depth=4, min_samples_leaf=50, random_state=0)
    counts = np.where(relevant, relevant.sum(), (~relevant).sum())
    model.fit(table, relevant, sample_weight=1 / counts)
    leaves = tree.leaves(table)
    np.testing.assert_array_equal(leaves, model.apply(table))
    for leaf in np.unique(leaves):
        mine = relevant[leaves == leaf]
        assert (tree.size[leaf], tree.share[leaf]) == (len(mine), pytest.approx(mine.mean()))
    taught = Taught(columns, tree.gains, (tree,), np.zeros(1, dtype=np.int32), 1, int(relevant.sum()))
    assert sum(rule.size for rule in rules(taught)) == 3000


def test_it_learns_whom_to_believe_and_is_stored_as_numbers() -> None:
    source, relevant = catalogue()
    taught = SMALL.teach(lesson(source, relevant))
    # five of forty are relevant: those with the first five ranks of "right"
    best = rules(taught)[0]
    assert best.text == "If right rank at most 5.5"
    assert (best.share, best.size) == (1.0, 5 * N_USERS)
    settings, arrays = SMALL.state_of(taught)
    restored = SMALL.taught_from(json.loads(json.dumps(settings)), arrays)
    assert rules(restored) == rules(taught)
    pool = build_pool(source)
    fusion = Fusion((0.0, 1.0), strategy=SMALL)
    known = knowing_of(source, SMALL, restored)
    lists = fuse(pool, known, fusion, 5)
    assert np.take_along_axis(relevant.toarray(), lists.rankings.items, axis=1).all()
    assert lists.certified.all()  # the pool holds the whole catalogue
    # within the rule by the weighted sum, here of "wrong" alone
    plain = fuse_row(pool, source, Fusion((0.0, 1.0)), 4)
    sums = plain.score[lists.rankings.items[4]]
    assert (np.diff(sums) <= 0).all()
    said = [remark.text([""] * N_ITEMS) for remark in account(pool, known, fusion, 4, int(lists.rankings.items[4, 0]))]
    assert said[0] == "If right rank at most 5.5: 100.0% of such candidates were relevant in the validation part"


def test_nodes_that_are_no_tree_are_refused() -> None:
    for change in (
        {"left": np.array([0, 3, -1, -1, -1], dtype=np.int32)},
        {"right": np.array([9, 4, -1, -1, -1], dtype=np.int32)},
        {"feature": np.array([7, 1, LEAF, LEAF, LEAF], dtype=np.int32)},
        {"worth": np.zeros(2)},
        {"gains": np.zeros(1)},
    ):
        with pytest.raises(ValueError, match="no tree"):
            SMALL.restore(_tree().state() | change, COLUMNS)
    assert SMALL.restore(_tree().state(), COLUMNS).leaves(np.zeros((1, 2), dtype=np.float32)).tolist() == [3]


def test_it_stays_shallow() -> None:
    with pytest.raises(RecipeError, match="from 1 to 4"):
        DecisionTree(depth=5)


def test_a_big_pool_is_not_mapped_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    source, relevant = catalogue()
    small = SMALL.teach(lesson(source, relevant))
    monkeypatch.setattr(prepared, "KEPT_BYTES", 0)
    monkeypatch.delattr(prepared.PreparedPool, "values")
    assert rules(SMALL.teach(lesson(source, relevant))) == rules(small)
