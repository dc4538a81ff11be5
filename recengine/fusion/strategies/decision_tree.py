"""A decision tree shallow enough to read, learned on the validation part."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.fusion.facts import Facts
from recengine.fusion.prepared import weighted_sum
from recengine.fusion.strategies.base import Remark, Rows
from recengine.fusion.strategies.features import Candidates, Feature
from recengine.fusion.strategies.learned import Learned, Pairs, Taught
from recengine.models.settings import Whole, setting
from recengine.progress import Cancel, Progress

MAX_DEPTH = 4
"""Questions that one can still read one after the other."""
LEAF = -1


@dataclass(frozen=True, eq=False)
class Tree:
    """Nodes as arrays, the first one the root, each before its children.

    feature (N,) int32: the column that is asked, -1 in a leaf. threshold (N,) float64: at most so much goes left.
    missing_left (N,) bool: where NaN goes. left, right (N,) int32. worth (N,) float64 in [0, 1], higher is better: the
    share of relevant candidates where every user has as many relevant as others. share (N,) float64: of relevant
    candidates as they are, and size (N,) int32: all candidates of the lesson that came to the node. gains (F,): what
    each feature's questions told.
    """

    feature: Positions
    threshold: Values
    missing_left: Mask
    left: Positions
    right: Positions
    worth: Values
    share: Values
    size: Positions
    gains: Values

    def leaves(self, table: Scores) -> Positions:
        """The leaf that each row of features (n, F) comes to, (n,)."""
        node = np.zeros(len(table), dtype=np.int32)
        for _ in range(MAX_DEPTH):
            asked = self.feature[node]
            value = table[np.arange(len(table)), np.maximum(asked, 0)]
            goes_left = np.where(np.isnan(value), self.missing_left[node], value <= self.threshold[node])
            node = np.where(asked == LEAF, node, np.where(goes_left, self.left[node], self.right[node]))
        return node

    def predict(self, table: Scores, values: Scores) -> Values:
        """Scores (n,): the place of the leaf among all by their worth, from 0, plus the weighted sum `values` (n,)
        brought between 0 and 1, which orders those of one leaf.
        """
        place = np.unique(self.worth, return_inverse=True)[1]
        inside = values.astype(np.float64)
        scores: Values = place[self.leaves(table)] + 0.5 + 0.5 * inside / (1 + np.abs(inside))
        return scores

    def state(self) -> dict[str, NDArray[Any]]:
        """The arrays by name."""
        return dict(vars(self))


@dataclass(frozen=True)
class Rule:
    """A leaf in words. share: of relevant candidates among the `size` that it held in the lesson."""

    text: str
    share: float
    size: int


@dataclass(frozen=True)
class DecisionTree(Learned):
    """A classification tree (Breiman et al. 1984) by scikit-learn over ranks and numbers: what is relevant?"""

    name: ClassVar[str] = "decision-tree"
    label: ClassVar[str] = "Decision tree"
    about: ClassVar[str] = (
        "A few questions, learned on the validation part, sort items into bins; within a bin the weighted sum decides."
    )
    certificate: ClassVar[str] = (
        "The best of each user's pool: proven to be the catalogue's only where the pool leaves nothing out."
    )
    zero_is_silent: ClassVar[bool] = False
    reads_scores: ClassVar[bool] = False

    depth: int = setting(3, Whole(1, MAX_DEPTH), "Questions one after the other; each doubles the bins.")
    leaf: int = setting(200, Whole(1, 1_000_000), "Fewest candidates that a bin may have been learned from.")

    def sums(self, rows: Candidates, weights: Scores) -> Scores:
        """The weighted sums (B, P)."""
        return weighted_sum(rows.values, weights)

    def learn(self, pairs: Pairs, columns: Sequence[Feature], seed: int, progress: Progress, cancel: Cancel) -> Tree:
        """The tree of these pairs; the same pairs and seed give the same."""
        from sklearn.tree import DecisionTreeClassifier

        # users count alike, and their relevant candidates as much as the others: only what orders a user's own is told
        user = np.repeat(np.arange(len(pairs.sizes)), pairs.sizes)
        relevant = np.bincount(user[pairs.relevant], minlength=len(pairs.sizes))
        counts = np.where(pairs.relevant, relevant[user], (pairs.sizes - relevant)[user])
        model = DecisionTreeClassifier(
            criterion="entropy", max_depth=self.depth, min_samples_leaf=self.leaf, random_state=seed
        )
        found = model.fit(pairs.table, pairs.relevant, sample_weight=1 / counts).tree_
        inner = found.children_left >= 0
        through = model.decision_path(pairs.table)
        return Tree(
            feature=read_only(np.where(inner, found.feature, LEAF).astype(np.int32)),
            threshold=read_only(np.where(inner, found.threshold, 0.0)),
            missing_left=read_only(found.missing_go_to_left.astype(np.bool_)),
            left=read_only(found.children_left.astype(np.int32)),
            right=read_only(found.children_right.astype(np.int32)),
            worth=read_only(found.value[:, 0, 1].astype(np.float64)),
            share=read_only(through.T @ pairs.relevant.astype(np.float64) / found.n_node_samples),
            size=read_only(found.n_node_samples.astype(np.int32)),
            gains=read_only(found.compute_feature_importances(normalize=False)),
        )

    def gains(self, model: Tree) -> Values:
        """What the questions on each feature told of relevance."""
        return model.gains

    def restore(self, state: Mapping[str, NDArray[Any]], columns: Sequence[Feature]) -> Tree:
        """From `Tree.state`."""
        tree = Tree(**state)
        nodes = len(tree.feature)
        inner = tree.feature != LEAF
        children = np.stack([tree.left, tree.right])[:, inner]
        if (
            nodes == 0
            or any(len(array) != nodes for name, array in state.items() if name != "gains")
            or not (tree.feature < len(columns)).all()
            or len(tree.gains) != len(columns)
            or not ((children > np.flatnonzero(inner)) & (children < nodes)).all()
        ):
            raise ValueError("nodes that are no tree")
        return tree

    def account(
        self, rows: Rows, weights: Scores, scorers: Sequence[str], column: int, k: int, facts: Facts | None
    ) -> tuple[Remark, ...]:
        """The rule that the item falls under."""
        if facts is None:
            return ()
        tree, table = self.one(rows, weights, scorers, column, facts)
        rule = _rules(tree, self.taught(facts).columns)[int(tree.leaves(table)[0])]
        said = f"{rule.text}: {rule.share:.1%} of such candidates were relevant in the validation part"
        within = "among the items of one rule the weighted sum decides"
        return (Remark(said.replace("{", "{{").replace("}", "}}")), Remark(within))


def rules(taught: Taught) -> list[Rule]:
    """The leaves of a decision tree in words, the best first; of the first fold where there are several."""
    return sorted(_rules(taught.models[0], taught.columns).values(), key=lambda rule: -rule.share)


def _rules(tree: Tree, columns: Sequence[Feature]) -> dict[int, Rule]:
    """The rule of each leaf."""
    found: dict[int, Rule] = {}
    # of each feature asked on the way: above what, at most what, and whether it may be missing
    paths: dict[int, dict[int, tuple[float, float, bool]]] = {0: {}}
    for node in range(len(tree.feature)):
        path, asked = paths[node], int(tree.feature[node])
        if asked == LEAF:
            text = " and ".join(_condition(columns[column], *bounds) for column, bounds in path.items())
            found[node] = Rule(f"If {text}" if text else "Always", float(tree.share[node]), int(tree.size[node]))
            continue
        above, at_most, missing = path.get(asked, (-np.inf, np.inf, True))
        threshold, missing_left = float(tree.threshold[node]), bool(tree.missing_left[node])
        paths[int(tree.left[node])] = path | {asked: (above, min(at_most, threshold), missing and missing_left)}
        paths[int(tree.right[node])] = path | {asked: (max(above, threshold), at_most, missing and not missing_left)}
    return found


def _condition(column: Feature, above: float, at_most: float, missing: bool) -> str:
    if above > -np.inf and at_most < np.inf:
        said = f"{column.name} above {above:.4g}, at most {at_most:.4g}"
    else:
        said = f"{column.name} above {above:.4g}" if above > -np.inf else f"{column.name} at most {at_most:.4g}"
    if not missing:
        return said
    return f"({said}, or {'no opinion' if column.about else 'not known'})"
