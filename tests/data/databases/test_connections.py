"""Where connections come from, and that their secrets stay there."""

from __future__ import annotations

import copy
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data.databases import Connection, connection, connections, tables_of, why_unreachable
from recengine.data.databases.secret import HIDDEN, Secret, without
from recengine.errors import DataError

PASSWORD = "s3cret-Pa55"  # noqa: S105


@pytest.fixture(autouse=True)
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RECENGINE_CONNECTIONS", raising=False)


def test_a_variable_is_a_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "RECENGINE_CONNECTION_MY_SHOP", f"postgresql://reader:{PASSWORD}@db.example:5433/shop?sslmode=require"
    )
    one = connections()["my_shop"]
    assert one.facts == {
        "kind": "PostgreSQL",
        "configured in": "the variable RECENGINE_CONNECTION_MY_SHOP",
        "host": "db.example:5433",
        "database": "shop",
    }
    assert connection("My_Shop") == one


def test_a_file_names_connections_and_the_environment_overrules_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "connections.toml"
    file.write_text(
        f'[shop]\nurl = "postgresql://reader:{PASSWORD}@db/shop"\n'
        '[lake]\nurl_env = "LAKE"\n[dry]\nurl_env = "NOT_SET"\n[both]\nurl = "a://b"\nurl_env = "LAKE"\n[more]\nx = 1\n'
        '["not a name"]\nurl = "sqlite:///a.db"\n[none]\nurl = "just words"\n',
        encoding="utf-8",
    )
    monkeypatch.setenv("RECENGINE_CONNECTIONS", str(file))
    monkeypatch.setenv("LAKE", "duckdb:///lake.duckdb")
    found = connections()
    assert {name: one.kind for name, one in found.items() if not one.problem} == {
        "shop": "PostgreSQL",
        "lake": "DuckDB",
    }
    assert found["lake"].facts["file"] == "lake.duckdb"
    assert "NOT_SET" in found["dry"].problem
    for name in ("both", "more"):
        assert "one of them" in found[name].problem
    assert "is no URL" in found["none"].problem
    assert "Choose another" in found["not a name"].problem
    with pytest.raises(DataError, match="NOT_SET"):
        connection("dry")
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", "sqlite:///other.db")
    assert connection("shop").kind == "SQLite"


@pytest.mark.parametrize("text", ["[shop\nurl = 's3cret-Pa55'", "shop = 's3cret-Pa55'", "\xff"])
def test_a_broken_file_is_told_without_what_it_holds(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    file = tmp_path / "connections.toml"
    file.write_bytes(text.encode("latin-1"))
    monkeypatch.setenv("RECENGINE_CONNECTIONS", str(file))
    try:
        told = " ".join(one.problem for one in connections().values())
    except DataError as error:
        told = str(error)
    assert "connections.toml" in told
    assert PASSWORD not in told
    monkeypatch.setenv("RECENGINE_CONNECTIONS", str(tmp_path / "gone.toml"))
    with pytest.raises(DataError, match=r"gone\.toml: cannot be read"):
        connections()


def test_none_and_others_are_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(DataError, match="None is configured"):
        connection("shop")
    monkeypatch.setenv("RECENGINE_CONNECTION_LAKE", "duckdb:///lake.duckdb")
    with pytest.raises(DataError, match="There are: lake"):
        connection("shop")


SECRET_URLS = (
    f"postgresql://reader:{PASSWORD}@127.0.0.1:1/shop",
    f"postgresql+psycopg://reader:{PASSWORD}@127.0.0.1:1/shop?sslmode=disable",
    f"postgresql://127.0.0.1:1/shop?user=reader&password={PASSWORD}",
    f"mysql+pymysql://reader:{PASSWORD}@127.0.0.1:1/shop",
    f"mssql+pyodbc:///?odbc_connect=DRIVER=x;SERVER=127.0.0.1;PWD={PASSWORD};",
    f"nowhere+x://reader:{PASSWORD}@127.0.0.1:1/shop",
    f"adbc+nowhere://reader:{PASSWORD}@127.0.0.1:1/shop",
    f"adbc+postgresql://reader:{PASSWORD}@127.0.0.1:1/shop",
    f"adbc+sqlite:///{PASSWORD}/gone/shop.db",
    f"postgresql://reader:{PASSWORD}@more@127.0.0.1:1/shop",
    f"postgresql://reader:{PASSWORD}@127.0.0.1:port/shop",
    f"reader:{PASSWORD}@127.0.0.1:1/shop",
    PASSWORD,
)


@pytest.mark.parametrize("url", SECRET_URLS)
def test_no_face_of_a_connection_shows_its_secret(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", url)
    one = connections()["shop"]
    shown = [repr(one), str(one), f"{one.url}", f"{one.url!r}", one.problem, one.kind, json.dumps(one.facts)]
    shown += [repr(vars(one)), repr(dir(one.url))]
    why = why_unreachable(one)
    assert why
    assert "\n" not in why
    with pytest.raises(DataError) as caught:
        tables_of(one)
    for text in (*shown, why, str(caught.value)):
        assert PASSWORD not in text
    assert caught.value.__context__ is None


def test_a_secret_is_neither_written_nor_copied() -> None:
    secret = Secret(PASSWORD)
    with pytest.raises(TypeError):
        json.dumps(secret)
    with pytest.raises(TypeError):  # pickling asks the same
        copy.deepcopy(secret)
    assert secret.reveal() == PASSWORD


@given(st.text(min_size=4), st.text(), st.text())
def test_a_secret_is_struck_out_wherever_it_stands(secret: str, before: str, after: str) -> None:
    told = without(f"{before}{secret}{after}", [secret])
    assert "\n" not in told
    # what remains of it can only come from around it, or from the mark itself
    assert secret not in told or secret in HIDDEN or secret in f"{before}{HIDDEN}{after}"


def test_a_short_secret_is_struck_out_where_it_stands_alone() -> None:
    assert without('the password "a" failed', ["a"]) == f'the password "{HIDDEN}" failed'


def test_connections_are_alike_where_their_urls_are() -> None:
    first, second, third = (Connection("shop", "a file", Secret(text)) for text in (PASSWORD, PASSWORD, "another"))
    assert first == second
    assert hash(first) == hash(second)
    assert first != third
