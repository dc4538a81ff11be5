"""Run every benchmark, or those named, each in a process of its own; a table of their claims at the end.

Those of `BY_NAME` take long or download much, and run only when they are named.

Exit code 0 when all claims hold, 1 when one does not or a script fails, 2 for an unknown name.

Run: python -m benchmarks [NAME …]
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent
BY_NAME = frozenset({"default_weights", "first_move", "pruning", "scale", "sequence"})


def main(names: list[str]) -> int:
    """Run `names`, or all, and return the exit code."""
    known = sorted(path.stem for path in FOLDER.glob("*.py") if not path.stem.startswith("_"))
    if unknown := sorted(set(names) - set(known)):
        sys.stderr.write(f"benchmarks: there is no {', '.join(unknown)}. Choose from {', '.join(known)}.\n")
        return 2
    claims: list[dict[str, Any]] = []
    failed = []
    for name in names or [name for name in known if name not in BY_NAME]:
        start = time.perf_counter()
        print(f"--- {name}", flush=True)
        # warnings of libraries are theirs; what a script itself says it prints
        done = subprocess.run(
            [sys.executable, "-W", "ignore", "-m", f"benchmarks.{name}"],
            cwd=FOLDER.parent,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        print(done.stdout, end="")
        print(f"    {time.perf_counter() - start:.0f} s", flush=True)
        if done.returncode:
            failed.append(name)
        claims += [line for line in map(_document, done.stdout.splitlines()) if "holds" in line]
    print()
    rows = [("claim", "ours", "peer", "unit", "ratio", "target", "holds"), *map(_cells, claims)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        print("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
    for name in failed:
        print(f"{name}: ended with an error, see above")
    return int(bool(failed) or not all(claim["holds"] for claim in claims))


def _document(line: str) -> dict[str, Any]:
    """A line's JSON object; empty where it is none."""
    try:
        found = json.loads(line)
    except json.JSONDecodeError:
        return {}
    return found if isinstance(found, dict) else {}


def _cells(claim: dict[str, Any]) -> tuple[str, ...]:
    """A row of the table; a claim in absolute figures has no peer and no ratio."""
    ours, peer, ratio = ("" if claim.get(key) is None else f"{claim[key]:,.4g}" for key in ("ours", "peer", "ratio"))
    unit = claim.get("unit", "")
    return (claim["name"], ours, peer, unit, ratio, str(claim["target"]), "yes" if claim["holds"] else "NO")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
