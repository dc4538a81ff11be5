"""How deep the candidate pool is, and a deeper one where a strategy's lists are the best of the pool alone."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.scenario import Outcome, Scenario, Workbench
from recengine.scenario.scenario import MAX_DEPTH
from recengine.workspace import Workspace
from ui import actions, state

DEEPER = 2


def pool_line(workspace: Workspace, workbench: Workbench, outcome: Outcome) -> None:
    """The depth of the pool; where some lists are not proven, a button that makes it deeper."""
    pool, n_items = workbench.pool, workbench.dataset.n_items
    columns = int((pool.items >= 0).sum()) / max(len(pool.users), 1)
    st.caption(
        f"Candidate pool: each scorer's best {pool.depth:,} unseen items, {columns:,.0f} of {n_items:,} items a user "
        "on average."
    )
    if not outcome.lists.unproven:
        return
    depth = min(pool.depth * DEEPER, n_items, MAX_DEPTH)
    st.button(
        f"Deepen the pool to {depth:,}",
        icon=":material/vertical_align_bottom:",
        key="deepen",
        disabled=depth <= pool.depth,
        help=f"{outcome.lists.unproven:,} lists are the best of the pool, not proven to be those of the catalogue. "
        "Scorers stay as they are; only the candidates are gathered anew.",
        on_click=actions.attempt,
        args=(lambda: deepen(workspace, depth),),
    )


def deepen(workspace: Workspace, depth: int) -> None:
    """The same view over a pool of `depth`; baseline and undo stay. Raises `StoreError`."""
    view = state.current()

    def deeper(scenario: Scenario) -> Scenario:
        return replace(scenario, pool_depth=depth)

    start = deeper(view.start)
    state.show(
        replace(
            view,
            start=start,
            base=workspace.save_scenario(start),
            scenario=deeper(view.scenario),
            baseline=deeper(view.baseline),
        )
    )
