"""Re-rankers, one a file: they chain, each reorders what the one before gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from recengine.errors import ScenarioError
from recengine.fusion.rerankers.base import Reranker, Shortlists

RERANKERS: dict[str, type[Reranker]] = {}
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


__all__ = ["RERANKERS", "Reranker", "Shortlists", "make_reranker"]
