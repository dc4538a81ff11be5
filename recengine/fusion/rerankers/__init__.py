"""Re-rankers, one a file: they chain, each reorders what the one before gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recengine.errors import ScenarioError
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists
from recengine.fusion.rerankers.calibration import Calibration
from recengine.fusion.rerankers.click_model import ClickModel
from recengine.fusion.rerankers.deduplication import Deduplication
from recengine.fusion.rerankers.diversity import Diversity
from recengine.fusion.rerankers.freshness import Freshness
from recengine.fusion.rerankers.greedy import rows_isin
from recengine.fusion.rerankers.popularity_penalty import PopularityPenalty
from recengine.fusion.rerankers.rules import Rules

RERANKERS: dict[str, type[Reranker]] = {
    reranker.name: reranker
    for reranker in (Diversity, Calibration, PopularityPenalty, Freshness, Rules, Deduplication, ClickModel)
}
"""By name, in the order in which they are offered."""


def make_reranker(name: str, settings: Mapping[str, Any] | None = None) -> Reranker:
    """The re-ranker `name` with `settings`. Raises `ScenarioError`, or `RecipeError` for a value out of range."""
    if name not in RERANKERS:
        raise ScenarioError(f"rerankers: {name[:80]!r} is unknown. Choose among {', '.join(RERANKERS)}.")
    made = RERANKERS[name]
    known = [fact.name for fact in made.facts()]
    for key in settings or {}:
        if key not in known:
            raise ScenarioError(
                f"rerankers: {name} has no setting {str(key)[:80]!r}, it has {', '.join(known)}. Leave it out."
            )
    return made(**dict(settings or {}))


__all__ = [
    "RERANKERS",
    "Aim",
    "Calibration",
    "ClickModel",
    "Deduplication",
    "Diversity",
    "Freshness",
    "PopularityPenalty",
    "Reranker",
    "Rules",
    "Shortlists",
    "make_reranker",
    "rows_isin",
]
