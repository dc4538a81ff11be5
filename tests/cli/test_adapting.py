from __future__ import annotations

import pytest

from recengine.cli.main import main
from tests.cli.conftest import Command


def test_a_name_that_is_no_folder_is_one_clear_line(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adapt-encoder", "--dataset", "synthetic", "--name", "../elsewhere"]) == 2
    said = capsys.readouterr().err.strip().splitlines()
    assert said[-1].startswith("recengine adapt-encoder: --name: '../elsewhere' cannot name a folder.")


def test_settings_out_of_range_are_refused(command: Command, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["adapt-encoder", "--dataset", "synthetic", "--rank", "0"]) == 2
    assert 'adapt-encoder: "rank" must be a whole number from 1 to 256, got 0.' in capsys.readouterr().err
