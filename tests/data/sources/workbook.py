"""A small writer of Excel workbooks, so that tests can make any, sound or not."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping
from xml.sax.saxutils import escape

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
DATE_STYLE = 1


def cell(at: str, value: object, *, formula: str = "", style: int = 0) -> str:
    """One cell: a number, a text, a truth, or what a formula came to."""
    inner = f"<f>{escape(formula)}</f>" if formula else ""
    if isinstance(value, bool):
        return f'<c r="{at}" t="b">{inner}<v>{int(value)}</v></c>'
    if isinstance(value, (int, float)):
        return f'<c r="{at}" s="{style}">{inner}<v>{value}</v></c>'
    return f'<c r="{at}" t="str">{inner}<v>{escape(str(value))}</v></c>'


def rows_of(*rows: tuple[object, ...]) -> str:
    """The rows of a sheet, from A1 on; None for no cell."""
    lines = []
    for number, row in enumerate(rows, start=1):
        cells = [cell(f"{chr(65 + place)}{number}", value) for place, value in enumerate(row) if value is not None]
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    return "".join(lines)


def workbook(
    sheets: Mapping[str, str], *, hidden: tuple[str, ...] = (), merged: Mapping[str, str] | None = None
) -> bytes:
    """The bytes of an XLSX file. sheets: the rows of each, as XML; merged: a range that is merged in a sheet."""
    listed, relations, files = [], [], {}
    for number, (name, rows) in enumerate(sheets.items(), start=1):
        state = ' state="hidden"' if name in hidden else ""
        listed.append(f'<sheet name="{escape(name)}" sheetId="{number}"{state} r:id="r{number}"/>')
        relations.append(
            f'<Relationship Id="r{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        )
        merge = (merged or {}).get(name)
        ranges = f'<mergeCells count="1"><mergeCell ref="{merge}"/></mergeCells>' if merge else ""
        files[f"xl/worksheets/sheet{number}.xml"] = (
            f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{ranges}</worksheet>'
        )
    relations.append(f'<Relationship Id="style" Type="{_OFFICE}/styles" Target="styles.xml"/>')
    files |= {
        "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"><Default Extension="xml" '
        'ContentType="application/xml"/></Types>',
        "_rels/.rels": f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="b" '
        f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>'
        f"{''.join(listed)}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{_PACKAGE}/relationships">'
        f"{''.join(relations)}</Relationships>",
        "xl/styles.xml": f'<styleSheet xmlns="{_MAIN}"><cellXfs count="2"><xf numFmtId="0"/>'
        '<xf numFmtId="14"/></cellXfs></styleSheet>',
    }
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            archive.writestr(name, '<?xml version="1.0" encoding="UTF-8"?>' + text)
    return content.getvalue()
