"""Somebody whom no fit has seen, and what is known of them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal, get_args

import numpy as np
from scipy.sparse import csr_matrix

from recengine.data import AttributeValue, Dataset, Sequences
from recengine.errors import ScenarioError

Origin = Literal["picks", "words", "segment", "everybody"]
"""Where an opinion on a newcomer's taste comes from: the items picked, a text, people alike, or people at all."""
ORIGINS: tuple[Origin, ...] = get_args(Origin)
MAX_PICKS = 1_000
MAX_CHARACTERS = 10_000


@dataclass(frozen=True)
class Newcomer:
    """What is known of a new user; any of it may be missing.

    items: weight > 0 by item position, the earliest pick first. text: their taste in words. attributes: by the name of
    a user attribute, see `recengine.data.describe_user`.
    """

    items: Mapping[int, float] = field(default_factory=dict)
    text: str = ""
    attributes: Mapping[str, AttributeValue] = field(default_factory=dict)

    def history(self, n_items: int) -> Sequences:
        """The picked items as one history, in their order. Raises `ScenarioError` for one that cannot be."""
        if len(self.items) > MAX_PICKS:
            raise ScenarioError(f"items: {len(self.items):,} are picked, at most {MAX_PICKS:,} can be. Pick fewer.")
        for item, weight in self.items.items():
            if not 0 <= item < n_items:
                raise ScenarioError(f"items: there are {n_items:,}, at positions 0 to {n_items - 1}; got {item}.")
            check_weight(weight)
        return Sequences.of_weights([self.items], n_items)

    def words(self) -> str:
        """The text without blanks around it. Raises `ScenarioError` where it is too long."""
        if len(self.text) > MAX_CHARACTERS:
            raise ScenarioError(
                f"text: {len(self.text):,} characters, at most {MAX_CHARACTERS:,} are read. Shorten it to what matters."
            )
        return self.text.strip()


def check_weight(weight: float) -> None:
    """Raise `ScenarioError` unless `weight` can be that of an interaction."""
    if not math.isfinite(weight) or not 0 < weight <= 1e6:
        raise ScenarioError(f"items: a weight must be a number above 0, at most 1,000,000, got {weight:g}. Change it.")


def history_row(weights: Mapping[int, float], n_items: int) -> csr_matrix:
    """Weights by item as a row, (1, n_items) float32, items ascending."""
    items = np.array(sorted(weights), dtype=np.int32)
    values = np.array([weights[item] for item in items.tolist()], dtype=np.float32)
    return csr_matrix((values, items, [0, len(items)]), shape=(1, n_items))


def typical_weight(dataset: Dataset) -> float:
    """What an item picked without a weight weighs: the median weight of the positives, 1 where there is none."""
    weights = dataset.matrix.data
    return float(np.median(weights)) if len(weights) else 1.0
