"""How a text is cut into cells: by what, with or without quotes, with or without a header."""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Literal

SEPARATORS = ("\t", ";", "::", "|", ",")
"""At a tie the first: a name that holds a comma is likelier than one that holds a tab."""
NAMES = {",": "comma", "\t": "tab", ";": "semicolon", "|": "pipe", "::": "double colon"}

STAND_IN = "\x1f"
"""What a separator of two characters is replaced by: readers know those of one byte, and no text holds this one."""

_SAMPLE = 200
_LONGEST_CELL = 1 << 24
# the csv module's own limit, for the whole process, is less than a long description
csv.field_size_limit(max(csv.field_size_limit(), _LONGEST_CELL))
_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?")


@dataclass(frozen=True)
class Dialect:
    """separator: one of `SEPARATORS`. quoting: whether a cell may stand in quotes, doubled inside; else a quote is a
    character as any other. header: whether the first row names the columns. encoding: the name of a codec.
    """

    separator: str
    quoting: bool = True
    header: bool = True
    encoding: str = "utf-8"


def style_of(*, quoting: bool) -> Literal[0, 3]:
    """What the csv module calls it."""
    return csv.QUOTE_MINIMAL if quoting else csv.QUOTE_NONE


def cut(lines: Sequence[str], separator: str, *, quoting: bool) -> list[list[str]] | csv.Error:
    """The rows of `lines`, which keep their line ends; or why they cannot be cut so."""
    if separator == "::":
        lines = [line.replace(separator, STAND_IN) for line in lines]
        separator = STAND_IN
    try:
        return list(csv.reader(lines, delimiter=separator, quoting=style_of(quoting=quoting), strict=True))
    except csv.Error as error:
        return error


def detect_cut(lines: Sequence[str], *, whole: bool) -> tuple[str, bool] | csv.Error:
    """The separator and whether there are quotes: those that cut most of the first rows to one width.

    lines: the first of the text, not empty. whole: there are no more. Gives the error where the first line cannot be
    cut at all, and a comma where it has one cell only.
    """
    best: tuple[float, int] = (-1.0, 1)
    chosen: tuple[str, bool] = (",", True)
    sample = lines[:_SAMPLE]
    for separator in SEPARATORS:
        if separator not in lines[0]:
            continue
        quoting, rows = _cut_somehow(sample, separator, whole=whole and len(lines) <= _SAMPLE)
        if not rows or len(rows[0]) < 2:
            continue
        widths = [len(row) for row in rows[1:] if row]
        share = sum(width == len(rows[0]) for width in widths) / len(widths) if widths else 1.0
        if (share, len(rows[0])) > best:
            best, chosen = (share, len(rows[0])), (separator, quoting)
    if best[0] < 0:
        first = cut(lines[:1], ",", quoting=True)
        several = cut(sample, ",", quoting=True)
        if isinstance(first, csv.Error) and isinstance(several, csv.Error):
            return first
    return chosen


def is_headerless(row: Sequence[str]) -> bool:
    """Whether the first row is one of data: columns are not called by numbers, all of them."""
    return all(_NUMBER.fullmatch(cell.strip()) for cell in row)


def _cut_somehow(lines: Sequence[str], separator: str, *, whole: bool) -> tuple[bool, list[list[str]]]:
    """With quotes if that works, without if only that gives rows of one width; the rows as far as they can be cut."""
    if separator == "::":
        rows = cut(lines, separator, quoting=False)
        return False, rows if isinstance(rows, list) else []
    quoted = cut(lines, separator, quoting=True)
    if isinstance(quoted, list):
        return True, quoted
    plain = cut(lines, separator, quoting=False)
    # commas and semicolons come with quotes, so a stray one is a mistake; and an error at the end of a sample may only
    # be a cell that goes on after it
    is_error = separator in "\t|" and (whole or "unexpected end" not in str(quoted))
    if is_error and isinstance(plain, list) and len(plain) > 1 and len({len(row) for row in plain if row}) == 1:
        return False, plain
    return True, _until_error(lines, separator)


def _until_error(lines: Sequence[str], separator: str) -> list[list[str]]:
    rows: list[list[str]] = []
    with suppress(csv.Error):
        # what was added before the error stays
        rows.extend(csv.reader(lines, delimiter=separator, strict=True))
    return rows
