"""What a fit sends to a language model is on stderr before it is sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.text.endpoint import KEY, MODEL, URL
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


def test_a_template_sends_nothing_and_says_nothing(
    stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    copy = tmp_path / "workspace"
    shutil.copytree(stored, copy)
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(copy))
    assert main([*FIT, "user-text.items=3"]) == 0
    assert [line for line in capsys.readouterr().err.splitlines() if not line.startswith("[")] == []
