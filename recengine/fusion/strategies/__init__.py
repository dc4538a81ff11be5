"""Ways to make one ranking of several scorers' opinions, one a file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recengine.errors import ScenarioError
from recengine.fusion.strategies.base import Listwise, Pointwise, PoolScores, Remark, Rows, Strategy
from recengine.fusion.strategies.borda import Borda
from recengine.fusion.strategies.cascade import Cascade
from recengine.fusion.strategies.comb_mnz import CombMnz
from recengine.fusion.strategies.condorcet import Condorcet
from recengine.fusion.strategies.decision_tree import DecisionTree
from recengine.fusion.strategies.interleaving import Interleaving
from recengine.fusion.strategies.learned import Learned, Lesson, Taught
from recengine.fusion.strategies.reciprocal_rank import ReciprocalRank
from recengine.fusion.strategies.segment_weights import SegmentWeights
from recengine.fusion.strategies.stacking import Stacking
from recengine.fusion.strategies.switching import Switching
from recengine.fusion.strategies.weighted_sum import WeightedSum

STRATEGIES: dict[str, type[Strategy]] = {
    strategy.name: strategy
    for strategy in (
        WeightedSum,
        CombMnz,
        ReciprocalRank,
        Borda,
        Condorcet,
        Interleaving,
        Cascade,
        Switching,
        SegmentWeights,
        Stacking,
        DecisionTree,
    )
}
"""By name, in the order in which they are offered."""


def make_strategy(name: str, settings: Mapping[str, Any] | None = None) -> Strategy:
    """The strategy `name` with `settings`. Raises `ScenarioError`, or `RecipeError` for a value out of range."""
    if not isinstance(name, str) or name not in STRATEGIES:
        raise ScenarioError(f"strategy: {str(name)[:80]!r} is unknown. Choose among {', '.join(STRATEGIES)}.")
    made = STRATEGIES[name]
    known = [fact.name for fact in made.facts()]
    for key in settings or {}:
        if key not in known:
            has = f"it has {', '.join(known)}" if known else "it has none"
            raise ScenarioError(f"strategy: {name} has no setting {str(key)[:80]!r}, {has}. Leave it out.")
    return made(**dict(settings or {}))


__all__ = [
    "STRATEGIES",
    "Cascade",
    "DecisionTree",
    "Learned",
    "Lesson",
    "Listwise",
    "Pointwise",
    "PoolScores",
    "Remark",
    "Rows",
    "SegmentWeights",
    "Stacking",
    "Strategy",
    "Switching",
    "Taught",
    "WeightedSum",
    "make_strategy",
]
