from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.text import DEFAULT_MODEL, MULTILINGUAL_MODEL

Command = Callable[..., Any]
PLOTS = (
    "Ein alter Kommissar sucht seine verschwundene Tochter in einer fremden Stadt.",
    "Zwei Freundinnen eröffnen eine Bäckerei und lernen, was es heißt zu bleiben.",
    "Die Besatzung eines verlorenen Schiffes muss entscheiden, wem sie vertrauen kann.",
)


def test_the_language_of_the_texts_is_told(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(tmp_path / "workspace"))
    interactions, items = tmp_path / "interactions.csv", tmp_path / "items.csv"
    rows = [f"{user},{item}" for user in "abc" for item in range(3)]
    interactions.write_text("\n".join(["user_id,item_id", *rows]))
    lines = [f'{item},Film {item},"{plot}"' for item, plot in enumerate(PLOTS)]
    items.write_text("\n".join(["item_id,title,description", *lines]))

    files = ("--interactions", str(interactions), "--items", str(items), "--name", "filme")
    language = command("import", *files)["language"]
    assert (language["main"], language["name"], language["model"]) == ("de", "German", MULTILINGUAL_MODEL)
    assert command("import", "--sample", "synthetic")["language"]["model"] == DEFAULT_MODEL
    told = command("datasets")["datasets"]
    assert {one["name"]: one["language"] for one in told} == {"filme": "German", "synthetic": "English"}

    capsys.readouterr()
    assert main(["datasets"]) == 0
    header, *lines = capsys.readouterr().out.splitlines()
    assert "language" in header
    assert ["German" in line for line in lines] == [True, False]
    assert main(["import", *files]) == 0
    assert "texts are in German" in capsys.readouterr().out
