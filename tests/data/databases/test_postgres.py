"""Against a real server of PostgreSQL."""

from __future__ import annotations

import datetime
import threading
import time
from contextlib import closing
from typing import Any
from urllib.parse import quote

import polars as pl
import psutil
import pytest
from adbc_driver_postgresql import dbapi

from recengine.data.databases import (
    Connection,
    connection,
    preview,
    read_statement,
    table_of_statement,
    tables_of,
    why_unreachable,
)
from recengine.data.databases.postgres import Postgres
from recengine.errors import CancelledError, DataError
from tests.data.databases.conftest import url
from tests.data.databases.server import OWNER, OWNER_PASSWORD, READER, READER_PASSWORD, Server, running_server


def unchecked(asked: Connection, statement: str, seconds: float = 5.0) -> list[pl.DataFrame]:
    """The rows, with the statement sent as it is: what the server does where the parser was deceived."""
    return list(Postgres(asked.parsed()).batches(statement, None, seconds))


def ask(server: Server, statement: str) -> Any:
    with (
        closing(dbapi.connect(url(server, OWNER, OWNER_PASSWORD), autocommit=True)) as opened,
        opened.cursor() as cursor,
    ):
        cursor.execute(statement)
        return cursor.fetchall()


def test_rows_come_as_the_types_that_tables_have(shop: Connection) -> None:
    table = read_statement(shop, "SELECT * FROM ratings ORDER BY item_id, user_id; -- all of it")
    assert table.name == "connection shop"
    assert table.frame.schema == {
        "user_id": pl.String(),
        "item_id": pl.Int32(),
        "value": pl.Float64(),
        "at": pl.Datetime("us", "UTC"),
    }
    assert table.frame.rows() == [
        ("ann", 1, 4.5, datetime.datetime(2024, 1, 31, 17, 5, tzinfo=datetime.UTC)),
        ("陳", 1, None, None),
        ("bob", 2, 3.0, datetime.datetime(2024, 2, 1, tzinfo=datetime.UTC)),
    ]


@pytest.mark.parametrize(
    ("expression", "kind", "value"),
    [
        ("CAST('3' AS numeric)", pl.Int64(), 3),
        ("CAST('12345678901234567890123' AS numeric)", pl.Float64(), 12345678901234567890123.0),
        ("CAST(9.5 AS money)", pl.Float64(), 9.5),
        ("CAST('6f1e9d6c-0d5e-4f0e-9f63-3c1f0a2b4c5d' AS uuid)", pl.String(), "6f1e9d6c-0d5e-4f0e-9f63-3c1f0a2b4c5d"),
        ("""CAST('{"a": "ü"}' AS json)""", pl.String(), '{"a": "ü"}'),
        ("""CAST('{"a":1}' AS jsonb)""", pl.String(), '{"a": 1}'),
        ("CAST('glad' AS mood)", pl.String(), "glad"),
        ("interval '90 minutes'", pl.String(), "01:30:00"),
        ("time '18:05'", pl.String(), "18:05:00"),
        ("timestamp '2024-01-31 18:05'", pl.Datetime("us"), datetime.datetime(2024, 1, 31, 18, 5)),
        ("timestamptz 'infinity'", pl.Datetime("us", "UTC"), None),
        ("date '2024-01-31'", pl.Date(), datetime.date(2024, 1, 31)),
        ("true", pl.Boolean(), True),
        ("CAST(4294967295 AS oid)", pl.Int64(), 4294967295),
        ("ARRAY['a', 'b,c']", pl.List(pl.String()), ["a", "b,c"]),
        ("ARRAY[CAST('glad' AS mood)]", pl.List(pl.String()), ["glad"]),
        ("CAST('10.0.0.1' AS inet)", pl.String(), "10.0.0.1/32"),
        ("E'tab\\there'", pl.String(), "tab\there"),
        ("'👩‍👩‍👧 שלום'", pl.String(), "👩‍👩‍👧 שלום"),
        ("CAST('x' AS char(5))", pl.String(), "x"),
        ("NULL", pl.String(), None),
    ],
)
def test_every_type_is_one_of_ours(shop: Connection, expression: str, kind: pl.DataType, value: object) -> None:
    frame = preview(shop, f"SELECT {expression} AS cell").frame
    assert frame.schema == {"cell": kind}
    assert frame["cell"].to_list() == [value]


def test_a_preview_is_the_first_rows_and_may_be_empty(shop: Connection) -> None:
    assert preview(shop, "SELECT generate_series(1, 1000) AS n", rows=3).frame["n"].to_list() == [1, 2, 3]
    empty = preview(shop, "SELECT user_id, value FROM ratings WHERE false").frame
    assert empty.schema == {"user_id": pl.String(), "value": pl.Float64()} or empty.columns == ["user_id", "value"]
    assert empty.height == 0
    with pytest.raises(DataError, match="gives no rows"):
        read_statement(shop, "SELECT * FROM ratings WHERE false")


def test_a_table_by_the_name_of_its_connection(shop: Connection) -> None:
    assert table_of_statement("Shop", "SELECT user_id FROM ratings", rows=2).frame.height == 2
    assert table_of_statement("shop", "SELECT user_id FROM ratings").frame.height == 3


def test_tables_are_those_that_may_be_read_with_statements_that_read_them(shop: Connection, owned: Connection) -> None:
    told = {table.name: table for table in tables_of(shop)}
    assert set(told) == {"ratings", 'Odd "name"'}
    assert told["ratings"].columns == ("user_id", "item_id", "value", "at")
    odd = told['Odd "name"']
    assert odd.view
    assert preview(shop, odd.statement).frame.columns == ['Item "Id"']
    assert "hidden" in {table.name for table in tables_of(owned)}


WRITING = (
    "INSERT INTO ratings VALUES ('eve', 9, 1, now())",
    "DELETE FROM ratings",
    "WITH gone AS (DELETE FROM ratings RETURNING *) SELECT * FROM gone",
    "SELECT * INTO copied FROM ratings",
    "CREATE TABLE copied AS SELECT * FROM ratings",
    "DROP TABLE ratings",
    "SELECT nextval('counter')",
    "SELECT set_config('transaction_read_only', 'off', false), nextval('counter')",
    "SELECT lo_creat(-1)",
    "SELECT * FROM ratings FOR UPDATE",
    "COPY ratings TO PROGRAM 'touch stolen'",
    "SELECT 1; DELETE FROM ratings",
    "SELECT 1) AS asked; COMMIT; DELETE FROM ratings; SELECT * FROM (SELECT 1",
    "SELECT query_to_xml('DELETE FROM ratings', true, true, '')",
    "COMMIT",
    "DO $$ BEGIN DELETE FROM ratings; END $$",
    "SET TRANSACTION READ WRITE",
)


@pytest.mark.parametrize("statement", WRITING)
def test_writing_is_refused_by_the_check_and_by_the_server(server: Server, owned: Connection, statement: str) -> None:
    before = ask(server, "SELECT count(*), (SELECT count(*) FROM pg_largeobject_metadata) FROM ratings")
    with pytest.raises(DataError, match=r"^SQL statement: "):
        read_statement(owned, statement)
    with pytest.raises(
        Exception,
        match=r"(?i)read-only|syntax error|not allowed|WITH clause|SELECT INTO|before any query|multiple commands",
    ):
        unchecked(owned, statement)
    assert ask(server, "SELECT count(*), (SELECT count(*) FROM pg_largeobject_metadata) FROM ratings") == before
    assert ask(server, "SELECT is_called FROM counter") == [(False,)]


@pytest.mark.parametrize(
    "call",
    [
        "pg_read_file('PG_VERSION')",
        "\"pg_read_file\"('PG_VERSION')",
        "pg_catalog.pg_read_file('PG_VERSION')",
        "pg_ls_dir('.')",
        "lo_import('PG_VERSION')",
        "lo_export(1, 'stolen')",
        "dblink('host=elsewhere', 'SELECT 1')",
        "current_setting('data_directory')",
        "pg_terminate_backend(1)",
        "pg_advisory_lock(1)",
        "ts_stat('SELECT 1')",
        "pg_sleep(60)",
    ],
)
def test_functions_that_do_more_than_compute_are_refused(owned: Connection, call: str) -> None:
    for statement in (f"SELECT {call}", f"SELECT * FROM {call} AS t", f"SELECT 1 WHERE EXISTS (SELECT {call})"):
        with pytest.raises(DataError, match="SQL statement: "):
            preview(owned, statement)


def test_tables_of_the_server_itself_are_refused(owned: Connection) -> None:
    for name in ("pg_authid", "pg_catalog.pg_shadow", '"pg_hba_file_rules"'):
        with pytest.raises(DataError, match="a table of the server's own"):
            preview(owned, f"SELECT * FROM {name}")


def test_a_statement_that_runs_for_ever_is_stopped_by_the_server(shop: Connection) -> None:
    started = time.monotonic()
    with pytest.raises(Exception, match="statement timeout"):
        unchecked(shop, "SELECT pg_sleep(60)", seconds=0.5)
    assert time.monotonic() - started < 5


SLOW = "SELECT count(*) AS n FROM (SELECT generate_series(1, 1000000000000) AS i) AS s WHERE s.i < 0"


def test_a_statement_that_runs_for_ever_is_stopped_and_no_longer_runs(server: Server, shop: Connection) -> None:
    started = time.monotonic()
    with pytest.raises(DataError, match="ran for more than 1 seconds and was stopped"):
        read_statement(shop, SLOW, timeout=1)
    assert time.monotonic() - started < 6
    assert _running(server) == 0


def test_a_statement_is_stopped_on_request(server: Server, shop: Connection) -> None:
    asked = threading.Event()
    threading.Timer(0.5, asked.set).start()
    started = time.monotonic()
    with pytest.raises(CancelledError):
        read_statement(shop, SLOW, cancel=asked.is_set)
    assert time.monotonic() - started < 6
    assert _running(server) == 0


def test_too_many_rows_are_refused_with_little_memory(shop: Connection) -> None:
    process = psutil.Process()
    before = process.memory_info().rss
    with pytest.raises(DataError, match="more than 1,000,000 rows"):
        read_statement(shop, "SELECT generate_series(1, 1000000000000) AS n", limit_rows=1_000_000)
    # 1,000,000 numbers of 8 bytes, a few batches of 16 MB each on their way
    assert process.memory_info().rss - before < 400e6
    with pytest.raises(DataError, match=r"more than 0\.02 GB"):
        read_statement(shop, "SELECT generate_series(1, 1000000000000) AS n", limit_bytes=20_000_000)


def test_progress_tells_the_rows_read_so_far(shop: Connection) -> None:
    told: list[str] = []
    read_statement(shop, "SELECT * FROM ratings", progress=lambda share, text: told.append(text))
    assert told[-1] == "Reading shop: 3 rows"


@pytest.mark.parametrize("password", ["wr0ng-Passw0rd/:@?#", "wrong password", "reader", "wr"])
def test_a_wrong_password_is_told_without_the_password(
    server: Server, monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", url(server, READER, password))
    with pytest.raises(DataError, match="authentication failed") as caught:
        preview(connection("shop"), "SELECT 1 AS one")
    assert password not in str(caught.value)
    assert quote(password, safe="") not in str(caught.value)
    # nor in what the driver itself raised: it is not kept
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_why_a_database_does_not_answer(server: Server, shop: Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    assert why_unreachable(shop) == ""
    monkeypatch.setenv(
        "RECENGINE_CONNECTION_GONE", f"postgresql://reader:{quote(READER_PASSWORD, safe='')}@127.0.0.1:1/shop"
    )
    told = why_unreachable(connection("gone"))
    assert told.startswith("connection 'gone': the database says: ")
    assert "refused" in told
    assert READER_PASSWORD not in told


def test_what_the_database_says_is_one_line(shop: Connection) -> None:
    for statement, told in (
        ("SELECT * FROM nowhere", '^connection .shop.: the database says: relation "nowhere" does not exist'),
        ("SELECT * FROM hidden", "^connection .shop.: the database says: permission denied for table hidden$"),
        ("SELECT 1 / (item_id - 2) FROM ratings", "^connection .shop.: the database says: division by zero$"),
        ("SELECT 1 AS a, 2 AS a", 'the column "a" twice'),
    ):
        with pytest.raises(DataError, match=told) as caught:
            read_statement(shop, statement)
        assert "\n" not in str(caught.value)
        assert len(str(caught.value)) < 500


def test_a_server_that_goes_away_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with running_server() as own:
        monkeypatch.setenv("RECENGINE_CONNECTION_OWN", url(own, OWNER, OWNER_PASSWORD))
        threading.Timer(0.7, own.process.send_signal, [2]).start()  # SIGINT: disconnects whoever is there
        with pytest.raises(DataError, match=r"connection 'own': the database says: .*(terminat|closed|lost)"):
            read_statement(connection("own"), SLOW)


def test_reading_works_in_threads_beside_each_other(shop: Connection) -> None:
    got: list[int] = []
    threads = [
        threading.Thread(target=lambda: got.append(read_statement(shop, "SELECT * FROM ratings").frame.height))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got == [3, 3, 3, 3]


def _running(server: Server) -> int:
    """Statements of the reader that still run."""
    counted = ask(server, f"SELECT count(*) FROM pg_stat_activity WHERE usename = '{READER}' AND state = 'active'")
    return int(counted[0][0])
