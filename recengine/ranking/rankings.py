"""Ranked lists, the type that metrics, reports and exports read."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.arrays import Mask, Positions, Scores, read_only


@dataclass(frozen=True)
class Rankings:
    """One list a user, best first, ties to the lower item position; arrays read-only.

    users (U,) int32; items (U, k) int32, padded with -1 at the end; scores (U, k) float32, NaN in the padding.
    """

    users: Positions
    items: Positions
    scores: Scores

    @property
    def k(self) -> int:
        """Length asked of the lists."""
        return int(self.items.shape[1])

    def only(self, kept: Mask) -> Rankings:
        """The lists of the users that `kept` (U,) marks."""
        return Rankings(read_only(self.users[kept]), read_only(self.items[kept]), read_only(self.scores[kept]))
