"""What it costs to start: CPU time of `python -m recengine --help` against Python doing nothing.

User plus system time of a child process, median of 15, the two in turn, bytecode written before. The claim is less than
0.5 s of CPU. An empty Python takes about 0.012 s, so the target, a ratio of 8, is 0.1 s: it fails as soon as `--help`
loads any library of the engine (NumPy alone is a ratio of 12).

Run: python -m benchmarks.start
"""

from __future__ import annotations

import os
import resource
import statistics
import subprocess
import sys
from pathlib import Path

from benchmarks._report import report

ROOT = Path(__file__).parents[1]
ROUNDS = 15
TARGET = 8


def cpu_milliseconds(*arguments: str) -> float:
    """CPU time, user and system, of one run of Python with `arguments`."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    # bytecode as in any second start, whatever the caller's environment says
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    subprocess.run([sys.executable, *arguments], cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime - before.ru_utime + after.ru_stime - before.ru_stime)


def main() -> None:
    """Measure and report."""
    helps, nothings = [], []
    for _ in range(1 + ROUNDS):
        helps.append(cpu_milliseconds("-m", "recengine", "--help"))
        nothings.append(cpu_milliseconds("-c", "pass"))
    ours, peer = statistics.median(helps[1:]), statistics.median(nothings[1:])
    report("start", ours=ours, peer=peer, target=TARGET, unit="ms of CPU")


if __name__ == "__main__":
    main()
