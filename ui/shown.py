"""What is shown, in one line, on pages that do not let it be changed."""

from __future__ import annotations

import streamlit as st

from recengine.scenario import Workbench
from ui import state
from ui.text import plain


def scenario_line(workbench: Workbench) -> None:
    """Weights and settings of the current view, and the way to where they can be changed."""
    scenario = state.current().scenario
    weights = " · ".join(
        f"{fitted.label} {share:.0%}"
        for fitted, share in zip(workbench.fitted.values(), scenario.fusion.effective, strict=True)
    )
    settings = [scenario.normalization, f"lists of {scenario.k}"]
    if scenario.neutral != "mean":
        settings.append(f"no opinion counts as {scenario.neutral}")
    if scenario.all_data:
        settings.append("fitted on all data")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.caption(f"{plain(weights)} · {' · '.join(settings)}", width="content")
        st.page_link("pages/studio.py", label="Change in Studio", icon=":material/tune:", width="content")
