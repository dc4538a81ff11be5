from __future__ import annotations

import html
import json
import os
import shutil
import time
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from recengine.errors import StoreError
from recengine.jobs import Job, Jobs
from recengine.jobs.alive import take
from recengine.reports import SECTIONS
from recengine.scenario import Scenario, default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import HOSTILE, OpenPage, run_until
from tests.pages.desk import weights

REPORT = "pages/report.py"


def preview(app: AppTest) -> str:
    """The report in the preview's frame, once it is written."""
    run_until(app, lambda app: app.get("iframe"))
    (frame,) = app.get("iframe")
    assert 'sandbox="allow-scripts"' in frame.proto.srcdoc
    return html.unescape(frame.proto.srcdoc.split('srcdoc="')[1])


def choose_sections(app: AppTest, *sections: str) -> AppTest:
    (group,) = (one for one in app.get("button_group") if one.key == "sections")
    assert isinstance(group, ButtonGroup)
    return group.set_value(list(sections)).run()


def upload(app: AppTest, document: object, name: str = "mine.json") -> AppTest:
    content = document if isinstance(document, bytes) else json.dumps(document).encode()
    app.file_uploader(key="scenario upload").set_value((name, content, "application/json"))
    return app.run()


@pytest.fixture
def scenario(open_page: OpenPage) -> Scenario:
    open_page(REPORT)  # sets the workspace
    return default_scenario(Workspace.open().load_dataset("shop"))


def test_the_preview_has_the_chosen_sections(open_page: OpenPage) -> None:
    app = open_page(REPORT)
    shown = preview(app)
    assert not app.exception
    assert all(f'<section id="{key}"' in shown for key in SECTIONS)
    choose_sections(app, "method", "summary")
    shown = preview(app)
    assert [key for key in SECTIONS if f'<section id="{key}"' in shown] == ["summary", "method"]
    assert "--sections summary,method" in app.code[0].value


def test_hostile_titles_are_text_in_the_preview(open_page: OpenPage) -> None:
    shown = preview(open_page(REPORT))
    assert HOSTILE[0] not in shown


def test_without_a_section_there_is_nothing_to_download(open_page: OpenPage) -> None:
    app = choose_sections(open_page(REPORT))
    assert not app.exception
    assert "at least one section" in app.info[0].value
    assert app.download_button(key="report file").disabled
    assert not app.get("iframe")


def test_the_preview_can_be_left_out(open_page: OpenPage) -> None:
    app = open_page(REPORT)
    run_until(app, lambda app: app.toggle)
    app.toggle(key="preview").set_value(False).run()
    assert not app.get("iframe")
    assert not app.download_button(key="report file").disabled


def test_the_command_line_names_the_dataset_and_the_scenario(open_page: OpenPage) -> None:
    assert (
        open_page(REPORT).code[0].value
        == "python -m recengine report --dataset shop --scenario scenario.json --out report.html"
    )


def test_an_opened_scenario_becomes_the_view_and_its_link(open_page: OpenPage, scenario: Scenario) -> None:
    mine = scenario.with_weights({"als": 1.0}).to_json() | {"k": 7}
    app = upload(open_page(REPORT), mine)
    assert not app.exception
    assert not app.error
    assert (app.query_params["w_als"], app.query_params["w_popularity"], app.query_params["k"]) == ("1", "0", "7")
    assert Workspace.open().load_scenario(app.query_params["scenario"]).to_json() == mine
    studio = open_page("pages/studio.py", dict(app.query_params))
    assert weights(studio)["als"] == 1.0
    assert studio.number_input(key="k").value == 7


def test_an_opened_scenario_with_another_seed_is_fitted(open_page: OpenPage, scenario: Scenario) -> None:
    app = upload(open_page(REPORT), scenario.to_json() | {"seed": 3})
    run_until(app, lambda app: app.get("iframe"), seconds=120)
    assert not app.exception
    assert not app.error
    assert Workspace.open().load_scenario(app.query_params["scenario"]).seed == 3


def reports_of(root: Path) -> list[Job]:
    return [job for job in Workspace(root).jobs.list() if job.verb == "report"]


@pytest.fixture
def own(small_workspace: Path, tmp_path: Path) -> Path:
    """A copy of the small workspace, fitted, without jobs and reports."""
    copy = tmp_path / "workspace"
    shutil.copytree(small_workspace, copy, ignore=shutil.ignore_patterns("jobs", "reports"))
    return copy


def click(app: AppTest, label: str) -> AppTest:
    return next(button for button in app.button if button.label == label).click().run()


def test_the_report_is_written_by_a_job_once_for_all_sessions(open_page: OpenPage, own: Path) -> None:
    app = open_page(REPORT, workspace=own)
    (job,) = reports_of(own)
    assert (job.verb, job.subject, job.title) == ("report", "shop", "Report on shop")
    # meanwhile the report cannot be had, all else can
    assert not app.get("iframe")
    assert app.download_button(key="report file").disabled
    others = ("file lists.csv", "file metrics.csv", "file scenario.json")
    assert not any(app.download_button(key=key).disabled for key in others)
    assert any(button.label == "Cancel" for button in app.button)
    # a second session follows the same job
    open_page(REPORT, workspace=own)
    preview(app)
    (file,) = (own / "reports").iterdir()
    assert str(file) == job.arguments[-1]
    assert not app.download_button(key="report file").disabled
    assert any(text.value.startswith("Written 20") and "UTC" in text.value for text in app.caption)
    # what is written is not written again, in whatever session
    assert open_page(REPORT, workspace=own).get("iframe")
    assert [one.id for one in reports_of(own)] == [job.id]


def test_other_sections_and_other_weights_are_other_reports(open_page: OpenPage, own: Path) -> None:
    app = open_page(REPORT, workspace=own)
    preview(app)
    preview(choose_sections(app, "method"))
    assert open_page(REPORT, {"dataset": "shop", "w_als": "0.125"}, workspace=own).download_button[0].disabled
    assert len({job.arguments[-1] for job in reports_of(own)}) == 3
    # back to the first choice: its file is there
    choose_sections(app, *SECTIONS)
    assert app.get("iframe")
    assert len(reports_of(own)) == 3


def test_a_choice_that_was_changed_before_its_turn_is_not_written(
    open_page: OpenPage, own: Path, tmp_path: Path
) -> None:
    (tmp_path / "queue").mkdir(mode=0o700)
    turn = take(tmp_path / "queue" / "turn.lock")  # as another job that runs
    assert turn is not None
    app = open_page(REPORT, workspace=own)
    (first,) = reports_of(own)
    other = open_page(REPORT, workspace=own)
    choose_sections(app, "method")
    (second,) = reports_of(own)
    assert "--sections" not in first.arguments
    assert "method" in second.arguments
    # the session that waits for the first one has it written all the same
    other.run()
    assert [job.arguments for job in reports_of(own)] == [first.arguments, second.arguments]
    os.close(turn)
    assert 'id="summary"' not in preview(app)
    assert '<section id="summary"' in preview(other)


def test_a_cancelled_report_is_told_and_not_started_again_unasked(open_page: OpenPage, own: Path) -> None:
    app = click(open_page(REPORT, workspace=own), "Cancel")
    assert not app.exception
    (warning,) = app.warning
    assert "was not written" in warning.value
    assert any("cancelled" in text.value for text in app.markdown)
    app.run()
    assert [job.state for job in reports_of(own)] == ["cancelled"]
    click(app, "Start again")
    assert preview(app)
    assert not app.warning


def test_a_report_that_fails_says_why(open_page: OpenPage, own: Path) -> None:
    (own / "reports").write_text("in the way")
    app = open_page(REPORT, workspace=own)
    run_until(app, lambda app: app.warning)
    assert "was not written" in app.warning[0].value
    assert any("cannot be written" in text.value.replace("\\", "") for text in app.markdown)
    (own / "reports").unlink()
    assert preview(click(app, "Start again"))


def test_a_report_that_was_deleted_is_written_again(open_page: OpenPage, own: Path) -> None:
    app = open_page(REPORT, workspace=own)
    preview(app)
    (file,) = (own / "reports").iterdir()
    file.unlink()
    app.run()
    assert preview(app)
    assert len(reports_of(own)) == 2
    # one that is lost as soon as it is written is not ordered on and on
    file.unlink()
    app.run()
    (newest, *_) = reports_of(own)
    while not Workspace(own).jobs.get(newest.id).is_over:
        time.sleep(0.05)
    file.unlink()
    app.run()
    assert "is gone" in app.warning[0].value
    assert len(reports_of(own)) == 3
    assert preview(click(app, "Write again"))


def test_a_workspace_that_takes_no_job_is_a_notice_beside_the_other_downloads(
    open_page: OpenPage, own: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*arguments: object, **options: object) -> Job:
        raise StoreError("jobs: cannot be written (Read-only file system). Make the workspace writable.")

    monkeypatch.setattr(Jobs, "submit", refuse)
    app = open_page(REPORT, workspace=own)
    assert not app.exception
    (error,) = app.error
    assert "Read\\-only" in error.value
    assert any("can be written" in text.value for text in app.caption)
    assert app.download_button(key="report file").disabled
    assert not app.download_button(key="file metrics.csv").disabled


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 3}, "version 3 of the format"),
        ({"dataset": "0" * 64}, "another dataset, 000000000000…, which is not in this workspace"),
        ({"weights": {"als": -1}}, "als must be a finite number of at least 0"),
        ({"weights": {"als": 0}}, "all are 0"),
        ({"weights": {"magic": 1}}, "there is no scorer"),
        ({"weights": {"als": 1e7}}, "the studio takes up to 1,000,000"),
        ({"k": 0}, "k must be a whole number"),
        ({"k": 81}, "the studio shows lists of up to 80"),
        ({"mystery": 1}, "unknown key"),
        ({"models": {"als": {"factors": "many"}}, "weights": {"als": 1}}, "factors"),
    ],
)
def test_a_scenario_file_that_is_off_is_one_line_and_changes_nothing(
    open_page: OpenPage, scenario: Scenario, changes: dict[str, Any], said: str
) -> None:
    app = open_page(REPORT)
    before = dict(app.query_params)
    upload(app, scenario.to_json() | changes)
    assert not app.exception
    (error,) = app.error
    text = error.value.replace("\\", "").replace("\u2060", "")
    assert text.startswith("mine.json: ")
    assert said in text
    assert "\n" not in text
    assert dict(app.query_params) == before
    assert preview(app)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"[]", b"\xff\xfe", b"[" * 100_000, b'{"format": "recengine-scenario"}']
)
def test_what_is_no_scenario_is_one_line(open_page: OpenPage, content: bytes) -> None:
    app = upload(open_page(REPORT), content, name="**bold**.json")
    assert not app.exception
    (error,) = app.error
    assert "**bold" not in error.value
    assert "\n" not in error.value
