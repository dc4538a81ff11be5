"""What each kind of database can do, in one form."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Protocol

import polars as pl


@dataclass(frozen=True)
class DatabaseTable:
    """A table or view that the connection may read.

    name: for people, with its schema. columns: their names, in their order. statement: reads all of it, its names
    quoted as the database wants them.
    """

    name: str
    columns: tuple[str, ...]
    statement: str
    view: bool = False


class Database(Protocol):
    """An opened kind of database. Its errors are the driver's own: who calls scrubs them."""

    def batches(self, statement: str, rows: int | None, seconds: float) -> Iterator[pl.DataFrame]:
        """Run `statement` so that the database itself refuses to write, and yield its rows; at least one frame.

        rows: no more than so many are wanted; more may come. seconds: after which the database itself stops, where it
        can. What was opened is closed when the iterator is.
        """
        ...

    def tables(self) -> tuple[DatabaseTable, ...]:
        """What may be read, by name."""
        ...

    def stop(self) -> None:
        """Ask what runs to stop; from any thread, at any time, again and again."""
        ...


def quoted_name(*parts: str) -> str:
    """`"schema"."table"`, as standard SQL quotes."""
    return ".".join('"' + part.replace('"', '""') + '"' for part in parts)
