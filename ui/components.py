"""The components that Streamlit has not: tables that are drawn at once and say the same to eye and ear.

Each is HTML, CSS and JavaScript of assets/components, without a build and without a request to anywhere. Whatever comes
from a catalogue enters the page as text, never as mark-up.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import streamlit as st

FOLDER = Path(__file__).parents[1] / "assets" / "components"


def _source(name: str, suffix: str) -> str:
    return "\n".join((FOLDER / f"{part}.{suffix}").read_text(encoding="utf-8") for part in ("common", name))


def _component(name: str, test_id: str) -> Callable[..., Any]:
    return st.components.v2.component(
        f"recengine_{name}",
        html=f'<section class="root" data-testid="{test_id}"></section>\n',
        css=_source(name, "css"),
        js=_source(name, "js"),
    )


_RANKED_LIST = _component("ranked_list", "ranked-list")
_METRIC_STRIP = _component("metric_strip", "metric-strip")
_HISTORY = _component("history", "history")
_WEIGHT_MIX = _component("weight_mix", "weight-mix")


def ranked_list(data: Mapping[str, Any], *, on_explain: Callable[[], None]) -> None:
    """One user's list, `ui.panels.list_panel`. A click on a title calls `on_explain`; `explained_item` then has it."""
    _RANKED_LIST(key="ranked", data=data, on_explain_change=on_explain)


def explained_item() -> str | None:
    """The id of the item whose title was clicked, inside `on_explain`."""
    item: str | None = st.session_state["ranked"].explain
    return item


def metric_strip(data: Mapping[str, Any]) -> None:
    """Metrics of the whole population, `ui.panels.metrics_panel`."""
    _METRIC_STRIP(key="metrics", data=data)


def history(data: Mapping[str, Any]) -> None:
    """One user's history and held-out items, `ui.panels.history_panel`."""
    _HISTORY(key="history", data=data)


def weight_mix(data: Mapping[str, Any]) -> None:
    """Raw and effective weights, `ui.panels.mix_panel`."""
    _WEIGHT_MIX(key="mix", data=data)
