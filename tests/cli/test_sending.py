"""What a fit sends to a language model is on stderr before it is sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.jobs import Job
from recengine.outgoing import Outgoing
from recengine.text.endpoint import KEY, MODEL, URL
from recengine.workspace import Workspace
from tests.chat_server import Reply, chat_server, completion

FIT = ("fit", "--dataset", "synthetic", "--models", "user-text", "--json", "--set")
SETTINGS = ("user-text.writer=endpoint", "user-text.language_model=small", "user-text.sent=3", "user-text.at_once=1")


def test_what_is_sent_is_said_before_it_is(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(stored, copy)
    said: list[str] = []

    def reply(number: int, body: dict[str, Any]) -> Reply:
        if number == 0:
            said.append(written())
        return completion("Likes quiet films.")

    def written() -> str:
        return capsys.readouterr().err

    monkeypatch.setenv("RECENGINE_WORKSPACE", str(copy))
    with chat_server() as served:
        monkeypatch.setenv(URL, served.url)
        monkeypatch.setenv(MODEL, "small")
        monkeypatch.setenv(KEY, "sk-very-secret-7")
        served.reply = reply
        assert main([*FIT, *SETTINGS]) == 0
        host = served.url.split("/")[2]
        sends, what, first = [line for line in said[0].splitlines() if not line.startswith("[")]
        assert (
            sends == f"Sends 3 messages about 3 users of the part that is learnt to small at {host}, on this machine."
        )
        assert "no user attribute, and no id. Withheld as sensitive: " in what
        assert json.loads(first.removeprefix("The first, word for word: ")) == served.bodies[0]
        assert "sk-very-secret" not in said[0]
        # what is fitted already sends nothing, and nothing is said of it
        written()
        assert main([*FIT, *SETTINGS]) == 0
        assert "Sends" not in written()
        assert len(served.bodies) == 3


JOB = "20260102T000000000000-{:08d}"


def attended(workspace: Path, number: int, *arguments: str) -> tuple[Job, Outgoing | None]:
    """A job of `fit` that this process attends, and what it asks for."""
    jobs = Workspace.open(workspace).jobs
    folder = workspace / "jobs" / JOB.format(number)
    folder.mkdir(parents=True)
    what = {"verb": "fit", "arguments": list(arguments), "title": "F", "subject": "synthetic"}
    (folder / "job.json").write_text(json.dumps(what))
    main([*arguments, "--progress", str(folder)])
    return jobs.get(folder.name), jobs.asked(folder.name)


def test_a_job_sends_only_what_was_agreed_to_and_a_strategy_that_learns_sends_of_two_parts(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(stored, copy)
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(copy))
    monkeypatch.setenv("RECENGINE_QUEUE", str(tmp_path / "queue"))
    models, learns = ("--models", "user-text,popularity"), ("--strategy", "decision-tree")
    arguments = ("fit", "--dataset", "synthetic", *models, *learns, "--set", *SETTINGS)
    jobs = Workspace.open(copy).jobs
    with chat_server() as served:
        monkeypatch.setenv(URL, served.url)
        monkeypatch.setenv(MODEL, "small")
        # of the test part, then of the validation part
        for place in range(2):
            job, asked = attended(copy, 2 * place, *arguments)
            assert job.state == "failed"
            assert str(job.error).startswith("Nobody has agreed to what would be sent, so nothing was: 3 messages ")
            assert len(served.bodies) == 3 * place
            assert asked is not None
            assert asked.messages == 3
            jobs.agree(asked.key)
            assert jobs.asked(job.id) is None
            job, second = attended(copy, 2 * place + 1, *arguments)
            assert len(served.bodies) == 3 * (place + 1)
            assert served.bodies[3 * place] == json.loads(asked.example)
        assert (job.state, second) == ("done", None)


def test_a_template_sends_nothing_and_says_nothing(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(stored, copy)
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(copy))
    assert main([*FIT, "user-text.items=3"]) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if not line.startswith("[")] == []
