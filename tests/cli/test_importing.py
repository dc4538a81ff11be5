from __future__ import annotations

import gzip
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main
from recengine.workspace import Workspace

Command = Callable[..., Any]

LOG = "user_id,item_id,rating,timestamp\n" + "".join(
    f"u{user},i{item},{1 + (user + item) % 5},{1_500_000_000 + user}\n" for user in range(8) for item in range(6)
)
# ratings are 1 + (user + item) % 5, and positive from 4 on
POSITIVES = sum((user + item) % 5 >= 3 for user in range(8) for item in range(6))
FILMS = "item_id,title,genres\n" + "".join(f"i{item},Film {item},Drama|Crime\n" for item in range(7))


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a verb, which must exit with 0, and gives its JSON document; no dataset has to be fitted for it."""

    def run(*arguments: str) -> Any:
        capsys.readouterr()
        code = main([*arguments, "--json"])
        said = capsys.readouterr()
        assert code == 0, said.err
        return json.loads(said.out)

    return run


@pytest.fixture
def mistake(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a verb that must exit with 2 and gives its one line."""

    def run(*arguments: str) -> str:
        capsys.readouterr()
        code = main(list(arguments))
        said = capsys.readouterr()
        assert (code, said.out) == (2, ""), said.err
        lines = [line for line in said.err.splitlines() if not line.startswith("[")]
        assert len(lines) == 1, said.err
        return lines[0]

    return run


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Files to import, and a workspace of their own."""
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(tmp_path / "workspace"))
    (tmp_path / "log.csv").write_text(LOG)
    (tmp_path / "films.csv.gz").write_bytes(gzip.compress(FILMS.encode()))
    return tmp_path


def test_files_alone_are_enough(command: Command, folder: Path) -> None:
    document = command("import", str(folder / "films.csv.gz"), str(folder / "log.csv"), "--name", "films")
    assert document["counts"] == {"users": 8, "items": 7, "interactions": 48, "positives": POSITIVES}
    assert {one["name"]: one["kind"] for one in document["tables"]} == {
        "films.csv.gz": "items",
        "log.csv": "interactions",
    }
    assert document["mapping"]["item.categories.genres"] == "genres"
    assert document["positive_from"] == 4
    assert all(guess["reason"] for guesses in document["guesses"].values() for guess in guesses)


def test_steps_are_applied_in_their_order_and_recorded(command: Command, folder: Path) -> None:
    steps = ("times:since=2017-07-14T02:40:02Z", "k-core:users=6,items=6")
    document = command("import", "--interactions", str(folder / "log.csv"), "--clean", *steps)
    # the first two users are before 1,500,000,002; the other six have six items each
    assert [(one["text"].partition(":")[0], one["touched"]) for one in document["steps"]] == [
        ("times", 12),
        ("k-core", 0),
    ]
    assert document["dataset"] == "log"
    assert document["counts"]["interactions"] == 36


def test_a_dry_run_shows_all_and_stores_nothing(
    command: Command, folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    asked = ("import", str(folder / "log.csv"), "--clean", "k-core:users=1,items=8", "values:low=2", "--dry-run")
    document = command(*asked)
    assert document["stored"] is False
    assert document["preview"]["interactions"][0] == {
        "user": "u0",
        "item": "i1",
        "weight": 2.0,
        "time": "2017-07-14 02:40:00.000000",
        "positive": False,
    }
    # a rating is 1 where (user + item) % 5 is 0
    low = sum((user + item) % 5 == 0 for user in range(8) for item in range(6))
    assert [one["touched"] for one in document["steps"]] == [0, low]
    assert {row["value"] for row in document["touched"][1]} == {1.0}
    assert not (folder / "workspace").exists()
    assert main(list(asked)) == 0
    text = capsys.readouterr().out
    assert "the name says so" in text
    assert "Nothing is stored." in text


def test_a_plan_is_saved_and_imported_again(command: Command, folder: Path) -> None:
    plan = folder / "plans" / "shop.json"
    first = command("import", str(folder / "log.csv"), "--name", "shop", "--save-plan", str(plan))
    again = command("import", "--plan", str(plan), "--name", "twin")
    assert again["fingerprint"] == first["fingerprint"]
    cleaned = command("import", "--plan", str(plan), "--clean", "values:low=2", "--positive-from", "5")
    assert cleaned["positive_from"] == 5
    assert cleaned["steps"][0]["text"] == "values:low=2,do=leave-out"
    (folder / "log.csv").write_text(LOG + "u9,i1,4,1500000100\n")
    changed = Workspace.open().save_plan(Workspace.open().dataset_plan("shop"))  # type: ignore[arg-type]
    assert command("import", "--plan", changed)["sources"][0]["changed"] is True


def test_a_plan_of_the_workspace_reads_no_file_that_nobody_allowed(
    mistake: Command, command: Command, folder: Path
) -> None:
    plan = folder / "plan.json"
    command("import", str(folder / "log.csv"), "--name", "shop", "--save-plan", str(plan))
    document = {**json.loads(plan.read_text()), "name": "other"}
    inside = folder / "workspace" / "plans" / "other.json"
    inside.parent.mkdir(exist_ok=True)
    inside.write_text(json.dumps(document))
    assert "RECENGINE_FOLDERS" in mistake("import", "--plan", str(inside))


def test_relative_paths_of_a_plan_start_where_its_file_is(command: Command, folder: Path) -> None:
    plan = {"version": 1, "name": "near", "tables": {"interactions": [{"path": "log.csv"}]}}
    (folder / "near.json").write_text(json.dumps(plan))
    assert command("import", "--plan", str(folder / "near.json"))["counts"]["users"] == 8


def test_statements_are_imported(command: Command, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with sqlite3.connect(folder / "shop.db") as database:
        database.execute("CREATE TABLE log (user_id TEXT, item_id TEXT, rating REAL)")
        database.executemany("INSERT INTO log VALUES (?, ?, ?)", [line.split(",")[:3] for line in LOG.splitlines()[1:]])
    database.close()
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", f"sqlite:///{folder / 'shop.db'}")
    document = command("import", "--connection", "shop", "--interactions-sql", "SELECT * FROM log")
    assert document["dataset"] == "shop"
    assert document["counts"]["interactions"] == 48


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "files: none is named"),
        (("--sample", "synthetic", "log.csv"), "--sample: cannot go together with FILE"),
        (("--plan", "x.json", "--items", "films.csv"), "--plan: cannot go together with --items"),
        (("--sample", "synthetic", "--dry-run"), "--sample: takes no --dry-run"),
        (("--sample", "synthetic", "--clean", "ids"), "--sample: takes no --clean"),
        (("missing.csv",), "missing.csv: cannot be read"),
        (("log.csv", "--clean", "polish"), 'there is no step "polish"'),
        (("log.csv", "--positive-from", "four"), "--positive-from must be a number"),
        (("log.csv", "--map", "item=nothing"), 'no column "nothing"'),
        (("log.csv#sheet",), 'has no table "sheet"'),
        (("--interactions-sql", "SELECT 1"), "needs --connection NAME"),
        (("--connection", "shop"), "needs a statement"),
        (("--plan", "log.csv"), "the plan is not JSON"),
        (("films.csv.gz",), "found no table of interactions"),
        (("log.csv", "--name", "a/b"), "cannot name a dataset"),
    ],
)
def test_a_mistake_is_one_clear_line(
    mistake: Command, folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...], said: str
) -> None:
    monkeypatch.chdir(folder)
    assert said in mistake("import", *arguments)
    assert not (folder / "workspace" / "names").exists()
