from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from tests.cli.conftest import Command


def test_the_report_is_json_with_findings_the_worst_first(command: Command) -> None:
    document = command("quality", "--dataset", "synthetic")
    assert document["dataset"] == "synthetic"
    assert (document["split"], document["seed"]) == (None, None)
    assert document["severities"]["problem"] == 0
    assert sum(document["severities"].values()) == len(document["findings"])
    names = {finding["name"] for finding in document["findings"]}
    # the import is asked too: its repeats, the language of its texts
    assert {"duplicate-events", "language", "popularity-gini", "times"} <= names
    assert "same-pair" not in names


def test_with_a_split_its_parts_are_compared(command: Command) -> None:
    document = command("quality", "--dataset", "synthetic", "--split", "last", "--seed", "3")
    assert (document["split"], document["seed"]) == ("last", 3)
    found = {finding["name"]: finding for finding in document["findings"]}
    assert (found["same-pair"]["severity"], found["same-pair"]["value"]) == ("good", 0)
    assert found["test-before-train"]["value"] == 0


def test_people_read_sentences(
    stored: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(stored))
    assert main(["quality", "--dataset", "synthetic"]) == 0
    said = capsys.readouterr().out
    assert said.startswith("synthetic: 0 problems, ")
    assert "Leave out items without an interaction: import with --clean unused-items" in said


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--dataset", "nothing"], "there is no 'nothing'"),
        (["--dataset", "synthetic", "--split", "sideways"], "sideways"),
        (["--dataset", "synthetic", "--split", "random", "--seed", "-1"], "seed"),
    ],
)
def test_a_mistake_is_one_line(mistake: Any, arguments: list[str], said: str) -> None:
    assert said in mistake("quality", *arguments)
