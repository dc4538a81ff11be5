"""The real app in real Chromium: a workspace made on the command line, a server, and a page that tolerates no fault."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.server import ROOT, Server, serve
from tests.browser.studio import SIZES, watch
from tests.sharing import made_once

MISTAKE = 2
"""Exit code of the command line where the caller can mend it, here: no network."""
PATIENCE = 60_000
"""Milliseconds that a page may take on a busy machine before its test fails."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@dataclass(frozen=True)
class Workspace:
    """A workspace with one dataset, imported and fitted. `environment` makes the app use it."""

    folder: Path
    dataset: str

    @property
    def environment(self) -> dict[str, str]:
        # a queue of its own: not behind the jobs of other tests
        queue = self.folder.with_name(f"{self.folder.name}-queue")
        return {**os.environ, "RECENGINE_WORKSPACE": str(self.folder), "RECENGINE_QUEUE": str(queue)}


@pytest.fixture(scope="session")
def workspace(chromium: str, tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    """MovieLens-100K, or the synthetic sample where it cannot be had."""

    def make(folder: Path) -> None:
        made = Workspace(folder / "workspace", "movielens-100k")
        if recengine(made, "import", "--sample", made.dataset).returncode == MISTAKE:
            made = Workspace(made.folder, "synthetic")
            done = recengine(made, "import", "--sample", made.dataset)
            assert done.returncode == 0, done.stderr
        done = recengine(made, "fit", "--dataset", made.dataset)
        assert done.returncode == 0, done.stderr
        (folder / "dataset").write_text(made.dataset)

    own = made_once(tmp_path_factory, "browser", make)
    return Workspace(own / "workspace", (own / "dataset").read_text())


def recengine(workspace: Workspace, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command line in `workspace`."""
    return subprocess.run(
        [sys.executable, "-m", "recengine", *arguments],
        cwd=ROOT,
        env=workspace.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture(scope="session")
def studio(workspace: Workspace, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app on the workspace, one for all tests that do not need a fresh one."""
    with serve(ROOT / "app.py", tmp_path_factory.mktemp("server") / "log.txt", workspace.environment) as server:
        yield server


@pytest.fixture
def fresh_studio(workspace: Workspace, page: Page, tmp_path: Path) -> Iterator[Server]:
    """The app on the workspace, started for this test: no session has run in it yet."""
    with serve(ROOT / "app.py", tmp_path / "log.txt", workspace.environment) as server:
        yield server
        page.context.close()  # a page whose server is gone reports that as a fault


@pytest.fixture
def empty_studio(page: Page, tmp_path: Path) -> Iterator[Server]:
    """The app on a workspace that does not exist yet."""
    environment = Workspace(tmp_path / "workspace", "").environment
    with serve(ROOT / "app.py", tmp_path / "log.txt", environment) as server:
        yield server
        page.context.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A page in a context of its own, 1440 x 900. Its test fails at the end when the browser met a fault."""
    width, height = SIZES["wide"]
    with browser.new_context(viewport={"width": width, "height": height}, accept_downloads=True) as context:
        context.set_default_timeout(PATIENCE)
        expect.set_options(timeout=PATIENCE)
        faults = watch(context)
        yield context.new_page()
    assert not faults, "\n".join(faults)
