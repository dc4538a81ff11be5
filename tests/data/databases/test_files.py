"""Databases in files, SQLite and DuckDB, and those that SQLAlchemy and ADBC reach: the same contract for all four."""

from __future__ import annotations

import datetime
import decimal
import sqlite3
import threading
import time
import uuid
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import duckdb
import polars as pl
import psutil
import pytest

from recengine.data.databases import Connection, connection, preview, read_statement, tables_of, why_unreachable
from recengine.data.databases.cells import column_of
from recengine.data.databases.duck import DuckDB
from recengine.data.databases.sqlite import SQLite
from recengine.errors import CancelledError, DataError

SHOP = (
    "CREATE TABLE ratings (user_id VARCHAR, item_id INTEGER, value DOUBLE)",
    "INSERT INTO ratings VALUES ('ann', 1, 4.5), ('bob', 2, 3), ('陳', 1, NULL)",
    'CREATE VIEW "Odd ""name""" AS SELECT item_id AS "Item ""Id""" FROM ratings',
)
ENDLESS = "SELECT * FROM (WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT i FROM n) AS s"


@dataclass(frozen=True)
class Shop:
    """A connection, and the file behind it."""

    connection: Connection
    path: Path

    @property
    def content(self) -> bytes:
        return self.path.read_bytes()


@pytest.fixture(params=["sqlite", "duckdb", "sqlite+pysqlite", "adbc+sqlite"])
def shop(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Shop:
    path = tmp_path / "the shop.db"
    make(request.param, path, SHOP)
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", f"{request.param}:///{path}")
    return Shop(connection("shop"), path)


def make(scheme: str, path: Path, statements: tuple[str, ...]) -> None:
    opened = duckdb.connect(str(path)) if scheme == "duckdb" else sqlite3.connect(path)
    with closing(opened):
        for statement in statements:
            opened.execute(statement)
        opened.commit() if scheme != "duckdb" else opened.close()


def test_rows_come_as_they_are(shop: Shop) -> None:
    frame = read_statement(shop.connection, "SELECT user_id, item_id, value FROM ratings ORDER BY value DESC;").frame
    assert frame.sort("value", descending=True, nulls_last=True).rows() == [
        ("ann", 1, 4.5),
        ("bob", 2, 3.0),
        ("陳", 1, None),
    ]
    assert frame.schema["user_id"] == pl.String
    assert frame.schema["item_id"].is_integer()
    assert frame.schema["value"] == pl.Float64


def test_a_preview_is_the_first_rows(shop: Shop) -> None:
    assert preview(shop.connection, "SELECT * FROM ratings", rows=2).frame.height == 2
    empty = preview(shop.connection, "SELECT user_id FROM ratings WHERE 1 = 0").frame
    assert (empty.columns, empty.height) == (["user_id"], 0)
    with pytest.raises(DataError, match="gives no rows"):
        read_statement(shop.connection, "SELECT user_id FROM ratings WHERE 1 = 0")


def test_tables_have_statements_that_read_them(shop: Shop) -> None:
    told = {table.name.removeprefix("main."): table for table in tables_of(shop.connection)}
    assert set(told) == {"ratings", 'Odd "name"'}
    assert told["ratings"].columns == ("user_id", "item_id", "value")
    assert told['Odd "name"'].view
    for table in told.values():
        assert tuple(preview(shop.connection, table.statement).frame.columns) == table.columns


REFUSED = (
    "INSERT INTO ratings VALUES ('eve', 9, 1)",
    "DELETE FROM ratings",
    "UPDATE ratings SET value = 1",
    "DROP TABLE ratings",
    "CREATE TABLE copied AS SELECT * FROM ratings",
    "SELECT 1 AS one; DELETE FROM ratings",
    "SELECT * FROM ratings; SELECT * FROM ratings",
    "ATTACH 'stolen.db' AS stolen",
    "PRAGMA writable_schema = 1",
    "VACUUM INTO 'stolen.db'",
    "COPY ratings TO 'stolen.csv'",
    "INSTALL httpfs",
    "SET enable_external_access = true",
    "EXPLAIN DELETE FROM ratings",
    "BEGIN",
    "SELECT load_extension('stolen')",
    "SELECT readfile('stolen')",
    "SELECT writefile('stolen', 'x')",
    "SELECT * FROM read_csv('stolen.csv')",
    "SELECT * FROM read_text('stolen')",
    "SELECT * FROM read_parquet('stolen')",
    "SELECT * FROM glob('*')",
    "SELECT * FROM query('SELECT 1')",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM pragma_database_list()",
    "SELECT getenv('HOME')",
    "",
    " ; -- nothing",
    "SELEC 1",
)


def test_only_reading_is_done(shop: Shop, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    before = shop.content
    # one database for all: none of them may leave a trace that the next could stumble over
    for statement in REFUSED:
        with pytest.raises(DataError, match=r"^SQL statement: ") as caught:
            preview(shop.connection, statement)
        assert "\n" not in str(caught.value), statement
        assert shop.content == before, statement
        assert [path.name for path in tmp_path.iterdir()] == [shop.path.name], statement


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ratings VALUES ('eve', 9, 1)",
        "DELETE FROM ratings",
        "CREATE TEMP TABLE copied AS SELECT 1",
        "ATTACH 'stolen.db' AS stolen",
        "PRAGMA query_only = OFF",
        "PRAGMA database_list",
        "VACUUM INTO 'stolen.db'",
        "SELECT load_extension('stolen')",
        "SELECT * FROM pragma_table_info('ratings')",
        "SELECT 1; DELETE FROM ratings",
        "SELECT zeroblob(1000000000)",
    ],
)
def test_sqlite_itself_refuses_what_slips_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)
    make("sqlite", tmp_path / "shop.db", SHOP)
    before = (tmp_path / "shop.db").read_bytes()
    with pytest.raises((sqlite3.Error, sqlite3.Warning)):
        list(SQLite(tmp_path / "shop.db").batches(statement, None, 5))
    assert (tmp_path / "shop.db").read_bytes() == before
    assert not (tmp_path / "stolen.db").exists()


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO ratings VALUES ('eve', 9, 1)",
        "CREATE TEMP TABLE copied AS SELECT 1",
        "ATTACH 'stolen.db' AS stolen",
        "PRAGMA database_list",
        "COPY ratings TO 'stolen.csv'",
        "EXPORT DATABASE 'stolen'",
        "LOAD httpfs",
        "SET VARIABLE a = 1",
        "SELECT * FROM read_text('stolen.db')",
        "FROM 'stolen.csv'",
        "SELECT * FROM glob('*')",
        "SELECT * FROM outside",
        "SELECT 1; DELETE FROM ratings",
        "CALL pragma_version()",
    ],
)
def test_duckdb_itself_refuses_what_slips_through(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, statement: str
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "stolen.csv").write_text("a\n1\n")
    make("duckdb", tmp_path / "shop.db", SHOP)
    outside = pl.DataFrame({"a": [1]})  # a variable of Python, which DuckDB would take for a table
    with pytest.raises((duckdb.Error, DataError)):
        list(DuckDB(tmp_path / "shop.db").batches(statement, None, 5))
    assert outside.height == 1
    assert {path.name for path in tmp_path.iterdir()} == {"shop.db", "stolen.csv"}


def test_a_statement_that_runs_for_ever_is_stopped(shop: Shop) -> None:
    if shop.connection.kind.startswith("ADBC"):
        pytest.skip("this driver cannot be stopped, see the next test")
    started = time.monotonic()
    with pytest.raises(DataError, match=r"ran for more than 0\.5 seconds"):
        read_statement(shop.connection, f"SELECT count(*) AS n FROM ({ENDLESS}) AS t", timeout=0.5)
    asked = threading.Event()
    threading.Timer(0.3, asked.set).start()
    with pytest.raises(CancelledError):
        read_statement(shop.connection, f"SELECT count(*) AS n FROM ({ENDLESS}) AS t", cancel=asked.is_set)
    assert time.monotonic() - started < 8
    assert not [thread for thread in threading.enumerate() if thread.name == "database"]


def test_who_waits_is_freed_even_where_the_driver_cannot_be_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    make("sqlite", tmp_path / "shop.db", SHOP)
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", f"adbc+sqlite:///{tmp_path}/shop.db")
    long = f"SELECT count(*) AS n FROM ({ENDLESS} LIMIT 6000000) AS t"  # a second, so that the thread ends too
    started = time.monotonic()
    with pytest.raises(DataError, match=r"ran for more than 0\.1 seconds"):
        read_statement(connection("shop"), long, timeout=0.1)
    assert time.monotonic() - started < 6


def test_too_many_rows_are_refused_with_little_memory(shop: Shop) -> None:
    endless = "SELECT i FROM generate_series(1, 1000000000000) AS t(i)" if shop.connection.kind == "DuckDB" else ENDLESS
    before = psutil.Process().memory_info().rss
    with pytest.raises(DataError, match="more than 60,000 rows"):
        read_statement(shop.connection, endless, limit_rows=60_000)
    with pytest.raises(DataError, match=r"more than 0\.0003 GB"):
        read_statement(shop.connection, endless, limit_bytes=300_000)
    assert psutil.Process().memory_info().rss - before < 300e6


def test_one_column_needs_one_name(shop: Shop) -> None:
    with pytest.raises(DataError, match="twice"):
        preview(shop.connection, "SELECT user_id AS a, item_id AS a FROM ratings")


def test_a_table_that_is_not_there_is_told_by_the_database(shop: Shop) -> None:
    with pytest.raises(DataError, match=r"^connection 'shop': the database says: .*nowhere") as caught:
        preview(shop.connection, "SELECT * FROM nowhere")
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize("scheme", ["sqlite", "duckdb"])
def test_a_file_that_is_not_there_is_not_made(scheme: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RECENGINE_CONNECTION_GONE", f"{scheme}:///{tmp_path}/gone.db")
    assert why_unreachable(connection("gone")) == (
        "connection 'gone': gone.db: there is no such file. Correct the connection's URL."
    )
    assert not list(tmp_path.iterdir())
    (tmp_path / "gone.db").write_bytes(b"this is no database, but a text that is long enough to be looked at" * 20)
    told = why_unreachable(connection("gone"))
    assert told.startswith("connection 'gone': ")
    assert "\n" not in told


def test_sqlite_columns_may_mix_kinds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "('7', 1, x'6162', NULL, 1), (8, 2.5, x'ff00', NULL, NULL)"
    make("sqlite", tmp_path / "mixed.db", ("CREATE TABLE t (a, b, c, d, e)", f"INSERT INTO t VALUES {rows}"))
    monkeypatch.setenv("RECENGINE_CONNECTION_MIXED", f"sqlite:///{tmp_path}/mixed.db")
    frame = read_statement(connection("mixed"), "SELECT * FROM t").frame
    assert frame.to_dict(as_series=False) == {
        "a": ["7", "8"],
        "b": [1.0, 2.5],
        "c": ["6162", "ff00"],  # not all of it is UTF-8, so that all of it is hexadecimal
        "d": [None, None],
        "e": [1, None],
    }
    assert frame.schema["d"] == pl.String


def test_duckdb_types_are_ours(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(
        "duckdb",
        tmp_path / "types.db",
        (
            "CREATE TABLE t AS SELECT 3::DECIMAL(10, 0) AS whole, 1.5::DECIMAL(10, 2) AS part, 5::HUGEINT AS huge, "
            "'6f1e9d6c-0d5e-4f0e-9f63-3c1f0a2b4c5d'::UUID AS key, 'glad'::ENUM('glad', 'sad') AS mood, "
            "{'a': 1} AS record, ['x', 'y'] AS tags, INTERVAL 90 MINUTE AS span, TIME '18:05' AS clock, "
            "TIMESTAMPTZ '2024-01-31 18:05:00+01' AS at, TIMESTAMP 'infinity' AS never, DATE '2024-01-31' AS day",
        ),
    )
    monkeypatch.setenv("RECENGINE_CONNECTION_TYPES", f"duckdb:///{tmp_path}/types.db")
    frame = read_statement(connection("types"), "SELECT * FROM t").frame
    assert frame.row(0, named=True) == {
        "whole": 3,
        "part": 1.5,
        "huge": 5,
        "key": "6f1e9d6c-0d5e-4f0e-9f63-3c1f0a2b4c5d",
        "mood": "glad",
        "record": "{'a': 1}",
        "tags": ["x", "y"],
        "span": "01:30:00",
        "clock": "18:05:00",
        "at": datetime.datetime(2024, 1, 31, 17, 5, tzinfo=datetime.UTC),
        "never": None,
        "day": datetime.date(2024, 1, 31),
    }


KEY = uuid.uuid4()


@pytest.mark.parametrize(
    ("values", "kind", "cells"),
    [
        ([1, None, 2], pl.Int64(), [1, None, 2]),
        ([2**80, 1], pl.String(), [str(2**80), "1"]),
        ([1, 2.5], pl.Float64(), [1.0, 2.5]),
        ([decimal.Decimal("3"), decimal.Decimal("4")], pl.Int64(), [3, 4]),
        ([decimal.Decimal("3"), decimal.Decimal("4.5"), None], pl.Float64(), [3.0, 4.5, None]),
        ([True, None], pl.Boolean(), [True, None]),
        ([b"\xc3\xbc"], pl.String(), ["ü"]),
        ([KEY], pl.String(), [str(KEY)]),
        ([{"a": "ü"}], pl.String(), ['{"a": "ü"}']),
        ([["a"], None], pl.List(pl.String()), [["a"], None]),
        ([[1, "a"]], pl.String(), ['[1, "a"]']),
        (["a", 1], pl.String(), ["a", "1"]),
        ([datetime.date(2024, 1, 31)], pl.Date(), [datetime.date(2024, 1, 31)]),
        (
            [datetime.datetime(2024, 1, 31, 1, tzinfo=datetime.timezone(datetime.timedelta(hours=1))), None],
            pl.Datetime("us"),
            [datetime.datetime(2024, 1, 31), None],
        ),
        ([None], pl.Null(), [None]),
    ],
)
def test_what_a_python_driver_gives_becomes_one_type(
    values: list[object], kind: pl.DataType, cells: list[object]
) -> None:
    column = column_of("cell", values)
    assert column.dtype == kind
    assert column.to_list() == cells
