"""The one line that a benchmark ends with, and how times are taken."""

import json
import statistics
import time
from collections.abc import Callable


def report(name: str, *, ours: float, peer: float, target: float, unit: str) -> None:
    """Print the claim as one JSON line: it holds when `ours / peer` is at most `target`."""
    ratio = ours / peer
    line = {
        "name": name,
        "ours": round(ours, 3),
        "peer": round(peer, 3),
        "ratio": round(ratio, 5),
        "target": target,
        "holds": ratio <= target,
        "unit": unit,
    }
    print(json.dumps(line))


def race(*works: Callable[[int], object], rounds: int) -> list[float]:
    """Median wall time of each work in milliseconds, one run of each a round, so that all meet the same disturbances.

    A work gets the number of the round, so that no two of its runs need be the same.
    """
    times: list[list[float]] = [[] for _ in works]
    for number in range(rounds):
        for work, taken in zip(works, times, strict=True):
            start = time.perf_counter()
            work(number)
            taken.append(1000 * (time.perf_counter() - start))
    return [statistics.median(taken) for taken in times]
