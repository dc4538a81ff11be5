"""Everybody's lists with their proof."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from recengine.arrays import Mask
from recengine.ranking import Rankings


@dataclass(frozen=True)
class FusedLists:
    """Rankings with their proof.

    certified (U,) bool: the pool alone proves that the list is the catalogue's. Of the others `rescored` were re-scored
    over the whole catalogue, so those are exact too, and `unproven` are the best of the user's pool: whether they are
    the catalogue's is not known. rankings.scores are those of the strategy; re-rankers change the order, not the score,
    which is NaN for an item from beyond the shortlist.

    With re-rankers the proof is of the shortlists, each user's best `SHORTLIST` items, from which they choose. fused:
    the first k before re-ranking; None where there are no re-rankers. beyond: users whose list holds an item that a
    rule put in from beyond the shortlist: a pinned one, the best of their pool, or where that has none the most taken
    of a category. unmet: by rule, in words, the users for whom it could not be kept, as those who have seen every item
    it asks for.
    """

    rankings: Rankings
    certified: Mask
    rescored: int
    unproven: int = 0
    fused: Rankings | None = None
    beyond: int = 0
    unmet: Mapping[str, int] = field(default_factory=dict)
