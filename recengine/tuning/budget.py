"""When a search stops."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass, field

from recengine.errors import ScenarioError

DEFAULT_TRIALS = 30
MAX_TRIALS = 10_000


@dataclass(frozen=True)
class Budget:
    """Trials in all, those of earlier runs included, and minutes of this run; None is no limit.

    No trial begins after either is over. Raises `ScenarioError` where neither is given or one cannot be.
    """

    trials: int | None = DEFAULT_TRIALS
    minutes: float | None = None
    started: float = field(default_factory=lambda: time.monotonic())

    def __post_init__(self) -> None:
        """Check both limits."""
        if self.trials is None and self.minutes is None:
            raise ScenarioError("tuning: needs a number of trials or of minutes, got neither. Give one.")
        if self.trials is not None and not 1 <= self.trials <= MAX_TRIALS:
            raise ScenarioError(f"trials must be from 1 to {MAX_TRIALS:,}, got {self.trials:,}. Change it.")
        if self.minutes is not None and not (math.isfinite(self.minutes) and self.minutes > 0):
            raise ScenarioError(f"minutes must be a number above 0, got {self.minutes:g}. Change it.")

    def spent(self, trials: float) -> float:
        """Share of the budget, in [0, 1], that is used now that there are `trials` in all."""
        shares = [0.0]
        if self.trials is not None:
            shares.append(trials / self.trials)
        if self.minutes is not None:
            shares.append((time.monotonic() - self.started) / (60 * self.minutes))
        return min(1.0, max(shares))

    def words(self, number: int) -> str:
        """Where the trial `number` (from 0) stands: "trial 12 of 50"."""
        return f"trial {number + 1}" + ("" if self.trials is None else f" of {self.trials}")
