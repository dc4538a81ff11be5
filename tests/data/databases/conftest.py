"""A PostgreSQL server with a shop in it, for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from urllib.parse import quote

import pytest
from adbc_driver_postgresql import dbapi

from recengine.data.databases import Connection, connection
from tests.data.databases.server import OWNER, OWNER_PASSWORD, READER, READER_PASSWORD, Server, running_server

SHOP = (
    "CREATE TABLE ratings (user_id text, item_id int, value numeric(3, 1), at timestamptz)",
    "INSERT INTO ratings VALUES ('ann', 1, 4.5, '2024-01-31 18:05:00+01'), ('bob', 2, 3, '2024-02-01 00:00:00Z'), "
    "('陳', 1, NULL, NULL)",
    'CREATE VIEW "Odd ""name""" AS SELECT item_id AS "Item ""Id""" FROM ratings',
    "CREATE TABLE hidden (secret text)",
    "CREATE SEQUENCE counter",
    "CREATE TYPE mood AS ENUM ('glad', 'sad')",
    f"CREATE ROLE {READER} LOGIN PASSWORD '{READER_PASSWORD}'",
    f'GRANT SELECT ON ratings, "Odd ""name""" TO {READER}',
    f"GRANT ALL ON SEQUENCE counter TO {READER}",
)


def url(server: Server, user: str, password: str) -> str:
    return f"postgresql://{user}:{quote(password, safe='')}@127.0.0.1:{server.port}/shop"


@pytest.fixture(scope="session")
def server() -> Iterator[Server]:
    with running_server() as running:
        with closing(dbapi.connect(url(running, OWNER, OWNER_PASSWORD), autocommit=True)) as opened:
            for statement in SHOP:
                with opened.cursor() as cursor:
                    cursor.execute(statement)
        yield running


@pytest.fixture
def shop(server: Server, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """As somebody who may read two tables."""
    monkeypatch.setenv("RECENGINE_CONNECTION_SHOP", url(server, READER, READER_PASSWORD))
    return connection("shop")


@pytest.fixture
def owned(server: Server, monkeypatch: pytest.MonkeyPatch) -> Connection:
    """As a superuser, whom the server lets do everything."""
    monkeypatch.setenv("RECENGINE_CONNECTION_OWNED", url(server, OWNER, OWNER_PASSWORD))
    return connection("owned")
