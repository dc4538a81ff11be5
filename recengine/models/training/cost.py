"""How long a fit may take on this machine, roughly."""

from __future__ import annotations

import math
import time
from functools import lru_cache

import numpy as np

SHARE_OF_SPEED = 0.1
"""Of the speed of a large matrix product, what learning reaches: its products are small, and much of it is none."""
MOST_SECONDS = 2 * 365 * 86_400.0
"""From where an estimate says no more than that it is too long."""
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))
_SIZE = 768


def seconds_for(operations: float) -> float:
    """Seconds on the processor for so many additions and multiplications of a fit, an estimate."""
    return operations / (SHARE_OF_SPEED * measured_speed())


def rough_time(seconds: float) -> str:
    """An estimate with no more digits than it has: "a few seconds", "about 40 seconds", "about 3 minutes"."""
    if math.isnan(seconds):
        return "an unknown time"
    if seconds >= MOST_SECONDS:
        return "years"
    if seconds < 8:
        return "a few seconds"
    size, unit = next((size, unit) for size, unit in _UNITS if seconds >= 0.95 * size)
    count = max(1, int(float(f"{seconds / size:.1g}")))
    return f"about {count:,} {unit}{'s' if count > 1 else ''}"


@lru_cache(maxsize=1)
def measured_speed() -> float:
    """Additions and multiplications a second in a product of two float32 matrices, measured once a process."""
    rng = np.random.default_rng(0)
    left, right = (rng.random((_SIZE, _SIZE), dtype=np.float32) for _ in range(2))
    left @ right
    times = []
    for _ in range(3):
        started = time.perf_counter()
        left @ right
        times.append(time.perf_counter() - started)
    return float(2 * _SIZE**3 / max(min(times), 1e-9))
