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


def milliseconds(work: Callable[[int], object], runs: int) -> float:
    """Median wall time of `work(0)`, `work(1)`, ..., so that no two runs need be the same."""
    times = []
    for run in range(runs):
        start = time.perf_counter()
        work(run)
        times.append(1000 * (time.perf_counter() - start))
    return statistics.median(times)
