"""Models that learn in rounds on the command line: what a fit takes, how it went, going on, eight bits."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.models.sequence.quantised import load_quantised
from recengine.models.training import HELD_OUT_NDCG
from recengine.models.training.loop import _School
from recengine.workspace import Workspace
from tests.cli.conftest import Command

DATA = ("--dataset", "synthetic")
SMALL = ("epochs=3", "factors=8", "max_length=5", "blocks=1", "heads=1", "held_out=20", "batch_size=64")
SETTINGS = ("--set", *(f"sasrec.{one}" for one in SMALL))


@pytest.fixture
def writable(stored: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the stored workspace, which verbs use from now on."""
    copy = tmp_path / "workspace"
    shutil.copytree(stored, copy)
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(copy))
    return copy


def run(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[Any, str]:
    capsys.readouterr()
    assert main([*arguments, "--json"]) == 0
    said = capsys.readouterr()
    return json.loads(said.out), said.err


def test_what_a_fit_takes_is_told_for_a_dataset(command: Command) -> None:
    models = command("models", *DATA)["models"]
    assert models["sasrec"]["seconds"] > 0
    assert models["als"]["seconds"] is None
    assert all(one["memory_bytes"] > 0 for one in models.values())
    assert models["external"]["obstacle"].startswith("external: ")
    assert models["sasrec"]["obstacle"] is None
    assert "seconds" not in command("models")["models"]["sasrec"]


def test_a_fit_tells_how_it_went(writable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, _ = run(capsys, "fit", *DATA, "--models", "sasrec,popularity", *SETTINGS)
    sasrec = document["scorers"]["sasrec"]
    assert sasrec["rounds"] == 3
    assert sasrec["loss"]["last"] < sasrec["loss"]["first"]
    ndcg = sasrec["curves"][HELD_OUT_NDCG]
    assert 0 <= ndcg["last"] <= ndcg["best"] <= 1
    assert ndcg["best_round"] in (1, 2, 3)
    assert "rounds" not in document["scorers"]["popularity"]
    capsys.readouterr()
    assert main(["fit", *DATA, "--models", "sasrec,popularity", *SETTINGS]) == 0
    assert f"3 rounds, loss {sasrec['loss']['first']:.4g} to" in capsys.readouterr().out


def test_the_same_command_goes_on_after_control_c(
    writable: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("recengine.models.training.loop.SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    learn, rounds = _School._pass, []

    def interrupted(school: _School, number: int, *others: Any) -> float:
        rounds.append(number)
        if rounds == [1, 2, 3]:
            raise KeyboardInterrupt
        return learn(school, number, *others)

    monkeypatch.setattr(_School, "_pass", interrupted)
    arguments = ("fit", *DATA, "--models", "sasrec", *SETTINGS)
    assert main(arguments) == 130
    assert "stopped. What was stored before is unchanged." in capsys.readouterr().err
    document, _ = run(capsys, *arguments)
    assert rounds == [1, 2, 3, 3]
    assert document["scorers"]["sasrec"]["rounds"] == 3
    assert list((writable / "training").iterdir()) == []


def test_eight_bits_before_and_after(writable: Path, capsys: pytest.CaptureFixture[str]) -> None:
    document, _ = run(capsys, "quantise", *DATA, "--model", "sasrec", *SETTINGS)
    before, after = document["before"], document["after"]
    assert before["bytes"] > after["bytes"] > 0
    assert before["ndcg"]["n"] == after["ndcg"]["n"] == document["change"]["n"] > 0
    assert document["change"]["mean"] == pytest.approx(after["ndcg"]["mean"] - before["ndcg"]["mean"])
    (stored,) = (writable / "quantised").iterdir()
    assert stored.stem in {path.name for path in (writable / "scorers").iterdir()}


def test_the_network_in_eight_bits_is_written(
    writable: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    out = tmp_path / "small"
    arguments = ("quantise", *DATA, "--model", "sasrec", *SETTINGS, "--out", str(out))
    document, _ = run(capsys, *arguments)
    assert (out / "network.safetensors").stat().st_size == document["after"]["bytes"]
    loaded = load_quantised(out)
    dataset = Workspace.open().load_dataset("synthetic")
    assert list(loaded.item_ids) == dataset.item_ids
    assert loaded.about["fingerprint"] == dataset.fingerprint
    assert loaded.scorer.fold_in_order(loaded.scorer.histories(dataset)).shape == (dataset.n_users, dataset.n_items)
    # what is there is not replaced
    assert main(arguments) == 2
    assert "is there already. Name a folder that is not." in capsys.readouterr().err
    assert main(arguments[:-2]) == 0
    assert "The fit stays as it is; --out FOLDER writes" in capsys.readouterr().out


def test_where_nothing_can_be_written_is_said_before_anything_is_fitted(
    writable: Path, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    (tmp_path / "notes").write_text("mine")
    fits = sorted((writable / "scorers").iterdir())
    out = tmp_path / "notes" / "deeper" / "small"
    capsys.readouterr()
    assert main(("quantise", *DATA, "--model", "sasrec", "--set", "sasrec.epochs=1", "--out", str(out))) == 2
    said = f"{tmp_path / 'notes'}: is a file, so no folder can be made in it. Name another folder than {out}."
    assert capsys.readouterr().err == f"recengine quantise: {said}\n"
    assert sorted((writable / "scorers").iterdir()) == fits


@pytest.mark.parametrize(
    ("model", "said"),
    [
        ("popularity", "popularity: has no network that reads histories"),
        ("sasrec,als", "--model: one at a time"),
        ("unheard", "unheard"),
    ],
)
@pytest.mark.usefixtures("writable")
def test_what_cannot_be_measured_is_one_line(capsys: pytest.CaptureFixture[str], model: str, said: str) -> None:
    capsys.readouterr()
    assert main(["quantise", *DATA, "--model", model]) == 2
    lines = [line for line in capsys.readouterr().err.splitlines() if not line.startswith("[")]
    assert len(lines) == 1
    assert said in lines[0]
