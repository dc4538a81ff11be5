"""How large a sheet of a workbook says to be, before anything makes room for it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from xml.parsers import expat

from recengine.errors import DataError

_LETTERS = 26
_LONGEST_TAG = 1 << 20
_ANY = re.compile(rb"<(?:[^<>\s/]+:)?(?:row|c)[\s/>]")
_USUAL = re.compile(rb'<(?:row|c) r="([A-Z]{0,3})(\d{1,7})"')
_PLACE = re.compile(r"\$?([A-Za-z]{0,7})\$?(\d{1,12})")


@dataclass
class SheetSize:
    """rows, columns: up to the last cell, from the first of the sheet on; a sheet takes memory for all of that.
    cells: those that are there. usual: whether every row and cell says where it is, in the form that nearly all
    programs write; other forms are for `exact`.
    """

    rows: int = 0
    columns: int = 0
    cells: int = 0
    usual: bool = True
    is_sheet: bool = False

    def look(self, piece: bytes) -> None:
        """Count what is in a piece of the XML that begins and ends between elements."""
        self.is_sheet = self.is_sheet or b"sheetData" in piece
        places = _USUAL.findall(piece)
        self.usual = self.usual and len(_ANY.findall(piece)) == len(places)
        self.cells += len(places)
        if places:
            self.rows = max(self.rows, *(int(row) for _, row in places))
            self.columns = max(self.columns, *map(_number, {letters.decode() for letters, _ in places}))


def seen(chunks: Iterable[bytes]) -> SheetSize:
    """By a look, which is soon done."""
    size = SheetSize()
    carried = b""
    for chunk in chunks:
        data = carried + chunk
        end = max(data.rfind(b"<"), 0)
        size.look(data[:end])
        carried = data[end:]
        if len(carried) > _LONGEST_TAG:
            size.look(carried)
            size.usual, carried = False, b""
    size.look(carried)
    return size


def exact(name: str, chunks: Iterable[bytes]) -> SheetSize:
    """By a parser, which knows every form; rows and cells that do not say where they are come after those before.

    Raises `DataError` for what is no XML.
    """
    size = SheetSize()
    row = column = 0

    def start(tag: str, attributes: dict[str, str]) -> None:
        nonlocal row, column
        kind = tag.rpartition(":")[2]
        if kind not in ("row", "c"):
            return
        place = _PLACE.fullmatch(attributes.get("r", ""))
        if kind == "row":
            row, column = int(place[2]) if place else row + 1, 0
        else:
            column = _number(place[1]) if place else column + 1
            size.cells += 1
            size.rows = max(size.rows, int(place[2]) if place else 0)
            size.columns = max(size.columns, column)
        size.rows = max(size.rows, row)

    parser = expat.ParserCreate()
    parser.StartElementHandler = start
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise DataError(f"{name}: no whole Excel workbook ({error}). Save it as XLSX again.") from None
    return size


def _number(letters: str) -> int:
    number = 0
    for letter in letters.upper():
        number = number * _LETTERS + ord(letter) - ord("A") + 1
    return number
