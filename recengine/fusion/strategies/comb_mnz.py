"""CombMNZ and its weighted form."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from recengine.arrays import Scores, Values
from recengine.fusion.prepared import weighted_sum
from recengine.fusion.strategies.base import Pointwise, Remark
from recengine.fusion.strategies.words import listed as joined
from recengine.models.settings import Choice, Whole, setting

MAX_LISTED = 10_000


@dataclass(frozen=True)
class CombMnz(Pointwise):
    """The weighted sum of an item's scores times the weight of the scorers that list it.

    A scorer lists the items whose rank, ties sharing their mean, is at most `listed`: only there does its score count,
    0 where it is below 0. score = (sum of w_c * value_c over the scorers that list it) * (sum of their w_c). With equal
    weights this is CombMNZ, times 1 / (number of scorers)^2. What nobody lists has the score 0.
    Under "votes" the weights count scorers only, and the values of all of weight above 0 are summed alike.
    Sources: Fox & Shaw (1994), TREC-2; Wu & Crestani (2002), CIKM, for weights on the votes.
    """

    name: ClassVar[str] = "comb-mnz"
    label: ClassVar[str] = "CombMNZ"
    about: ClassVar[str] = (
        "Adds up the normalised scores of the scorers that have the item among their best, and multiplies by how much "
        "of the weight they hold. Rewards items on which scorers agree."
    )
    certificate: ClassVar[str] = "Every list is exact: proven from the pool, or the whole catalogue is scored."
    reads_ranks: ClassVar[bool] = True

    listed: int = setting(200, Whole(1, MAX_LISTED), "Best items of a scorer that count as listed by it.")
    weigh: str = setting(
        "both", Choice(("both", "votes")), "Whether weights count for scores and votes, or for votes alone."
    )

    def combine(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        """Neither factor falls when a value or a rank gets better, and none is below 0, so their product is monotone.

        Inside the padding it is -inf.
        """
        lists = ranks <= self.listed
        counted = np.where(lists, np.maximum(values, np.float32(0)), np.float32(0))
        score = weighted_sum(counted, weights if self.weigh == "both" else (weights > 0).astype(np.float32))
        score *= weighted_sum(lists.astype(np.float32), weights)
        np.copyto(score, np.float32(-np.inf), where=np.isneginf(values[0]))
        return score

    def bound(self, values: Scores, ranks: Scores, weights: Scores) -> Scores:
        """As if one item had the best value and the best rank of every scorer among the left out."""
        return self.combine(values, ranks, weights)

    def multipliers(self, values: Scores, ranks: Scores, weights: Values) -> Values:
        """The scorer's weight (or 1) times the weight of all that list the item; 0 where the scorer does not list it,
        or is below 0.
        """
        votes = weights[:, None, None] * (ranks <= self.listed)
        own = votes if self.weigh == "both" else votes > 0
        multipliers: Values = np.where(values > 0, own * votes.sum(axis=0), 0.0)
        return multipliers

    def remarks(self, ranks: Scores, weights: Values, scorers: Sequence[str]) -> tuple[Remark, ...]:
        """Who lists the item."""
        lists = (ranks <= self.listed) & (weights > 0)
        names = tuple(scorer for scorer, one in zip(scorers, lists, strict=True) if one)
        if not names:
            return (Remark(f"no scorer has it among its best {self.listed:,}, so its score is 0"),)
        share = float(weights[lists].sum())
        return (
            Remark(
                f"among the best {self.listed:,} of {joined(len(names))}, with {100 * share:.0f} % of the weight: so "
                "much of their sum counts",
                names,
            ),
        )
