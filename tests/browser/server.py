"""Start a Streamlit script in a process of its own, on a free port of this machine, and end it again."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
CHROMIUM_ARGUMENTS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Server:
    """A running Streamlit server. `url` has no slash at its end; `log` is the file with all that it printed."""

    url: str
    log: Path

    def printed(self) -> str:
        return self.log.read_text(encoding="utf-8", errors="replace")


def find_chromium() -> str | None:
    """`RECENGINE_CHROMIUM` if set, else the first browser of `CHROMIUM_NAMES` on PATH, else None."""
    named = os.environ.get("RECENGINE_CHROMIUM")
    return named or next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
        assert isinstance(port, int)
        return port


@contextmanager
def serve(
    script: Path, log: Path, environment: Mapping[str, str] | None = None, *, folder: Path = ROOT
) -> Iterator[Server]:
    """`script` as a server that answers, until the block ends. Only the process started here is ended.

    `folder`: where it runs, and so whose `.streamlit/config.toml` it reads. `environment` adds to the caller's.
    """
    port = free_port()
    options = {"port": str(port), "address": "127.0.0.1", "headless": "true"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "streamlit", "run", str(script)]
            + [f"--server.{name}={value}" for name, value in options.items()]
            + ["--browser.gatherUsageStats=false"],
            cwd=folder,
            env={**os.environ, "NO_COLOR": "1", **(environment or {})},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_healthy(f"http://127.0.0.1:{port}", process, log)
        yield Server(f"http://127.0.0.1:{port}", log)
    finally:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_healthy(url: str, process: subprocess.Popen[bytes], log: Path, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if process.poll() is not None:
            break
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5) as answer:  # noqa: S310 - this machine
                if answer.read() == b"ok":
                    return
        except (urllib.error.URLError, OSError):
            pass
        time.sleep(0.1)
    printed = log.read_text(encoding="utf-8", errors="replace")
    raise RuntimeError(f"The server at {url} did not answer; it printed:\n{printed}")
