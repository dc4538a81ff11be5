"""The text of an item from a template over column names: `{title} ({year}). {plot}`.

A template is cut into text and names and nothing else: no format codes, no attributes, no expressions.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from recengine.data.table import quoted
from recengine.errors import DataError

_TOKEN = re.compile(r"\{\{|\}\}|\{([^{}]*)\}|[{}]")
_QUOTES = "\"'"
_CLOSING = ")]}»”’）】」』》" + _QUOTES  # noqa: RUF001
_OPENING = re.compile(r"[(\[{«“‘（【「『《\"']+$")  # noqa: RUF001
_STOPS = ".,;:|/\n、。，；：·–—"  # noqa: RUF001
_GLUE = re.compile(rf"^[\s{re.escape(_STOPS)}-]+")


@dataclass(frozen=True)
class _Place:
    """One name of a template and the text around it. joint: only behind something else; before, after: part of it."""

    column: str
    joint: str
    before: str
    after: str


def template_columns(template: str) -> list[str]:
    """The names between braces, each once. Raises `DataError` for stray or empty braces."""
    return list(dict.fromkeys(name for name, _ in _cut(template)[1]))


def compose(template: str, columns: Mapping[str, pl.Series]) -> pl.Series:
    """The text of each row, (rows,) String; empty where a row has none of the parts.

    columns: String cells of every name of the template, null where a row has none. What is missing takes with it the
    brackets around it and the words and the punctuation that join it to its neighbour:
    `{title} ({year}). {plot}` of a row without a year is `Heat. A robbery.`, of one without a plot `Heat (1995)`.
    """
    places, tail = _places(template)
    cells = {place.column: pl.col(place.column) for place in places}
    frame = pl.DataFrame([columns[name].alias(name) for name in cells])
    frame = frame.with_columns(pl.when(pl.col(name).str.strip_chars() != "").then(pl.col(name)) for name in cells)
    parts: list[pl.Expr] = []
    seen: pl.Expr = pl.lit(value=False)
    for place in places:
        cell = pl.col(place.column)
        there = cell.is_not_null()
        opened = pl.when(seen).then(pl.lit(place.joint)).otherwise(pl.lit(_GLUE.sub("", place.joint)))
        text = pl.concat_str([opened, pl.lit(place.before), cell, pl.lit(place.after)])
        parts.append(pl.when(there).then(text).otherwise(pl.lit("")))
        seen = seen | there
    parts.append(pl.when(seen).then(pl.lit(tail)).otherwise(pl.lit("")))
    return frame.select(pl.concat_str(parts).str.strip_chars().alias("text")).to_series()


def _cut(template: str) -> tuple[str, list[tuple[str, str]]]:
    """The text before the first name, then each name with the text behind it."""
    first, last = "", 0
    rest: list[tuple[str, str]] = []
    text = ""

    def close() -> None:
        nonlocal first
        if rest:
            rest[-1] = (rest[-1][0], text)
        else:
            first = text

    for match in _TOKEN.finditer(template):
        text += template[last : match.start()]
        last = match.end()
        token, name = match.group(), match.group(1)
        if token in ("{{", "}}"):
            text += token[0]
        elif name is None or not name.strip():
            raise DataError(
                f"mapping: item.template {quoted(template)} has a brace that holds no column. "
                "Write {COLUMN}, and {{ for a brace itself."
            )
        else:
            close()
            rest.append((name.strip(), ""))
            text = ""
    text += template[last:]
    close()
    if not rest:
        raise DataError(f"mapping: item.template {quoted(template)} names no column. Write as in {{title}}. {{plot}}.")
    return first, rest


def _places(template: str) -> tuple[list[_Place], str]:
    """The names with the text around them, and what ends the text of every row that is not empty."""
    first, rest = _cut(template)
    places, between = [], first
    tail = ""
    for index, (column, behind) in enumerate(rest):
        opening = _OPENING.search(between)
        joint, before = (between[: opening.start()], opening.group()) if opening else (between, "")
        cut = len(behind) if index == len(rest) - 1 else 0
        for place, character in enumerate(behind):
            opens = character in _QUOTES and behind[:place].endswith(" ")
            if character in _CLOSING and not opens:
                cut = place + 1
            elif character in _STOPS:
                cut = place
                break
            elif _OPENING.match(character):
                break
        places.append(_Place(column, joint, before, behind[:cut]))
        between = behind[cut:]
        tail = between
    return places, tail
