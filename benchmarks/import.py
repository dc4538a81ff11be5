"""Importing interactions, from a file to a stored dataset, against reading the same file with bare Polars.

Generated rows, 20 million unless --rows says otherwise: a user (a whole number), an item (a text code, Zipf), a rating
of half stars and a time; a hundredth of the rows repeat a user and an item. Ours: found, read, mapped, checked, repeats
merged, ids encoded, ordered, fingerprint taken, stored in a workspace and flushed to disk. Peer: `polars.read_csv` or
`read_parquet`, then `group_by` on user and item with `len`. Every measurement runs in a process of its own; libraries
are loaded before the clock starts, and peak memory is the process's largest resident set. Both sides run twice, in
turn, and the faster run of each counts.

Claims: at most 3 times the peer's time from CSV and 6 times from Parquet; at most 2.5 times its peak memory; from a
tenth of the rows to all of them at most 12 times the time.

Run: python -m benchmarks.import [--rows N] [--rounds N]
"""

from __future__ import annotations

import argparse
import json
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, Literal

import numpy as np
import polars as pl

from benchmarks._report import report

ROWS = 20_000_000
ROUNDS = 2
TIMES: dict[str, float] = {"csv": 3.0, "parquet": 6.0}
MEMORY = 2.5
GROWTH = 12.0
REPEATS = 0.01
_CHUNK = 2_000_000

Side = Literal["ours", "peer"]


def main() -> None:
    """Generate, measure and report."""
    parser = argparse.ArgumentParser(prog="benchmarks.import", description=__doc__)
    parser.add_argument("--rows", type=int, default=ROWS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--measure", nargs=2, metavar=("SIDE", "FILE"), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.measure:
        print(json.dumps(_measure(asked.measure[0], Path(asked.measure[1]))))
        return
    with tempfile.TemporaryDirectory() as folder:
        for form, target in TIMES.items():
            large, small = (Path(folder) / f"{rows}.{form}" for rows in (asked.rows, asked.rows // 10))
            for path, rows in ((large, asked.rows), (small, asked.rows // 10)):
                generate(rows, path)
            ours, peer = _in_turn(large, asked.rounds)
            name = f"import of {asked.rows:,} interactions from {form}"
            report(f"{name}, time", ours=ours["seconds"], peer=peer["seconds"], target=target, unit="s")
            report(f"{name}, peak memory", ours=ours["mebibytes"], peer=peer["mebibytes"], target=MEMORY, unit="MiB")
            tenth = min(_apart("ours", small)["seconds"] for _ in range(asked.rounds))
            report(f"{name}, growth from a tenth", ours=ours["seconds"], peer=tenth, target=GROWTH, unit="s")
            for path in (large, small):
                path.unlink()


def generate(rows: int, path: Path) -> None:
    """Write the table: `user_id,item_id,rating,timestamp`."""
    rng = np.random.default_rng(0)
    n_users, n_items = max(rows // 100, 10), max(rows // 400, 10)
    # Zipf over a known catalogue: item r is taken with a probability in proportion to 1 / r
    ranks = np.exp(rng.random(rows) * np.log(n_items)).astype(np.int64) - 1
    codes = rng.permutation(n_items)
    users = rng.integers(1, n_users + 1, rows)
    again = rng.integers(0, rows, round(REPEATS * rows))
    target = rng.integers(0, rows, again.size)
    users[target], ranks[target] = users[again], ranks[again]
    names = pl.Series([f"B{code:08d}" for code in codes])
    frame = pl.DataFrame(
        {
            "user_id": users,
            "item_id": names.gather(ranks),
            "rating": rng.integers(1, 11, rows) / 2,
            "timestamp": rng.integers(1_000_000_000, 1_700_000_000, rows),
        }
    )
    if path.suffix == ".csv":
        frame.write_csv(path)
    else:
        frame.write_parquet(path)


def _in_turn(path: Path, rounds: int) -> tuple[dict[str, float], dict[str, float]]:
    """The best of each side's runs."""
    runs: dict[Side, list[dict[str, float]]] = {"ours": [], "peer": []}
    for _ in range(rounds):
        for side, done in runs.items():
            done.append(_apart(side, path))
    ours, peer = ({key: min(run[key] for run in done) for key in done[0]} for done in runs.values())
    return ours, peer


def _apart(side: Side, path: Path) -> dict[str, float]:
    command = [sys.executable, "-W", "ignore", "-m", "benchmarks.import", "--measure", side, str(path)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def _measure(side: str, path: Path) -> dict[str, Any]:
    seconds = _ours(path) if side == "ours" else _peer(path)
    return {"seconds": seconds, "mebibytes": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}


def _ours(path: Path) -> float:
    from recengine.data.importing.plan import TableSource
    from recengine.data.importing.proposing import propose_plan
    from recengine.workspace import Workspace

    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        workspace = Workspace.open(Path(folder) / "workspace")
        start = time.perf_counter()
        source = TableSource(path=str(path))

        def resolve(one: TableSource) -> Any:
            return workspace.resolve(one, {str(path)})

        plan = propose_plan("bench", {"interactions": [source]}, resolve=resolve).plan
        workspace.import_plan(plan, trusted={str(path)})
        return time.perf_counter() - start


def _peer(path: Path) -> float:
    start = time.perf_counter()
    frame = pl.read_csv(path) if path.suffix == ".csv" else pl.read_parquet(path)
    counts = frame.group_by("user_id", "item_id").len()
    if counts.height > frame.height:
        raise RuntimeError("more pairs than rows")
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
