"""The verbs `connections` and `query`."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from recengine.cli.main import main

Command = Callable[..., Any]
PASSWORD = "pa55-word"  # noqa: S105


@pytest.fixture
def command(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a verb, which needs no workspace, and gives its JSON document."""

    def run(*arguments: str) -> Any:
        assert main([*arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return run


@pytest.fixture
def mistake(capsys: pytest.CaptureFixture[str]) -> Command:
    """Runs a verb that must exit with 2 and gives its one line."""

    def run(*arguments: str) -> str:
        assert main(list(arguments)) == 2
        said = capsys.readouterr()
        assert said.out == ""
        (line,) = said.err.splitlines()
        return line

    return run


@pytest.fixture(autouse=True)
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A shop that answers, and a server that does not."""
    with closing(sqlite3.connect(tmp_path / "shop.db")) as opened:
        opened.execute("CREATE TABLE ratings (user_id TEXT, item_id INTEGER, value REAL)")
        opened.execute("INSERT INTO ratings VALUES ('ann', 1, 4.5), ('陳', 2, NULL)")
        opened.commit()
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", f"sqlite:///{tmp_path}/shop.db")
    monkeypatch.setenv("RECENGINE_CONNECTION_FAR", f"postgresql://reader:{PASSWORD}@127.0.0.1:1/shop")


def test_connections_are_listed_without_secrets(command: Command) -> None:
    far, shop = command("connections")["connections"]
    assert (shop["name"], shop["kind"], shop["file"], shop["reachable"]) == ("shop", "SQLite", "shop.db", True)
    assert (far["name"], far["kind"], far["host"], far["reachable"]) == ("far", "PostgreSQL", "127.0.0.1:1", False)
    assert "refused" in far["problem"]
    assert PASSWORD not in str(far)


def test_tables_of_a_connection(command: Command) -> None:
    (table,) = command("connections", "--tables", "shop")["tables"]
    assert table == {
        "name": "ratings",
        "view": False,
        "columns": ["user_id", "item_id", "value"],
        "statement": 'SELECT * FROM "ratings"',
    }


def test_a_query_shows_the_first_rows(command: Command) -> None:
    told = command("query", "--connection", "shop", "--sql", "SELECT * FROM ratings")
    assert [column["name"] for column in told["columns"]] == ["user_id", "item_id", "value"]
    assert told["rows"] == [
        {"user_id": "ann", "item_id": 1, "value": 4.5},
        {"user_id": "陳", "item_id": 2, "value": None},
    ]
    assert len(command("query", "--connection", "shop", "--sql", "SELECT * FROM ratings", "--rows", "1")["rows"]) == 1


def test_what_cannot_be_asked_is_one_line(mistake: Command) -> None:
    assert "is 2 statements" in mistake("query", "--connection", "shop", "--sql", "SELECT 1; SELECT 2")
    assert "There are: far, shop" in mistake("query", "--connection", "nowhere", "--sql", "SELECT 1")
    assert "at least 1" in mistake("query", "--connection", "shop", "--sql", "SELECT 1 AS a", "--rows", "0")
    assert PASSWORD not in mistake("query", "--connection", "far", "--sql", "SELECT 1 AS a")


def test_the_text_says_the_same(capsys: pytest.CaptureFixture[str]) -> None:
    for arguments, words in (
        (["connections"], ("shop", "SQLite", "answers", "far", "does not answer", "refused")),
        (["connections", "--tables", "shop"], ("ratings", "user_id, item_id, value")),
        (["query", "--connection", "shop", "--sql", "SELECT user_id FROM ratings"], ("ann", "陳", "2 rows shown")),
    ):
        assert main(arguments) == 0
        said = capsys.readouterr().out
        assert all(word in said for word in words), said
        assert PASSWORD not in said


def test_a_dataset_comes_from_a_database_and_nothing_stored_tells_the_url(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, command: Command
) -> None:
    with closing(sqlite3.connect(tmp_path / "shop.db")) as opened:
        opened.executemany(
            "INSERT INTO ratings VALUES (?, ?, ?)", [(f"u{n % 20}", n // 4, 1 + n % 5) for n in range(200)]
        )
        opened.commit()
    monkeypatch.setenv("RECENGINE_WORKSPACE", str(tmp_path / "workspace"))
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", f"sqlite:///{tmp_path}/shop.db?token={PASSWORD}")
    statement = "SELECT * FROM ratings WHERE value IS NOT NULL"
    told = command("import", "--connection", "shop", "--interactions-sql", statement, "--name", "shop")
    assert told["dataset"] == "shop"
    stored = [path.read_bytes() for path in (tmp_path / "workspace").rglob("*") if path.is_file()]
    assert any(statement.encode() in content for content in stored)
    assert not any(PASSWORD.encode() in content for content in stored)
