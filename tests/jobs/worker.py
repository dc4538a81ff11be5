"""A stand-in for the program, as light as a job's process can be: its verbs do what a test wants to see.

`python worker.py VERB [ARGUMENTS] --progress FOLDER`
"""

from __future__ import annotations

import atexit
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

from recengine.jobs.process import Ending, attend
from recengine.progress import Progress

verb, *arguments, _, folder = sys.argv[1:]


def work(progress: Progress) -> Ending:
    if verb == "note":  # who ran when
        with Path(arguments[0]).open("a") as notes:
            notes.write(f"begin {arguments[1]}\n")
            notes.flush()
            time.sleep(0.1)
            notes.write(f"end {arguments[1]}\n")
    elif verb == "say":
        for number in range(int(arguments[0])):
            sys.stdout.write(f"line {number}\n")
    elif verb == "fail":
        return Ending("failed", "cells: no. Do this.")
    elif verb == "vanish":
        os.kill(os.getpid(), signal.SIGKILL)
    elif verb == "sleep":
        progress(0.5, "half\nway")
        time.sleep(60)
    elif verb == "linger":  # stops when asked to, but then does not leave
        atexit.register(time.sleep, 60)
        progress(0.5, "working")
        time.sleep(60)
    elif verb == "stubborn":  # deaf to requests, 300 MB large, with a child as deaf
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        held = bytearray(os.urandom(1024) * 300_000)
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        Path(arguments[0]).write_text(f"{os.getpid()} {child.pid} {len(held)}")
        progress(0.5, "deaf")
        time.sleep(60)
    return Ending("done")


attend(Path(folder), work)
