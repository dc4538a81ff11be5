"""A scenario: every choice of one run, as a value that can be stored, shared and run again."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recengine.data import SplitMethod
from recengine.fusion import Neutral, Normalization

SCENARIO_VERSION = 1


@dataclass(frozen=True)
class Scenario:
    """What was run on what; hashable. JSON keys are the field names.

    dataset: fingerprint. models: (name, settings as sorted pairs) a scorer. weights: (scorer, raw weight >= 0), one for
    each model, in their order. all_data: fit on everything, for lists to serve, not to measure.
    """

    dataset: str
    models: tuple[tuple[str, tuple[tuple[str, Any], ...]], ...]
    weights: tuple[tuple[str, float], ...]
    split: SplitMethod = "random"
    seed: int = 0
    normalization: Normalization = "min-max"
    neutral: Neutral = "mean"
    strategy: str = "weighted-sum"
    rerankers: tuple[str, ...] = ()
    pool_depth: int = 200
    k: int = 10
    all_data: bool = False

    def to_json(self) -> dict[str, Any]:
        raise NotImplementedError

    @classmethod
    def from_json(cls, document: Mapping[str, Any], source: str) -> Scenario:
        """Check every key and range; one `ScenarioError` naming `source`, the key, what was found and what to do."""
        raise NotImplementedError
