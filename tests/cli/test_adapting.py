from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from recengine.cli import adapting
from recengine.cli.main import main
from recengine.data import Dataset
from recengine.models.profiles.adapted import Adapted
from recengine.models.profiles.adapting import Adaptation
from recengine.text import DEFAULT_MODEL
from tests.cli.conftest import Command


def test_a_name_that_is_no_folder_is_one_clear_line(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adapt-encoder", "--dataset", "synthetic", "--name", "../elsewhere"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].startswith("recengine adapt-encoder: --name: '../elsewhere' cannot name a folder.")


def test_what_differs_is_put_in_another_folder(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    def put(train: Dataset, folder: Path, settings: Adaptation, **options: object) -> Adapted:
        return Adapted(folder, "some", 0.01, np.zeros(1), 3, 0.1, 0.2, 0.3, 0.4)

    monkeypatch.setattr(adapting, "adapt_encoder", put)

    def folder(*arguments: str) -> Path:
        return Path(command("adapt-encoder", "--dataset", "synthetic", *arguments)["adapted"])

    plain = folder()
    assert re.fullmatch("synthetic-texts-[0-9a-f]{8}", plain.name)
    assert plain.parent.name == "encoders"
    # "auto" is the English one here, so naming it changes nothing
    assert folder("--encoder", DEFAULT_MODEL) == folder("--rank", "8") == plain
    others = {folder(*one) for one in (("--rank", "4"), ("--epochs", "2"), ("--seed", "1"), ("--split", "last"))}
    assert len(others | {plain, folder("--pairing", "histories")}) == 6
    assert folder("--rank", "4", "--name", "mine").name == "mine"


def test_settings_out_of_range_are_refused(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adapt-encoder", "--dataset", "synthetic", "--rank", "0"]) == 2
    assert 'adapt-encoder: "rank" must be a whole number from 1 to 256, got 0.' in capsys.readouterr().err
