"""Charts on a page: the figures of the report, in the colours of the page's theme, also when it changes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

# Plotly asks whether pandas is loaded; while another session loads it, it would find half of it and fail
import pandas  # noqa: F401
import streamlit as st

from recengine.reports.theme import LIGHT

if TYPE_CHECKING:
    import plotly.graph_objects as go

PAGE = replace(LIGHT, grid="rgba(125,133,144,0.3)")
"""The theme to draw a figure in that `show` will show: its lines are seen on light and on dark."""
TEXT = "<style>.js-plotly-plot :is(.cartesianlayer, .infolayer) text { fill: currentColor !important }</style>"
"""Words in a chart take the colour of the page's; Streamlit's own choice is paler than is easy to read, and a colour in
the figure would stay when the reader's theme changes."""
CONFIG = {"displayModeBar": False, "displaylogo": False, "showSendToCloud": False}
FONT_SIZE = 13


def show(figure: go.Figure, *, alt: str, key: str) -> None:
    """Show a figure drawn in the theme `PAGE`. alt: what it says, for those who cannot see it."""
    _dress(figure)
    st.plotly_chart(figure, config=CONFIG, alt=alt, key=key)


def show_to_click(figure: go.Figure, *, alt: str, key: str, on_point: Callable[[int], None]) -> None:
    """As `show`; a click on a point of the last trace calls `on_point` with its number, before the page runs.

    Whatever the figure marks as chosen has to come from there: a figure that changed has no selection any more.
    """
    last = len(figure.data) - 1

    def selected() -> None:
        points = st.session_state[key]["selection"]["points"]
        numbers = [point["point_index"] for point in points if point["curve_number"] == last]
        if numbers:
            on_point(int(numbers[0]))

    _dress(figure)
    st.plotly_chart(figure, config=CONFIG, alt=alt, key=key, on_select=selected, selection_mode="points")


def _dress(figure: go.Figure) -> None:
    figure.update_layout(
        xaxis={"tickfont_size": FONT_SIZE, "showgrid": True}, yaxis_tickfont_size=FONT_SIZE, legend_font_size=FONT_SIZE
    )
    st.html(TEXT)
