"""The pages without a browser, on a small workspace whose titles try everything."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import polars as pl
import pytest
from streamlit.testing.v1 import AppTest

from recengine.data import Dataset, import_files
from recengine.scenario import default_scenario
from recengine.workspace import Workspace
from tests.sharing import made_once
from ui import compute

ROOT = Path(__file__).parents[2]
HOSTILE = ("<script>alert(1)</script>", "$9 & $10", "[x](http://127.0.0.1/y)", ":smile: :red[no]", "=cmd()", "**bold**")
OpenPage = Callable[..., AppTest]


@pytest.fixture(scope="module")
def small_workspace(tmp_path_factory: pytest.TempPathFactory, synthetic_dataset: Dataset) -> Path:
    """`shop`: the synthetic interactions under hostile titles, without text, so that no encoder is needed; fitted.

    A copy for each file of tests: what one file fits, no other finds, in whatever order they run.
    """

    def make(folder: Path) -> None:
        data = synthetic_dataset
        titles = [HOSTILE[at] if at < len(HOSTILE) else title for at, title in enumerate(data.titles)]
        rows = data.interactions
        pl.DataFrame(
            {
                "user_id": data.users["id"].gather(rows["user"]),
                "item_id": data.items["id"].gather(rows["item"]),
                "rating": rows["weight"],
                "timestamp": rows["time"],
            }
        ).write_csv(folder / "interactions.csv")
        pl.DataFrame({"item_id": data.items["id"], "title": titles}).write_csv(folder / "items.csv")
        data.users.rename({"id": "user_id"}).write_csv(folder / "users.csv")
        shop, report = import_files(
            folder / "interactions.csv", items=folder / "items.csv", users=folder / "users.csv", name="shop"
        )
        workspace = Workspace.open(folder / "workspace")
        workspace.save_dataset(shop, report, "shop")
        workspace.prepare(shop, default_scenario(shop))

    return made_once(tmp_path_factory, "pages", make) / "workspace"


@pytest.fixture
def unfitted_workspace(small_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the small workspace in which nothing is fitted yet, on a server that has nothing of it in memory."""
    compute._slot.clear()
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy, ignore=shutil.ignore_patterns("scorers", "pools", "workbenches"))
    return copy


@pytest.fixture
def open_page(small_workspace: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[OpenPage]:
    """Run a page of the app: `open_page("pages/studio.py", {"user": "7"})`; `workspace` overrules the small one.

    Jobs that are still active at the end are cancelled, and all are forgotten: a page tells of one that ended badly.
    """
    # not behind the jobs of other tests
    monkeypatch.setenv("RECENGINE_QUEUE", str(tmp_path / "queue"))
    opened = set()

    def run(path: str, params: Mapping[str, str] | None = None, workspace: Path | None = None) -> AppTest:
        monkeypatch.setenv("RECENGINE_WORKSPACE", str(workspace or small_workspace))
        opened.add(workspace or small_workspace)
        monkeypatch.chdir(ROOT)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        # the pages have to be known before one of them can be chosen; this run shows no page of ours
        app.session_state["wanted page"] = (path, dict(params or {}))
        return app.run()

    yield run
    for root in opened:
        jobs = Workspace(root).jobs
        for job in jobs.list():
            jobs.cancel(job.id)
            jobs.delete(job.id)


def run_until(app: AppTest, holds: Callable[[AppTest], object], seconds: float = 60) -> None:
    """Run the page again and again, as a panel of a job does each second, until `holds`."""
    end = time.monotonic() + seconds
    while not holds(app):
        assert time.monotonic() < end, [text.value for text in [*app.markdown, *app.caption, *app.error]]
        time.sleep(0.25)
        app.run()
