"""Before a fit sends anything to a language model, the page shows what: on the part that the fit learns from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from recengine.data import Dataset, load_sample, split_dataset
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
    workspace.jobs.cancel(job.id)
