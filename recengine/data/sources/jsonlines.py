"""JSON Lines: one object a line, its values with the types that they have; and a file that is one list of objects."""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from recengine.data.sources.encoding import LABELS, Utf8Reader, detect_encoding
from recengine.data.sources.found import Found
from recengine.data.sources.layouts import layout_of, present
from recengine.data.sources.limits import Limits
from recengine.data.sources.packing import head_of
from recengine.data.sources.source import Source, opened
from recengine.data.table import Table, quoted
from recengine.errors import DataError

LINES, LIST = "JSON Lines", "JSON"
_HEAD = 1 << 20
_ROWS = 1000
_BLOCK = 1 << 22
_INT64 = 1 << 63
_SPACE = re.compile(r"[ \t\r\n]*")
_CUT = 16
"""Characters at the end of a text that may be one value, cut off."""
_DECODER = json.JSONDecoder()


def find_json(source: Source, content: Source, form: str, limits: Limits) -> Found:
    """The table of a JSON text: the columns are the keys of its first objects, in the order they come."""
    head = head_of(content, _HEAD)
    encoding = detect_encoding(content.name, head, whole=len(head) < _HEAD)
    columns: dict[str, None] = {}
    objects = _objects(content.name, content, form, encoding, limits)
    for number, (_, one) in enumerate(objects):
        columns |= dict.fromkeys(one)
        if number == _ROWS:
            break
    if not columns:
        raise DataError(f"{content.name}: holds no object with a key. Choose another file.")
    names = tuple(columns)
    layout = layout_of(names, content.name)
    facts = {"encoding": LABELS.get(encoding, encoding)}
    if layout is None:
        return Found(source, form, names, facts=facts, content=content)
    return Found(
        source,
        form,
        names,
        facts=facts | dict(layout.facts),
        layout=layout.name,
        kind=layout.kind,
        roles=present(layout, names),
        content=content,
    )


def read_json(found: Found, wanted: Sequence[str], limits: Limits, rows: int | None) -> Table:
    """The `wanted` values of the first `rows` objects (None: all), null where an object has no such key.

    A column is Int64, Float64, Boolean or List(String) where all its values are such; else String, with an object or a
    nested list as its JSON text. Raises `DataError` for a line that is no object.
    """
    content = found.bytes
    head = head_of(content, _HEAD)
    encoding = detect_encoding(found.name, head, whole=len(head) < _HEAD)
    blocks: list[list[pl.Series]] = []
    values: list[list[Any]] = [[] for _ in wanted]
    places: list[int] = []
    for number, (place, one) in enumerate(_objects(found.name, content, found.format, encoding, limits)):
        if number == rows:
            break
        places.append(place)
        for column, key in zip(values, wanted, strict=True):
            column.append(one.get(key))
        if len(places) % _HEAD == 0:
            blocks.append([_series(found.name, key, column) for key, column in zip(wanted, values, strict=True)])
            values = [[] for _ in wanted]
    if not places:
        raise DataError(f"{found.name}: holds no object. Choose another file.")
    blocks.append([_series(found.name, key, column) for key, column in zip(wanted, values, strict=True)])
    columns = [_joined([block[index] for block in blocks]) for index in range(len(wanted))]
    return Table(found.name, pl.DataFrame(columns), np.array(places, dtype=np.int64))


def _objects(
    name: str, content: Source, form: str, encoding: str, limits: Limits
) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each object with its line, or in a list with its place, from 1."""
    if form == LIST:
        yield from _listed(name, content, encoding, limits)
        return
    with opened(content) as stream:
        reader = Utf8Reader(name, stream, encoding)
        number, carried = 0, b""
        while True:
            chunk = reader.read(_BLOCK)
            lines = (carried + chunk).split(b"\n")
            carried = lines.pop() if chunk else b""
            if len(carried) > limits.row:
                raise DataError(f"{name}, row {number + 1}: has more than {limits.row >> 20} MB. Put each on a line.")
            for line in lines:
                number += 1
                if line.strip():
                    yield number, _object(name, number, _loaded(name, number, line))
            if not chunk:
                return


def _listed(name: str, content: Source, encoding: str, limits: Limits) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Object by object: all at once would take twenty times the memory that the file has bytes."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    number, size = 0, _BLOCK
    text, position = "", 0
    more, begun, after_comma = True, False, True
    with opened(content) as stream:
        reader = Utf8Reader(name, stream, encoding)
        while True:
            position = _SPACE.match(text, position).end()  # type: ignore[union-attr]
            if begun and text.startswith(",", position) and not after_comma:
                after_comma, position = True, position + 1
                continue
            if begun and text.startswith("]", position) and (number == 0 or not after_comma):
                position = _SPACE.match(text, position + 1).end()  # type: ignore[union-attr]
                if position < len(text) or reader.read(_BLOCK).strip():
                    raise DataError(f"{name}: has more text behind its list. Save the table as one list, or as lines.")
                return
            if not begun and text.startswith("[", position):
                begun, position = True, position + 1
                continue
            if begun and after_comma and position < len(text):
                try:
                    one, position = _DECODER.raw_decode(text, position)
                except RecursionError:
                    raise DataError(f"{name}: nested too deep. Save the table flat.") from None
                except ValueError as error:
                    # what is wrong before the end of what was read stays wrong
                    at = error.pos if isinstance(error, json.JSONDecodeError) else 0
                    early = at < len(text) - _CUT and not str(error).startswith("Unterminated")
                    if early or not more:
                        around = text[position : max(at, position) + _HEAD].encode(errors="replace")
                        _loaded(f"{name}, object {number + 1}", None, around)
                        raise DataError(f"{name}, object {number + 1}: cannot be read ({error}). Fix it.") from None
                else:
                    number, size, after_comma = number + 1, _BLOCK, False
                    yield number, _object(name, number, one)
                    continue
            elif position < len(text):
                raise DataError(f"{name}: after object {number} is no comma. Save the table as one list, or as lines.")
            if not more:
                raise DataError(f"{name}: the list does not end. Get the file again.")
            if len(text) - position > limits.row:
                raise DataError(f"{name}, row {number + 1}: has more than {limits.row >> 20} MB. Put each on a line.")
            chunk = reader.read(size)
            # a long object is tried again with twice as much of it
            size = min(size * 2, limits.row)
            more = bool(chunk)
            text, position = text[position:] + decoder.decode(chunk, final=not more), 0


def _loaded(name: str, number: int | None, text: bytes) -> Any:
    where = name if number is None else f"{name}, row {number}"
    try:
        return json.loads(text)
    except RecursionError:
        raise DataError(f"{where}: nested too deep. Save the table flat.") from None
    except json.JSONDecodeError as error:
        raise DataError(f"{where}: no whole JSON value ({error.msg} at character {error.pos + 1}). Fix it.") from None
    except ValueError as error:
        # more digits than an integer may be read from, or bytes that are not UTF-8
        raise DataError(f"{where}: cannot be read ({str(error).splitlines()[0][:80]}). Fix it.") from None


def _object(name: str, number: int, one: Any) -> Mapping[str, Any]:
    if isinstance(one, dict):
        return one
    raise DataError(f"{name}, row {number}: must be an object such as {{...}}, got {quoted(json.dumps(one))}. Fix it.")


def _series(name: str, key: str, values: list[Any]) -> pl.Series:
    kinds = {type(value) for value in values if value is not None}
    try:
        if kinds == {bool}:
            return pl.Series(key, values, dtype=pl.Boolean)
        if kinds == {int} and all(value is None or -_INT64 <= value < _INT64 for value in values):
            return pl.Series(key, values, dtype=pl.Int64)
        if kinds in ({float}, {float, int}) and _all_exact(values):
            return pl.Series(key, values, dtype=pl.Float64, strict=False)
        if kinds == {list}:
            lists = [None if value is None else [_text(one) for one in value] for value in values]
            return pl.Series(key, lists, dtype=pl.List(pl.String))
        return pl.Series(key, [_text(value) for value in values], dtype=pl.String)
    except UnicodeEncodeError:
        raise DataError(f"{name}: {quoted(_shown(key))} holds half a character. Save it as UTF-8.") from None


def _all_exact(values: list[Any]) -> bool:
    """Whether Float64 holds every integer among them as it is."""
    return all(not isinstance(value, int) or abs(value) <= 1 << 53 for value in values)


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    return json.dumps(value, ensure_ascii=False)


def _shown(key: str) -> str:
    return key.encode("utf-8", errors="replace").decode("utf-8")


def _joined(parts: list[pl.Series]) -> pl.Series:
    """The blocks one below the other; of different types as numbers if they all are, else as text."""
    filled = [part for part in parts if part.null_count() < part.len()] or parts[:1]
    types = {part.dtype for part in filled}
    if len(types) == 1:
        kind = filled[0].dtype
    elif types == {pl.Int64(), pl.Float64()}:
        kind = pl.Float64()
    elif pl.List(pl.String) in types:
        parts = [part.cast(pl.List(pl.String)) for part in parts]
        kind = pl.List(pl.String)
    else:
        kind = pl.String()
    return pl.concat([part.cast(kind) for part in parts])
