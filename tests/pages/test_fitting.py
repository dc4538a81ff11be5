"""A page whose scorers are not fitted: it waits for a job, and never leaves the reader stuck."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from recengine.errors import StoreError
from recengine.jobs import Job, Jobs
from recengine.scenario import default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import OpenPage, run_until
from tests.pages.desk import is_open
from ui import compute

STUDIO = "pages/studio.py"


def jobs_of(root: Path) -> list[Job]:
    return Workspace(root).jobs.list()


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def test_a_page_waits_for_the_job_that_fits_it_and_goes_on(open_page: OpenPage, unfitted_workspace: Path) -> None:
    app = open_page(STUDIO, workspace=unfitted_workspace)
    assert not app.exception
    assert not is_open(app)
    (job,) = jobs_of(unfitted_workspace)
    assert (job.verb, job.subject) == ("fit", "shop")
    # another session, as after a reload, waits for the same job
    other = open_page("pages/overview.py", workspace=unfitted_workspace)
    assert "Cancel" in labels(other)
    assert [one.id for one in jobs_of(unfitted_workspace)] == [job.id]
    run_until(app, is_open)
    assert not app.exception
    assert not app.warning
    assert not any(label == "Cancel" for label in labels(app))


def test_what_is_stored_is_opened_without_a_job(open_page: OpenPage, small_workspace: Path) -> None:
    app = open_page(STUDIO)
    assert is_open(app)
    assert jobs_of(small_workspace) == []


def test_a_cancelled_fit_is_told_and_not_started_again_unasked(open_page: OpenPage, unfitted_workspace: Path) -> None:
    app = open_page(STUDIO, workspace=unfitted_workspace)
    next(button for button in app.button if button.label == "Cancel").click().run()
    assert not app.exception
    (warning,) = app.warning
    assert "not fitted" in warning.value
    assert "Start again" in labels(app)
    assert any("cancelled" in text.value for text in app.markdown)
    app.run()
    assert [job.state for job in jobs_of(unfitted_workspace)] == ["cancelled"]
    next(button for button in app.button if button.label == "Start again").click().run()
    assert [job.state for job in jobs_of(unfitted_workspace)][1:] == ["cancelled"]
    run_until(app, is_open)


def test_a_fit_that_fails_leaves_a_way_back(open_page: OpenPage, small_workspace: Path) -> None:
    workspace = Workspace.open(small_workspace)
    dataset = workspace.load_dataset("shop")
    # lists of 1,000 out of 80 items cannot be
    scenario = replace(default_scenario(dataset), seed=7, k=1000)
    key = workspace.save_scenario(scenario)
    app = open_page(STUDIO, {"dataset": "shop", "scenario": key})
    run_until(app, lambda app: "Start again" in labels(app))
    assert any("more than the 80 items" in text.value for text in app.markdown)
    next(button for button in app.button if button.label == "Use the default scorers").click().run()
    assert not app.exception
    assert is_open(app)
    for job in workspace.jobs.list():
        workspace.jobs.delete(job.id)


def test_a_workspace_that_takes_no_job_is_one_clear_notice(
    open_page: OpenPage, unfitted_workspace: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> Job:
        raise StoreError("jobs: cannot be written (Read-only file system). Make the workspace writable.")

    monkeypatch.setattr(Jobs, "submit", refuse)
    app = open_page(STUDIO, workspace=unfitted_workspace)
    assert not app.exception
    (error,) = app.error
    assert "Read\\-only" in error.value


def test_a_fit_whose_result_was_deleted_is_made_again(open_page: OpenPage, unfitted_workspace: Path) -> None:
    app = open_page("pages/overview.py", {"w_als": "0", "w_popularity": "1"}, workspace=unfitted_workspace)
    run_until(app, lambda app: app.subheader)
    assert len(jobs_of(unfitted_workspace)) == 1
    workspace = Workspace(unfitted_workspace)
    for fit in workspace.fits():
        workspace.delete_fit(fit.key)
    compute._slot.clear()  # as a server that was started anew
    app = open_page("pages/overview.py", workspace=unfitted_workspace)
    assert len(jobs_of(unfitted_workspace)) == 2
