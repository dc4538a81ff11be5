"""Parquet and Arrow files: their schema, and their columns with the types they have."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO

import polars as pl

from recengine.data.sources.found import Found
from recengine.data.sources.layouts import layout_of, present
from recengine.data.sources.limits import Limits
from recengine.data.sources.packing import whole
from recengine.data.sources.source import Source, opened
from recengine.data.sources.typed import plain_columns
from recengine.data.table import Table, quoted
from recengine.errors import DataError

PARQUET, ARROW_FILE, ARROW_STREAM = "Parquet", "Arrow", "Arrow stream"

_READERS: dict[str, Callable[..., pl.DataFrame]] = {
    PARQUET: pl.read_parquet,
    ARROW_FILE: pl.read_ipc,
    ARROW_STREAM: pl.read_ipc_stream,
}


def find_columnar(source: Source, content: Source, form: str, limits: Limits) -> Found:
    """The table of a Parquet or Arrow file. Raises `DataError` where it is damaged or has no columns."""
    with _sound(content.name, form), _seekable(content, limits) as stream:
        schema = _schema(stream, form)
    columns = tuple(schema)
    if not columns:
        raise DataError(f"{content.name}: the table has no columns. Choose another file.")
    if len(set(columns)) < len(columns):
        twice = next(column for column in columns if columns.count(column) > 1)
        raise DataError(f"{content.name}: has the column {quoted(twice)} twice. Give each column its own name.")
    layout = layout_of(columns, content.name)
    facts = {"columns": f"{len(columns)}, typed"}
    if layout is None:
        return Found(source, form, columns, facts=facts, content=content)
    roles = present(layout, columns)
    return Found(
        source, form, columns, facts=facts, layout=layout.name, kind=layout.kind, roles=roles, content=content
    )  # fmt: skip


def read_columnar(found: Found, wanted: Sequence[str], limits: Limits, rows: int | None) -> Table:
    """The `wanted` columns of the first `rows` rows (None: all). Raises `DataError`."""
    with _sound(found.name, found.format), _seekable(found.bytes, limits) as stream:
        if found.format == PARQUET:
            _check_rows(found.name, stream, limits)
        frame = _READERS[found.format](stream, columns=list(wanted), n_rows=rows).select(wanted)
    if frame.height == 0:
        raise DataError(f"{found.name}: the table has no rows. Choose another file.")
    return Table(found.name, plain_columns(found.name, frame))


def _schema(stream: IO[bytes], form: str) -> Sequence[str]:
    import pyarrow
    import pyarrow.parquet

    if form == PARQUET:
        return list(pyarrow.parquet.read_schema(stream).names)
    opener = pyarrow.ipc.open_file if form == ARROW_FILE else pyarrow.ipc.open_stream
    return list(opener(stream).schema.names)


def _check_rows(name: str, stream: IO[bytes], limits: Limits) -> None:
    """A column of one value takes a few bytes, however many rows it says to have."""
    import pyarrow.parquet

    n_rows = pyarrow.parquet.read_metadata(stream).num_rows
    stream.seek(0)
    if n_rows > limits.cells:
        raise DataError(
            f"{name}: says to have {n_rows:,} rows, at most {limits.cells:,} are read. Split it into several files."
        )


@contextmanager
def _seekable(content: Source, limits: Limits) -> Iterator[IO[bytes]]:
    """The bytes, for readers that begin at the end; in memory where they come out of a packing."""
    if content.path is not None:
        with opened(content) as stream:
            yield stream
    else:
        yield io.BytesIO(whole(content, limits))


@contextmanager
def _sound(name: str, form: str) -> Iterator[None]:
    """Whatever a reader says of a damaged file as one clear line."""
    try:
        yield
    except (DataError, KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except MemoryError:
        raise DataError(f"{name}: needs more memory than there is. Choose fewer columns.") from None
    except BaseException as error:  # a reader in Rust panics with what is no Exception
        reason = (str(error).splitlines() or [type(error).__name__])[0][:120]
        raise DataError(f"{name}: no whole {form} file ({reason}). Get it again.") from None
