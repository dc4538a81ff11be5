"""Finding an item for one user: the best ranked first, then the whole unseen catalogue."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import streamlit as st

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion import FusedRow
from recengine.reports.text import one_line
from ui import state

MAX_OFFERED = 2_000
"""Items that the picker holds; a larger catalogue has a search of its own beside it."""


def choose_item(dataset: Dataset, row: FusedRow, *, new_user: bool = False) -> int:
    """Position of the item that is chosen for the user of `row`; the choice goes into the view.

    new_user: the user was just changed, so an item that this one has in the history gives way to their best one.
    """
    view = state.current()
    chosen = best_item(row) if view.item is None else dataset.item_position[view.item]
    if new_user and row.rank[chosen] == 0:
        chosen = best_item(row)
        state.keep(replace(view, item=None))
    with st.container(horizontal=True, vertical_alignment="center", gap="xsmall", width="content"):
        search = ""
        if np.count_nonzero(row.rank) > MAX_OFFERED:
            search = st.text_input(
                "Search the catalogue",
                key="item_search",
                placeholder="Search the catalogue",
                label_visibility="collapsed",
                width=200,
            )
        st.session_state["item"] = chosen
        st.selectbox(
            "Item",
            offered_items(dataset, row, chosen, search),
            key="item",
            format_func=lambda item: item_label(dataset, row, item),
            on_change=lambda: _keep(dataset, st.session_state["item"]),
            label_visibility="collapsed",
            width=320,
        )
        _step("Up", "One rank higher", dataset, neighbour(row, chosen, -1))
        _step("Down", "One rank lower", dataset, neighbour(row, chosen, 1))
    return chosen


def best_item(row: FusedRow) -> int:
    """The item on rank 1. Raises `ScenarioError` where nothing is ranked."""
    if not row.rank.any():
        raise ScenarioError(
            "item: nothing is on this user's list, so there is none to explain: every item is in the history, or a "
            "rule blocks what is left. Choose another user, or change the rules."
        )
    return int(np.argmax(row.rank == 1))


def offered_items(dataset: Dataset, row: FusedRow, chosen: int, search: str = "") -> list[int]:
    """Positions of what the picker offers, best rank first: at most `MAX_OFFERED`, and `chosen` whatever it is.

    search: part of a title in any case, or an id.
    """
    fits = row.rank > 0
    if search.strip():
        wanted = search.strip()
        found = dataset.items.select(
            pl.col("title").str.to_lowercase().str.contains(wanted.lower(), literal=True) | (pl.col("id") == wanted)
        )
        fits &= found.to_series().to_numpy()
    items = np.flatnonzero(fits)
    items = items[np.argsort(row.rank[items], kind="stable")][:MAX_OFFERED]
    offered: list[int] = items.tolist()
    return offered if chosen in offered else [chosen, *offered]


def item_label(dataset: Dataset, row: FusedRow, item: int) -> str:
    """ "3 · Fargo (1996)", or why the item has no rank: in the history, or out by the pool or a rule."""
    unranked = "in the history" if np.isnan(row.normalised[:, item]).all() else "not listed"
    rank = f"{row.rank[item]:,}" if row.rank[item] > 0 else unranked
    return f"{rank} · {one_line(dataset.titles[item])}"


def neighbour(row: FusedRow, item: int, step: int) -> int | None:
    """The item `step` ranks below `item`; None where there is none."""
    rank = row.rank[item] + step
    found = np.flatnonzero(row.rank == rank)
    return int(found[0]) if row.rank[item] > 0 and rank > 0 and len(found) else None


def _step(label: str, meaning: str, dataset: Dataset, item: int | None) -> None:
    st.button(
        label,
        key=f"item_{label.lower()}",
        help=meaning,
        disabled=item is None,
        on_click=lambda: _keep(dataset, item),
    )


def _keep(dataset: Dataset, item: int | None) -> None:
    if item is not None:
        state.keep(replace(state.current(), item=dataset.item_ids[item]))
