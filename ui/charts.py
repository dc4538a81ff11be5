"""Charts on a page: the figures of the report, in the colours of the page's theme, also when it changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import streamlit as st

from recengine.reports.theme import NEUTRAL, Theme

if TYPE_CHECKING:
    import plotly.graph_objects as go

THE_PAGE_DECIDES = "#010203"
"""Stands in a figure for the colour of text. Streamlit puts in its own, light or dark, where a figure names none."""
PAGE = Theme(text=THE_PAGE_DECIDES, muted=NEUTRAL, grid="rgba(125,133,144,0.3)", surface="#ffffff")
"""The theme to draw a figure in that `show` will show."""
CONFIG = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False}


def show(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a figure drawn in the theme `PAGE`. alt: what it says, for those who cannot see it."""
    st.plotly_chart(_without_text_color(figure.to_plotly_json()), config=CONFIG, alt=alt, key=key)


def _without_text_color(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_text_color(part) for key, part in value.items() if part != THE_PAGE_DECIDES}
    return [_without_text_color(part) for part in value] if isinstance(value, (list, tuple)) else value
