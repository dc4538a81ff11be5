"""Imports one file after the other in one process, and says how each ended and what memory it took.

On stdin a list of `{"name", "arguments"}`; on stdout one JSON line for each: name, code, out, err, peak (MiB).
"""

from __future__ import annotations

import io
import json
import resource
import sys
from contextlib import redirect_stderr, redirect_stdout

from recengine.cli.main import main

ADDRESSES = 24 << 30
"""Bytes of address space, so that a file that escapes every limit ends this process and not the machine."""


def run(arguments: list[str]) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    with redirect_stdout(out), redirect_stderr(err):
        try:
            code = main(arguments)
        except SystemExit as ended:
            code = ended.code if isinstance(ended.code, int) else 1
    return code, out.getvalue(), err.getvalue()


if __name__ == "__main__":
    resource.setrlimit(resource.RLIMIT_AS, (ADDRESSES, ADDRESSES))
    for case in json.load(sys.stdin):
        code, out, err = run(case["arguments"])
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        result = {"name": case["name"], "code": code, "out": out, "err": err, "peak": peak}
        sys.stdout.write(json.dumps(result) + "\n")
        sys.stdout.flush()
