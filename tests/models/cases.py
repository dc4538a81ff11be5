"""What the contract suite must know of a recipe: how it is tried, and what it promises on the board."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.models.checkerboard import NEWCOMER


@dataclass(frozen=True)
class Case:
    """One recipe with settings to try it with.

    silent_items, silent_users: on whom it has no opinion, on the board. finds: the NDCG@3 that it must beat on what the
    board hides, chance being about 0.2; 0 for a floor, which is chance. folds_in: gives the training scores for the
    training histories. additive: splits its score into shares of history items, the rest being nothing but rounding;
    where None, it does not explain; False: all of the score is rest. personal: whether lists lean towards the history.
    rounding: by which part a score may differ when it is computed beside others; a deep network rounds at every layer.
    """

    name: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    silent_items: tuple[int, ...] = ()
    silent_users: tuple[int, ...] = (NEWCOMER,)
    finds: float = 0.5
    folds_in: bool = True
    additive: bool | None = True
    prior: bool = False
    personal: bool = True
    rounding: float = 1e-6

    def __str__(self) -> str:
        """For the names of tests."""
        chosen = ",".join(f"{key}={value}" for key, value in self.settings.items())
        return f"{self.name}({chosen})"
