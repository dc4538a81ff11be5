"""Parts of the catalogue on which quality is measured apart, because a mean over everything hides them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Mask, read_only
from recengine.ranking.popularity import HEAD_SHARE, head_items

SliceName = Literal["long-tail", "cold"]


@dataclass(frozen=True)
class Slice:
    """How a slice is called and what it is, in words."""

    label: str
    description: str


SLICES: dict[SliceName, Slice] = {
    "long-tail": Slice(
        "Long tail",
        "Lists and relevant items from the long tail alone: items outside the head, the most popular items that "
        f"together hold {HEAD_SHARE:.0%} of the training interactions. Items without any are not in it.",
    ),
    "cold": Slice(
        "Cold items",
        "Lists and relevant items from cold items alone: items without a single training interaction, which only "
        "scorers that read the item itself, such as its text, can tell apart.",
    ),
}


def item_slices(popularity: NDArray[np.integer]) -> dict[SliceName, Mask]:
    """Which items each slice holds, (n_items,) bool, read-only; popularity (n_items,): users with a training positive.

    The slices are disjoint; with the head they make up the catalogue.
    """
    cold = popularity == 0
    return {"long-tail": read_only(~head_items(popularity) & ~cold), "cold": read_only(cold)}
