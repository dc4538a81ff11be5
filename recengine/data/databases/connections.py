"""Named connections to databases, from the environment and from a file; their secrets never leave this place."""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, quote_plus

from recengine.data.databases.secret import Secret, without
from recengine.data.table import quoted
from recengine.errors import DataError

if TYPE_CHECKING:
    from sqlalchemy.engine import URL

FILE_VARIABLE = "RECENGINE_CONNECTIONS"
"""Names a TOML file: one table a connection, `[shop]`, with `url = "…"` or `url_env = "NAME OF A VARIABLE"`."""
PREFIX = "RECENGINE_CONNECTION_"
"""`RECENGINE_CONNECTION_SHOP=postgresql://…` is the connection `shop`; it overrules the file."""

_NAME = re.compile(r"[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?")
_SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9_.+-]*)://")
_KINDS = {"postgresql": "PostgreSQL", "postgres": "PostgreSQL", "sqlite": "SQLite", "duckdb": "DuckDB"}
_PIECES = re.compile(r"[;&\s{}]+")


@dataclass(frozen=True)
class Connection:
    """A database that the configuration names. Nothing of it that is shown, compared or stored holds the secret.

    name: lower case. origin: where it is configured, for people. url: of SQLAlchemy's form, or `adbc+DRIVER://…`.
    problem: why it cannot be used, one line; empty where nothing speaks against it.
    """

    name: str
    origin: str
    url: Secret
    problem: str = ""

    @property
    def scheme(self) -> str:
        """`postgresql`, `mysql+pymysql`, …; empty where there is no URL."""
        match = _SCHEME.match(self.url.reveal())
        return match[1].lower() if match else ""

    @property
    def kind(self) -> str:
        """What it is, for people: PostgreSQL, SQLite, DuckDB, ADBC (flightsql), SQLAlchemy (mysql+pymysql)."""
        base, _, driver = self.scheme.partition("+")
        if base == "adbc":
            return f"ADBC ({driver})"
        if base in ("sqlite", "duckdb") and driver:
            return f"SQLAlchemy ({self.scheme})"
        return _KINDS.get(base) or (f"SQLAlchemy ({self.scheme})" if base else "unknown")

    @property
    def facts(self) -> dict[str, str]:
        """What pages and documents may show: kind, host, database or file, and where it is configured."""
        facts = {"kind": self.kind, "configured in": self.origin}
        url = self._known_form()
        if url is None:
            return facts
        if url.host:
            facts["host"] = f"{url.host}:{url.port}" if url.port else url.host
        if url.database:
            by_file = self.scheme.startswith(("sqlite", "duckdb"))
            facts["file" if by_file else "database"] = Path(url.database).name if by_file else url.database
        return {
            name: self.scrub(text) if name in ("host", "database", "file") else text for name, text in facts.items()
        }

    def parsed(self) -> URL:
        """The URL in its parts. Raises `DataError` where it has none."""
        from sqlalchemy.engine import make_url
        from sqlalchemy.exc import ArgumentError

        if self.problem:
            raise DataError(self.problem)
        try:
            return make_url(self.url.reveal())
        except (ArgumentError, ValueError):
            raise DataError(_broken(self.name, self.origin)) from None

    def _known_form(self) -> URL | None:
        """The URL in its parts; None where there is none, or its form is known to its ADBC driver alone."""
        if self.problem or self.scheme.startswith("adbc"):
            return None
        try:
            return self.parsed()
        except DataError:
            return None

    def scrub(self, message: object) -> str:
        """What a driver said, on one line, without the URL and every part of it that may be secret."""
        return without(str(message), set(self._secrets()))

    def _secrets(self) -> Iterator[str]:
        text = self.url.reveal()
        yield text
        yield text.partition("://")[2]
        url = self._known_form()
        if url is None:
            # which piece of it is the secret is not known, so that each may be
            yield from filter(lambda piece: len(piece) > 2, re.split(r"[/:@?&=;\s]+", text.rpartition("://")[2]))
            return
        values = [value for told in url.query.values() for value in ([told] if isinstance(told, str) else told)]
        pieces = [piece.partition("=")[2] for value in values for piece in _PIECES.split(value)]
        known = {"", "require", "prefer", "disable", "verify-full", "verify-ca", "true", "false", "utf8", "utf8mb4"}
        for secret in [str(url.password or ""), *values, *pieces]:
            if (secret.lower() not in known and not secret.isdigit()) or secret == str(url.password):
                yield from (secret, quote(secret, safe=""), quote_plus(secret))


def connections() -> Mapping[str, Connection]:
    """Every configured connection by name, sorted. One that cannot be used is there too, with its `problem`.

    Raises `DataError` where the file of connections cannot be read.
    """
    found = {one.name: one for one in (*_of_file(), *_of_environment())}
    return dict(sorted(found.items()))


def connection(name: str) -> Connection:
    """The connection of that name, in any case of letters. Raises `DataError`."""
    known = connections()
    found = known.get(name.lower())
    if found is None:
        names = f"There are: {', '.join(known)}." if known else "None is configured."
        raise DataError(
            f"connection {name!r}: is not configured. {names} Set {PREFIX}NAME to a URL, or name it in the file of "
            f"{FILE_VARIABLE}."
        )
    if found.problem:
        raise DataError(found.problem)
    return found


def _of_environment() -> Iterator[Connection]:
    for variable, text in os.environ.items():
        if variable.startswith(PREFIX) and text.strip():
            yield _checked(variable.removeprefix(PREFIX).lower(), f"the variable {variable}", text.strip())


def _of_file() -> Iterator[Connection]:
    place = os.environ.get(FILE_VARIABLE, "").strip()
    if not place:
        return
    path = Path(place)
    try:
        document = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise DataError(f"{path.name}: cannot be read ({reason}). Mend {FILE_VARIABLE}, or leave it out.") from None
    except (tomllib.TOMLDecodeError, UnicodeDecodeError):
        # the parser's words quote the line, which may hold the secret
        raise DataError(
            f"{path.name}: is no TOML. Write a table for each connection: [shop], then url = or url_env =."
        ) from None
    for name, settings in document.items():
        yield _of_settings(str(name).lower(), path.name, settings)


def _of_settings(name: str, file: str, settings: Any) -> Connection:
    told = {key: settings.get(key) for key in ("url", "url_env")} if isinstance(settings, Mapping) else {}
    given = [key for key, value in told.items() if isinstance(value, str) and value.strip()]
    if len(given) != 1 or set(settings) - set(told):
        problem = f"connection {name!r} in {file}: must hold url = or url_env =, one of them and nothing else. Mend it."
        return Connection(name, file, Secret(""), problem)
    value = str(told[given[0]]).strip()
    if given == ["url"]:
        return _checked(name, file, value)
    url = os.environ.get(value, "").strip()
    if not url:
        problem = f"connection {name!r}: the variable {quoted(value)}, which {file} names, is not set. Set it to a URL."
        return Connection(name, file, Secret(""), problem)
    return _checked(name, f"{file}, by the variable {value}", url)


def _checked(name: str, origin: str, url: str) -> Connection:
    if not _NAME.fullmatch(name):
        problem = f"connection {name!r} in {origin}: a name is made of letters, digits, - and _. Choose another."
        return Connection(name, origin, Secret(url), problem)
    if not _SCHEME.match(url):
        return Connection(name, origin, Secret(url), _broken(name, origin))
    if url.count("@") > 1:  # else a piece of the password would pass for the host
        problem = f"connection {name!r} in {origin}: holds @ more than once. Write %40 for those of user and password."
        return Connection(name, origin, Secret(url), problem)
    return Connection(name, origin, Secret(url))


def _broken(name: str, origin: str) -> str:
    return (
        f"connection {name!r} in {origin}: is no URL of a database. Write for example "
        "postgresql://reader:password@host/shop, sqlite:///shop.db or duckdb:///shop.duckdb."
    )
