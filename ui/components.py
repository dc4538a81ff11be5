"""The components that Streamlit has not: tables that are drawn at once and say the same to eye and ear.

Each is HTML, CSS and JavaScript of assets/components, without a build and without a request to anywhere. Whatever comes
from a catalogue enters the page as text, never as mark-up. The data goes as JSON text: Streamlit would search anything
else for tables.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parents[1] / "assets" / "components"


def _component(name: str, html: str, *parts: str) -> Callable[..., Any]:
    """A component of `parts`, which share what is in `common`; a part may have no CSS."""

    def source(suffix: str) -> str:
        files = [FOLDER / f"{part}.{suffix}" for part in ("common", *parts)]
        return "\n".join(file.read_text(encoding="utf-8") for file in files if file.exists())

    return st.components.v2.component(f"recengine_{name}", html=html, css=source("css"), js=source("js"))


_DESK = _component(
    "desk",
    """<div class="desk-page">
  <section class="root desk" data-testid="desk" aria-label="Mixing desk"></section>
  <section class="root strip" data-testid="metric-strip"></section>
  <section class="root list" data-testid="ranked-list"></section>
  <section class="root history" data-testid="history"></section>
</div>""",
    *("fuse", "strip", "list", "history", "faders", "live", "desk"),
)
_RANKED_LIST = _component(
    "ranked_list",
    """<section class="root list" data-testid="ranked-list"></section>""",
    *("list", "one_list"),
)


def desk(data: Mapping[str, Any], *, on_move: Callable[[], None], on_explain: Callable[[], None]) -> None:
    """Sliders, metrics, list and history in one piece: `ui.desk.serving.panel`. The list follows the sliders by itself.

    When a slider is let go, or a button is clicked, `on_move` is called and learns from `desk_move` what is asked for.
    A click on a title calls `on_explain`, which learns from `explained_item` what was clicked.
    """
    _DESK(key="desk", data=json.dumps(data), on_move_change=on_move, on_explain_change=on_explain)


def desk_move() -> Any:
    """What the desk asks for, inside `on_move`: whatever the browser sent."""
    return st.session_state["desk"].move


def explained_item() -> str | None:
    """The id of the item whose title was clicked, inside `on_explain`."""
    item: str | None = st.session_state["desk"].explain
    return item


def ranked_list(data: Mapping[str, Any], *, key: str) -> None:
    """One list by itself: caption, scorers, rows and footer as in `ui.panels.list_panel`; rows without a link.

    stamp, in `data`: what it was drawn for.
    """
    _RANKED_LIST(key=key, data=json.dumps(data))
