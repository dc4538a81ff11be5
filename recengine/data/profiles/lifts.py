"""Groups compared with everyone: how much likelier, from how many, and how sure that is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values

FEW = 10
"""A share of fewer than this says little; such figures carry a caution."""
MAX_GROUPS = 30
"""Groups of one attribute that a profile holds, those with the most rows; the others are counted."""
_Z = 1.959963984540054
"""The normal quantile of a 95 % interval."""


@dataclass(frozen=True)
class Lift:
    """n: rows of the one who is looked at that are in `group`; of: all of theirs, so share = n / of.

    everyone: the same share of everyone. lift = share / everyone: 1 is like everyone, 2 twice as likely; NaN where
    nobody is in the group. low, high: the 95 % Wilson interval of the share, over `everyone`.
    """

    group: str
    n: int
    of: int
    share: float
    everyone: float
    lift: float
    low: float
    high: float

    @property
    def few(self) -> bool:
        """Whether it rests on so little that it may well be chance."""
        return self.of < FEW or (self.n < FEW and self.low <= 1 <= self.high)

    def to_json(self) -> dict[str, Any]:
        """Plain values under the names of the fields, and `few`."""
        return {**vars(self), "few": self.few}


@dataclass(frozen=True)
class Lifts:
    """One attribute. groups: those with the most rows first, at most `MAX_GROUPS`; of equals the lower group first.

    known: rows that have the attribute at all, which is what shares are of; a row may be in several groups. omitted:
    groups beyond the listed. of_groups: all groups there are.
    """

    attribute: str
    groups: tuple[Lift, ...]
    known: int
    omitted: int
    of_groups: int

    @property
    def telling(self) -> tuple[Lift, ...]:
        """Groups whose interval leaves out 1, the furthest from it first; many groups make some of them chance."""
        far = [one for one in self.groups if not one.few and (one.low > 1 or one.high < 1)]
        return tuple(sorted(far, key=lambda one: -abs(float(np.log(max(one.lift, 1e-3))))))

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {
            "attribute": self.attribute,
            "known": self.known,
            "omitted": self.omitted,
            "groups": [one.to_json() for one in self.groups],
        }


@dataclass(frozen=True)
class NumberShift:
    """A number attribute: mean over the `n` rows of the one who is looked at that have it, and over everyone's."""

    attribute: str
    n: int
    mean: float
    everyone: float


def wilson(hits: NDArray[Any], n: NDArray[Any] | int) -> tuple[Values, Values]:
    """The ends of the 95 % interval of the share hits / n, both in [0, 1]; NaN where n is 0.

    Source: Wilson (1927), Journal of the American Statistical Association 22(158).
    """
    hits, of = np.broadcast_arrays(np.asarray(hits, dtype=np.float64), np.asarray(n, dtype=np.float64))
    with np.errstate(divide="ignore", invalid="ignore"):
        share = hits / of
        center = share + _Z**2 / (2 * of)
        reach = _Z * np.sqrt(share * (1 - share) / of + _Z**2 / (4 * of**2))
        scale = 1 + _Z**2 / of
        low, high = (center - reach) / scale, (center + reach) / scale
    return np.clip(low, 0.0, 1.0), np.clip(high, 0.0, 1.0)


def compare_groups(
    attribute: str, labels: Sequence[str], own: NDArray[Any], known: int, base: NDArray[Any], base_known: int
) -> Lifts:
    """`Lifts` of one attribute. own, base (groups,): rows in each group, of `known` and `base_known` rows."""
    order = np.lexsort((np.arange(len(labels)), -base, -own))[:MAX_GROUPS]
    low, high = wilson(own[order], known)
    everyone = base[order] / max(base_known, 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        share = own[order] / np.float64(known)
        lift, low, high = (np.where(everyone > 0, part / everyone, np.nan) for part in (share, low, high))
    groups = tuple(
        Lift(labels[place], int(n), known, *figures)
        for place, n, figures in zip(
            order.tolist(),
            own[order].tolist(),
            zip(*(part.tolist() for part in (share, everyone, lift, low, high)), strict=True),
            strict=True,
        )
    )
    return Lifts(attribute, groups, known, len(labels) - len(order), len(labels))
