"""Catalogue text made fit for a chart: one line, no mark-up, no longer than the axis can hold."""

from __future__ import annotations

import html
import re
import unicodedata

MAX_LABEL = 32
_CONTROLS = re.compile(r"[\s\x00-\x1f\x7f-\x9f]+")
_BIDI_CONTROLS = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_ISOLATE, _END_ISOLATE = "\u2068", "\u2069"


def one_line(text: str) -> str:
    """`text` with every run of white space and control characters as one space, and no direction overrides."""
    return _CONTROLS.sub(" ", _BIDI_CONTROLS.sub("", text)).strip()


def shorten(text: str, limit: int = MAX_LABEL) -> str:
    """One line of at most `limit` characters; what was cut is shown as an ellipsis."""
    line = one_line(text)
    if len(line) <= limit:
        return line
    cut = line[: limit - 1]
    # a cut inside a letter with marks, or inside an emoji of several parts, must not leave half of it
    while cut and (unicodedata.combining(line[len(cut)]) or line[len(cut)] in "\u200d\ufe0f" or cut[-1] == "\u200d"):
        cut = cut[:-1]
    return cut.rstrip() + "…"


def chart_text(text: str, limit: int | None = MAX_LABEL) -> str:
    """`text` for Plotly, which draws tags, entities and formulas: escaped, on one line, of at most `limit` letters.

    Text written from right to left is isolated, so that a number beside it stays where it is.
    """
    line = one_line(text) if limit is None else shorten(text, limit)
    # two dollars would be taken for a formula
    escaped = html.escape(line, quote=False).replace("$", "&#36;")
    right_to_left = any(unicodedata.bidirectional(letter) in ("R", "AL") for letter in line)
    return f"{_ISOLATE}{escaped}{_END_ISOLATE}" if right_to_left else escaped
