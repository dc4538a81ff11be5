"""The check before a statement is sent: one statement, which reads, with functions that only compute.

It is the first of two doors: each database then runs the statement so that it refuses to write by itself.
"""

from __future__ import annotations

import logging
import re

from recengine.data.databases.functions import allowed
from recengine.data.table import quoted
from recengine.errors import DataError

MOST = 100_000
"""Letters of a statement."""
_DIALECTS = {"postgres": "postgres", "postgresql": "postgres", "mariadb": "mysql", "mssql": "tsql"}
# schemas that hold the server's own tables: passwords, settings, files
_SYSTEM = frozenset({"pg_catalog", "pg_toast", "mysql", "performance_schema", "sys", "system"})
_KNOWN = frozenset({"postgres", "sqlite", "duckdb"})


def checked(statement: str, scheme: str) -> str:
    """The one reading statement of the text, without the semicolon at its end.

    scheme: of the connection; its first part says which SQL is spoken, standard SQL where it says nothing known.
    Raises `DataError`, one line, for everything else: a writing or a second statement, `SELECT … INTO`, `FOR UPDATE`,
    a function that may do more than compute, a table of the server's own.
    """
    import sqlglot
    from sqlglot import exp
    from sqlglot.errors import SqlglotError

    dialect = _dialect(scheme)
    if not statement.strip():
        raise _refusal("is empty", "Write a SELECT.")
    if len(statement) > MOST:
        raise _refusal(f"has {len(statement):,} letters", f"At most {MOST:,} are read; make a view of it.")
    if "\0" in statement:
        raise _refusal("holds a NUL", "Take it out.")
    # it warns of what it does not know and quotes the statement; here that is refused below
    logging.getLogger("sqlglot").setLevel(logging.ERROR)
    try:
        text = statement.strip("; \t\r\n")
        parsed = [one for one in sqlglot.parse(text, dialect=dialect) if not isinstance(one, exp.Semicolon | None)]
        tokens = sqlglot.tokenize(text, dialect=dialect)
        ends = [token.start for token in tokens if token.token_type == sqlglot.TokenType.SEMICOLON]
    except (SqlglotError, RecursionError, ValueError) as error:
        reason = "too deep" if isinstance(error, RecursionError) else _first_line(error)
        raise _refusal(f"cannot be read as SQL ({reason})", "Mend it.") from None
    if len(parsed) > 1:
        raise _refusal(f"is {len(parsed)} statements", "Give one.")
    if not parsed:
        raise _refusal("is empty", "Write a SELECT.")
    root = parsed[0]
    if not isinstance(root, exp.Query | exp.Values):
        raise _refusal(f"does not read: {quoted(statement.split()[0].upper())}", "Only SELECT is run here.")
    for node in root.walk():
        _check(node, dialect)
    # servers differ in what is a comment and what a backslash means, so that code could hide in either
    if dialect not in _KNOWN and any(mark in text for mark in ("--", "/*", "#", "\\")):
        raise _refusal("holds a comment, # or a backslash", "This kind of database is asked without them.")
    return text[: ends[0]] if ends else text


def _check(node: object, dialect: str | None) -> None:
    from sqlglot import exp

    writing = (exp.DDL, exp.DML, exp.Command, exp.Into, exp.Alter, exp.Drop, exp.Set, exp.Use, exp.Pragma, exp.Attach)
    if isinstance(node, writing) and not isinstance(node, exp.Query):
        raise _refusal(f"writes: {quoted(node.key.upper())}", "Only reading is done here.")
    if isinstance(node, exp.Lock):
        raise _refusal("locks rows", "Leave FOR UPDATE and FOR SHARE out.")
    if isinstance(node, exp.Placeholder | exp.Parameter | exp.SessionParameter):
        raise _refusal("holds a placeholder", "Write the value itself.")
    if isinstance(node, exp.Dot) and isinstance(node.expression, exp.Func):
        raise _refusal(f"calls {quoted(node.sql())}, a function of a schema", "Make a view of it in the database.")
    if isinstance(node, exp.Func) and not allowed(node):
        called = node.name if isinstance(node, exp.Anonymous | exp.AnonymousAggFunc) else node.sql_name().lower()
        raise _refusal(
            f"calls {quoted(called)}, which is not among the functions that only compute",
            "Leave it out, or make a view of it in the database.",
        )
    if isinstance(node, exp.Table):
        own = dialect == "postgres" and node.name.lower().startswith("pg_")
        if own or {node.db.lower(), node.catalog.lower()} & _SYSTEM:
            raise _refusal(f"reads {quoted(node.name)}, a table of the server's own", "Choose another.")


def _dialect(scheme: str) -> str | None:
    from sqlglot import Dialect

    base, _, driver = scheme.partition("+")
    name = driver if base == "adbc" else base
    name = _DIALECTS.get(name, name)
    return name if name in Dialect.classes else None


def _refusal(what: str, do: str) -> DataError:
    return DataError(f"SQL statement: {what}. {do}")


def _first_line(error: Exception) -> str:
    plain = re.sub(r"\x1b\[[0-9;]*m", "", str(error))
    return " ".join(plain.splitlines()[0].split())[:160].rstrip(".")
