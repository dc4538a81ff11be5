"""Which scorers to compare."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from recengine.models import Recipe
from recengine.scenario import Scenario
from ui.models.offers import FLOORS, labels
from ui.text import plain

COMPARED = "scorers compared"


def choose_scorers(possible: Mapping[str, Recipe], scenario: Scenario) -> list[str]:
    """Those of the scenario at first; the floors are not asked for, they are always there."""
    options = [name for name in possible if name not in FLOORS]
    before = st.session_state.get(COMPARED, scenario.scorers)
    st.session_state[COMPARED] = [name for name in before if name in options]
    called = labels(possible)
    floors = " and ".join(called[name] for name in FLOORS if name in possible)
    chosen: list[str] = st.multiselect(
        "Scorers to compare",
        options,
        format_func=lambda name: called[name],
        key=COMPARED,
        help=plain(f"{floors} are always compared with: they need no taste at all."),
        persist_state="session",
    )
    return [name for name in options if name in chosen]
