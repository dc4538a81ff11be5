from __future__ import annotations

import html
import json
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest
from streamlit.testing.v1.element_tree import ButtonGroup

from recengine.reports import SECTIONS
from recengine.scenario import Scenario, default_scenario
from recengine.workspace import Workspace
from tests.pages.conftest import HOSTILE, OpenPage, run_until

REPORT = "pages/report.py"


def preview(app: AppTest) -> str:
    """The report in the preview's frame."""
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
    assert not app.exception
    assert all(f'<section id="{key}"' in preview(app) for key in SECTIONS)
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
    assert studio.slider(key="w_als").value == 1.0
    assert studio.number_input(key="k").value == 7


def test_an_opened_scenario_with_another_seed_is_fitted(open_page: OpenPage, scenario: Scenario) -> None:
    app = upload(open_page(REPORT), scenario.to_json() | {"seed": 3})
    run_until(app, lambda app: app.get("iframe"))
    assert not app.exception
    assert not app.error
    assert Workspace.open().load_scenario(app.query_params["scenario"]).seed == 3


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"version": 2}, "version 2 of the format"),
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
