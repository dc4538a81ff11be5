"""Before a fit sends anything to a language model, the page shows what: on the part that the fit learns from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recengine.data import Dataset, load_sample, split_dataset
from recengine.errors import SendingError
from recengine.jobs.consent import AGREED, ask_first
from recengine.models.profiles import UserTextRecipe
from recengine.scenario import Scenario, default_scenario
from recengine.text.endpoint import KEY, MODEL, URL
from recengine.workspace import Workspace
from tests.chat_server import ChatServer, chat_server
from tests.pages.conftest import OpenPage
from tests.pages.test_models_page import click, texts
from ui.text import plain

ASKED = UserTextRecipe(writer="endpoint", language_model="small *model*", sent=5, attributes=True)
NAME = "user-text:asked"
PANELS = [
    ({}, f"pick_{NAME}", "Fit and use", "test"),
    ({"part": "compare"}, "scorers compared", "Measure", "validation"),
    ({"part": "tune"}, "tuned scorer", "Tune", "validation"),
]
"""A page's part, the widget that chooses the scorer, the button, and what is measured."""
SECRET = "sk-very-secret-7"  # noqa: S105


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[ChatServer]:
    with chat_server() as served:
        monkeypatch.setenv(URL, served.url)
        monkeypatch.setenv(MODEL, "small *model*")
        monkeypatch.setenv(KEY, SECRET)
        yield served


@pytest.fixture
def worded(tmp_path: Path) -> tuple[Workspace, Dataset]:
    """A workspace with a dataset that has texts, nothing fitted, and a variant of which a language model writes."""
    workspace = Workspace.open(tmp_path / "worded")
    dataset, report = load_sample("synthetic")
    workspace.save_dataset(dataset, report, "synthetic")
    workspace.save_recipe(NAME, ASKED)
    return workspace, workspace.load_dataset("synthetic")


def first_message(dataset: Dataset, workspace: Workspace) -> object:
    sending = ASKED.sending(dataset, workspace.resources())
    assert sending is not None
    assert sending.example is not None
    return sending.example.body


def test_what_a_fit_sends_is_shown_beside_the_button(
    open_page: OpenPage, worded: tuple[Workspace, Dataset], server: ChatServer
) -> None:
    workspace, dataset = worded
    parts = split_dataset(dataset, "random", seed=0)
    app = open_page("pages/models.py", workspace=workspace.root)
    assert not app.code
    app.checkbox(key=f"pick_{NAME}").check().run()
    assert not app.exception
    (shown,) = app.code
    assert json.loads(shown.value) == first_message(parts.full_train, workspace) != first_message(dataset, workspace)
    said, host = "\n".join(one.value for one in app.caption), server.url.split("/")[2]
    assert "5 messages about 5 users" in said
    assert plain(f"to small *model* at {host}, on this machine") in said
    assert plain("Withheld as sensitive: age") in said
    assert SECRET not in said + shown.value
    app.checkbox(key=f"pick_{NAME}").uncheck().run()
    assert not app.code
    assert server.bodies == []


def test_measuring_shows_what_it_sends_of_a_smaller_part(
    open_page: OpenPage, worded: tuple[Workspace, Dataset], server: ChatServer
) -> None:
    workspace, dataset = worded
    parts = split_dataset(dataset, "random", seed=0)
    app = open_page("pages/models.py", {"part": "compare"}, workspace=workspace.root)
    assert not app.code
    app.multiselect(key="scorers compared").set_value([NAME]).run()
    (shown,) = app.code
    assert json.loads(shown.value) == first_message(parts.train, workspace)
    tuned = open_page("pages/models.py", {"part": "tune"}, workspace=workspace.root)
    tuned.selectbox(key="tuned scorer").set_value(NAME).run()
    (shown,) = tuned.code
    assert json.loads(shown.value) == first_message(parts.train, workspace)
    assert "others tell more or fewer items" in texts(tuned)
    assert server.bodies == []


def test_a_link_to_what_is_not_fitted_sends_nothing_unasked(
    open_page: OpenPage, worded: tuple[Workspace, Dataset], server: ChatServer
) -> None:
    workspace, dataset = worded
    scenario: Scenario = default_scenario(dataset, recipes={NAME: ASKED})
    key = workspace.save_scenario(scenario)
    app = open_page("pages/studio.py", {"scenario": key}, workspace=workspace.root)
    assert not app.exception
    assert workspace.jobs.list() == []
    (shown,) = app.code
    assert json.loads(shown.value) == first_message(split_dataset(dataset, "random", seed=0).full_train, workspace)
    click(app, "Fit and send")
    (job,) = workspace.jobs.list()
    assert job.verb == "fit"
    assert len(list((workspace.root / "jobs" / AGREED).iterdir())) == 1
    workspace.jobs.cancel(job.id)


def test_a_job_that_asks_shows_what_it_would_send_and_goes_on_when_that_is_agreed_to(
    open_page: OpenPage, worded: tuple[Workspace, Dataset], server: ChatServer
) -> None:
    workspace, dataset = worded
    part = split_dataset(dataset, "random", seed=0).train
    sending = ASKED.sending(part, workspace.resources())
    assert sending is not None
    arguments = ["--dataset", "synthetic"]
    folder = workspace.root / "jobs" / "20260102T000000000000-bbbbbbbb"
    folder.mkdir(parents=True)
    what = {"verb": "learn-weights", "arguments": arguments, "title": "Learn weights", "subject": "synthetic"}
    (folder / "job.json").write_text(json.dumps(what))
    with pytest.raises(SendingError) as refused:
        ask_first(folder)(sending.outgoing)
    (folder / "outcome.json").write_text(json.dumps({"state": "failed", "error": str(refused.value)}))
    app = open_page("pages/models.py", {"part": "jobs"}, workspace=workspace.root)
    (shown,) = app.code
    assert json.loads(shown.value) == first_message(part, workspace)
    said = texts(app)
    assert "5 messages about 5 users of the part that is learnt" in said
    assert "Withheld as sensitive: age" in said
    assert "Start again" not in {button.label for button in app.button}
    click(app, "Fit and send")
    again = workspace.jobs.list()[0]
    assert (again.verb, list(again.arguments)) == ("learn-weights", arguments)
    workspace.jobs.cancel(again.id)
    ask_first(folder)(sending.outgoing)
    assert server.bodies == []


@pytest.mark.parametrize(("params", "key", "button", "measured"), PANELS)
def test_what_is_shown_beside_a_button_is_agreed_to_by_it_and_nothing_else(
    open_page: OpenPage,
    worded: tuple[Workspace, Dataset],
    server: ChatServer,
    params: dict[str, str],
    key: str,
    button: str,
    measured: str,
) -> None:
    workspace, dataset = worded
    app = open_page("pages/models.py", params, workspace=workspace.root)
    if button == "Fit and use":
        app.checkbox(key=key).check().run()
    elif button == "Measure":
        app.multiselect(key=key).set_value([NAME]).run()
    else:
        app.selectbox(key=key).set_value(NAME).run()
    assert not (workspace.root / "jobs" / AGREED).exists()
    click(app, button)
    assert not app.exception
    parts = split_dataset(dataset, "random", seed=0)
    sending = ASKED.sending(parts.full_train if measured == "test" else parts.train, workspace.resources())
    assert sending is not None
    assert [path.name for path in (workspace.root / "jobs" / AGREED).iterdir()] == [sending.key]
    (job,) = workspace.jobs.list()
    workspace.jobs.cancel(job.id)
