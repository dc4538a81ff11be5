"""The report as a reader gets it: downloaded from the page, opened as a file."""

from __future__ import annotations

import json
import os
from pathlib import Path

from playwright.sync_api import Page, expect

from recengine.jobs.alive import take
from recengine.jobs.queue import VARIABLE
from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import expect_unbroken, go, query

WEIGHTS = {"w_als": "0.25", "w_text": "0.5", "w_popularity": "0.25"}


def download(page: Page, label: str, folder: Path) -> Path:
    """Click the button and save what comes."""
    with page.expect_download() as coming:
        page.get_by_role("button", name=label).click()
    path = folder / coming.value.suggested_filename
    coming.value.save_as(path)
    return path


def test_the_report_opens_as_a_file_of_its_own(
    page: Page, studio: Server, workspace: Workspace, tmp_path: Path
) -> None:
    go(page, studio, "report", dataset=workspace.dataset, **WEIGHTS)
    expect(page.get_by_text("Written 20")).to_be_visible()
    file = download(page, "Download report", tmp_path)
    assert file.suffix == ".html"
    assert "<html" in file.read_text(encoding="utf-8")[:200]
    page.context.set_offline(True)
    page.goto(file.as_uri())
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".chart svg.main-svg").first).to_be_visible()
    expect(page.get_by_text(workspace.dataset).filter(visible=True).first).to_be_visible()


def test_the_downloaded_scenario_holds_what_the_page_shows(
    page: Page, studio: Server, workspace: Workspace, tmp_path: Path
) -> None:
    go(page, studio, "report", dataset=workspace.dataset, **WEIGHTS)
    scenario = json.loads(download(page, "Scenario", tmp_path).read_text(encoding="utf-8"))
    assert dict(scenario["weights"]) == {"als": 0.25, "text": 0.5, "popularity": 0.25}


def test_the_report_is_written_while_the_page_is_reloaded_and_the_rest_is_there(
    page: Page, studio: Server, workspace: Workspace, tmp_path: Path
) -> None:
    queue = Path(workspace.environment[VARIABLE])
    queue.mkdir(mode=0o700, exist_ok=True)
    turn = take(queue / "turn.lock")  # as another job that runs
    assert turn is not None
    go(page, studio, "report", dataset=workspace.dataset, w_als="0.375")
    expect(page.get_by_text("The report is shown when it is written.")).to_be_visible()
    expect(page.get_by_role("button", name="Download report")).to_be_disabled()
    assert download(page, "Metrics as CSV", tmp_path).stat().st_size > 0
    page.reload()
    expect(page.get_by_text("Waiting for the job before it")).to_be_visible()
    os.close(turn)
    expect(page.get_by_text("Written 20")).to_be_visible()
    expect(page.get_by_role("button", name="Download report")).to_be_enabled()
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0)
    # other sections are another report, written unasked
    page.get_by_role("button", name="Example users").click()
    report = page.frame_locator("iframe").frame_locator("iframe")
    expect(report.get_by_role("link", name="Method")).to_be_visible()
    expect(report.get_by_role("link", name="Example users")).to_have_count(0)
    assert "w_als=0.375" in query(page)
    expect_unbroken(page, studio)
