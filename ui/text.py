"""Catalogue text in places where Streamlit reads Markdown: shown as it is, never acted on."""

from __future__ import annotations

import re

from recengine.reports.text import one_line

_MARKUP = re.compile(r"([\\`*_{}\[\]()<>#+\-.!|~$&^=\"'])")
_JOINER = "\u2060"
"""Word joiner: no width, no break. It parts what Streamlit would turn into an emoji, an arrow or a link."""
_SHORTCODE = re.compile(r":(?=[\w+-])")
_LINK = re.compile(r"(?i)\b(https?(?=:)|ftp(?=:)|mailto(?=:)|www(?=\.))|@(?=[\w.-]+\.\w)")


def plain(text: str) -> str:
    """`text` on one line as Markdown that shows exactly it: no mark-up, formula, emoji, colour, arrow or link."""
    parted = _LINK.sub(lambda found: f"{found[0]}{_JOINER}", one_line(text))
    parted = _SHORTCODE.sub(f":{_JOINER}", parted).replace("--", f"-{_JOINER}-")
    parted = re.sub(r"([<-])(?=[->])", rf"\1{_JOINER}", parted)
    return _MARKUP.sub(r"\\\1", parted)
