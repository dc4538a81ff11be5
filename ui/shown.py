"""What is shown, in one line, on pages that do not let it be changed."""

from __future__ import annotations

from collections import Counter

import streamlit as st

from recengine.reports.words import combination, share
from recengine.scenario import Workbench
from ui import state
from ui.text import plain

MAX_NAMED = 3
"""Scorers that the header names one by one."""


def fitted_line(workbench: Workbench) -> str:
    """What the scorers were fitted on; many are only counted."""
    fitted = workbench.fitted.values()
    if len(fitted) <= MAX_NAMED:
        return " · ".join(f"{entry.label} fitted on {entry.device}" for entry in fitted)
    devices = Counter(entry.device for entry in fitted)
    return " · ".join(f"{count} scorers fitted on {device}" for device, count in devices.items())


def scenario_line(workbench: Workbench) -> None:
    """Weights and settings of the current view, and the way to where they can be changed."""
    scenario = state.current().scenario
    weights = " · ".join(
        f"{fitted.label} {share(weight, 0)}"
        for fitted, weight in zip(workbench.fitted.values(), scenario.fusion.effective, strict=True)
    )
    settings = [combination(scenario), scenario.normalization, f"lists of {scenario.k}"]
    if scenario.neutral != "mean":
        settings.append(f"no opinion counts as {scenario.neutral}")
    if scenario.all_data:
        settings.append("fitted on all data")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{plain(weights)} · {' · '.join(settings)}", width="content")
        st.page_link("pages/studio.py", label="Change in Studio", icon=":material/tune:", width="content")
