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
    """A component of `parts`, which share what is in `common`."""

    def source(suffix: str) -> str:
        files = [FOLDER / f"{part}.{suffix}" for part in ("common", *parts)]
        return "\n".join(file.read_text(encoding="utf-8") for file in files)

    return st.components.v2.component(f"recengine_{name}", html=html, css=source("css"), js=source("js"))


_RESULTS = _component(
    "results",
    """<div class="results">
  <section class="root strip" data-testid="metric-strip"></section>
  <section class="root list" data-testid="ranked-list"></section>
  <section class="root history" data-testid="history"></section>
</div>""",
    *("strip", "list", "history", "results"),
)
_RANKED_LIST = _component(
    "ranked_list",
    """<section class="root list" data-testid="ranked-list"></section>""",
    *("list", "one_list"),
)
_WEIGHT_MIX = _component(
    "weight_mix",
    """<section class="root" data-testid="weight-mix">
</section>""",
    "weight_mix",
)


def results(data: Mapping[str, Any], *, on_explain: Callable[[], None]) -> None:
    """Metrics, list and history, drawn in one go: `ui.panels.results_panel`.

    A click on a title calls `on_explain`, which learns from `explained_item` what was clicked.
    """
    _RESULTS(key="results", data=json.dumps(data), on_explain_change=on_explain)


def explained_item() -> str | None:
    """The id of the item whose title was clicked, inside `on_explain`."""
    item: str | None = st.session_state["results"].explain
    return item


def ranked_list(data: Mapping[str, Any], *, key: str) -> None:
    """One list by itself: caption, scorers, rows and footer as in `ui.panels.list_panel`; rows without a link.

    stamp, in `data`: what it was drawn for.
    """
    _RANKED_LIST(key=key, data=json.dumps(data))


def weight_mix(data: Mapping[str, Any]) -> None:
    """Raw and effective weights: `ui.panels.mix_panel`."""
    _WEIGHT_MIX(key="mix", data=json.dumps(data))
