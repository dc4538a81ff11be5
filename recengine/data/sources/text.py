"""Finding the table in a delimited text: its encoding, its separator, its columns, its layout."""

from __future__ import annotations

import csv
from collections.abc import Generator, Sequence

from recengine.data.sources.careful import no_text, stray
from recengine.data.sources.dialect import NAMES, Dialect, cut, detect_cut, is_headerless
from recengine.data.sources.encoding import LABELS, Utf8Reader, detect_encoding
from recengine.data.sources.found import Found
from recengine.data.sources.layouts import Layout, headerless_layout, layout_of, present
from recengine.data.sources.limits import DEFAULT_LIMITS, Limits
from recengine.data.sources.packing import head_of, unpacked
from recengine.data.sources.source import Source, opened
from recengine.data.table import quoted
from recengine.errors import DataError

HEAD = 1 << 20
_ROWS = 100


def find_delimited(source: Source, content: Source, limits: Limits) -> Found:
    """The table of a delimited text. Raises `DataError` where there is none."""
    name = content.name
    encoding, lines, whole = first_lines(name, content, limits)
    if not lines or not lines[0].strip():
        raise DataError(f"{name}: the file is empty or begins with an empty line. Put the header first.")
    chosen = detect_cut(lines, whole=whole)
    if isinstance(chosen, csv.Error):
        raise DataError(stray(name, 1, chosen))
    separator, quoting = chosen
    dialect, layout, first = _dialect(lines, separator, quoting, encoding, name)
    cells = layout.columns if layout and layout.columns else _columns(name, first, dialect)
    layout = layout or layout_of(cells, name)
    if layout and layout.name.startswith("RecBole"):
        # its files know no quotes: one that is there belongs to a title
        dialect = Dialect(separator, quoting=False, header=True, encoding=encoding)
    facts = {"encoding": LABELS.get(encoding, encoding), "separator": NAMES[separator]}
    if not dialect.quoting:
        facts["quotes"] = "none, a quote is a character as any other"
    if not dialect.header:
        facts["header"] = "none"
    if layout is None:
        return Found(source, _format(separator), cells, facts=facts, content=content, dialect=dialect)
    flags = {flag for labels in layout.flags.values() for flag in labels}
    columns = (*(cell for cell in cells if cell not in flags), *layout.flags)
    return Found(
        source,
        _format(separator),
        columns,
        facts=facts | dict(layout.facts),
        layout=layout.name,
        kind=layout.kind,
        roles=present(layout, columns),
        content=content,
        dialect=dialect,
        cells=cells,
        flags=layout.flags,
    )


def first_lines(name: str, content: Source, limits: Limits) -> tuple[str, list[str], bool]:
    """The encoding, the first lines with their ends, and whether they are all. The last is whole, and no NUL in any."""
    head = head_of(content, HEAD)
    whole = len(head) < HEAD
    encoding = detect_encoding(name, head, whole=whole)
    chunks: list[bytes] = []
    with opened(content) as stream:
        reader = Utf8Reader(name, stream, encoding)
        while (chunk := reader.read(HEAD)) and len(chunks) * HEAD <= limits.row:
            chunks.append(chunk)
            if b"\n" in chunk:
                break
    text = b"".join(chunks)
    cut_at = len(text) if whole else text.rfind(b"\n") + 1 or len(text)
    lines = text[:cut_at].splitlines(keepends=True) if b"\r" not in text else _split(text[:cut_at])
    return encoding, [_line(name, number, line) for number, line in enumerate(lines, start=1)], whole


def _split(text: bytes) -> list[bytes]:
    lines = [line + b"\n" for line in text.split(b"\n")]
    last = lines.pop()[:-1]
    return [*lines, last] if last else lines


def _dialect(
    lines: Sequence[str], separator: str, quoting: bool, encoding: str, name: str
) -> tuple[Dialect, Layout | None, list[str]]:
    """The dialect, the layout where it is one without a header, and the cells of the first row."""
    plain = cut(lines[:_ROWS], separator, quoting=False)
    rows = [row for row in plain if row] if isinstance(plain, list) else []
    layout = headerless_layout(separator, rows)
    if layout is not None:
        return Dialect(separator, quoting=False, header=False, encoding=encoding), layout, rows[0]
    first = _first_row(name, lines, separator, quoting)
    return Dialect(separator, quoting, not is_headerless(first), encoding), None, first


def _first_row(name: str, lines: Sequence[str], separator: str, quoting: bool) -> list[str]:
    # a header in quotes may fill more than one line
    for many in (1, len(lines)):
        rows = cut(lines[:many], separator, quoting=quoting)
        if isinstance(rows, list):
            return rows[0]
    if quoting:
        reader = csv.reader(lines, delimiter=separator, strict=True)
        try:
            return next(reader)
        except csv.Error as error:
            raise DataError(stray(name, 1, error)) from None
    raise DataError(stray(name, 1, rows))


def _columns(name: str, first: Sequence[str], dialect: Dialect) -> tuple[str, ...]:
    if len(first) < 2:
        raise DataError(
            f"{name}: the header has one column, {quoted(first[0])}. "
            "Separate the columns by commas, tabs, semicolons or pipes."
        )
    if not dialect.header:
        return tuple(f"column {number}" for number in range(1, len(first) + 1))
    return named(name, [cell.strip() for cell in first])


def named(name: str, cells: Sequence[str]) -> tuple[str, ...]:
    """Names of columns, those without one by their place. Raises `DataError` where two have one name."""
    columns = tuple(cell or f"column {number}" for number, cell in enumerate(cells, start=1))
    seen: set[str] = set()
    for column in columns:
        if column in seen:
            raise DataError(f"{name}: the header has the column {quoted(column)} twice. Give each column its own name.")
        seen.add(column)
    return columns


def _format(separator: str) -> str:
    return "TSV" if separator == "\t" else "CSV" if separator in ",;" else "delimited text"


def read_lines(source: Source) -> Generator[str, None, None]:
    """The lines of a text, plain or packed, line ends kept; the first is row 1. Raises `DataError` for what is none."""
    content, _ = unpacked(source, DEFAULT_LIMITS)
    head = head_of(content, HEAD)
    encoding = detect_encoding(source.name, head, whole=len(head) < HEAD)
    number, carried = 0, b""
    with opened(content) as stream:
        reader = Utf8Reader(source.name, stream, encoding)
        while chunk := reader.read(HEAD):
            lines = (carried + chunk).split(b"\n")
            carried = lines.pop()
            for line in lines:
                number += 1
                yield _line(source.name, number, line + b"\n")
    if carried:
        yield _line(source.name, number + 1, carried)


def _line(name: str, number: int, line: bytes) -> str:
    if b"\0" in line:
        raise DataError(no_text(name, number))
    return line.decode("utf-8")
