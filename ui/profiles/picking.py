"""Finding the user or the item to look at, in a catalogue of any size."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import streamlit as st
from numpy.typing import NDArray

from recengine.data import Dataset
from recengine.data.profiles import Everyone
from ui import compute, state
from ui.cold_start.panels import item_name, offered

MAX_OFFERED = 2_000
"""Users or items that a box holds; where there are more, a search narrows them down."""


def pick_user(dataset: Dataset, everyone: Everyone) -> int:
    """Position of the chosen user; the choice goes into the view."""
    labels = compute.user_labels(dataset)
    chosen = dataset.user_position[state.current().user]

    def found(search: str) -> list[int]:
        fits = pl.Series(labels, dtype=pl.String).str.to_lowercase().str.contains(search.strip().lower(), literal=True)
        places: list[int] = fits.arg_true().to_list()
        return places

    def keep(user: int) -> None:
        state.keep(replace(state.current(), user=dataset.user_ids[user]))

    most_active = np.argsort(-everyone.events, kind="stable")
    options = list(range(dataset.n_users)) if dataset.n_users <= MAX_OFFERED else None
    return _box(dataset, "User", chosen, options, most_active, found, lambda user: labels[user], keep)


def pick_item(dataset: Dataset, everyone: Everyone) -> int:
    """Position of the chosen item, at first the most taken one; the choice goes into the view."""
    asked = state.current().item
    most_taken = np.argsort(-everyone.taken, kind="stable")
    chosen = int(most_taken[0]) if asked is None else dataset.item_position[asked]

    def found(search: str) -> list[int]:
        return offered(dataset, everyone.taken.astype(np.int32), [], search)

    def keep(item: int) -> None:
        state.keep(replace(state.current(), item=dataset.item_ids[item]))

    options = most_taken.tolist() if dataset.n_items <= MAX_OFFERED else None
    return _box(dataset, "Item", chosen, options, most_taken, found, lambda item: item_name(dataset, item), keep)


def _box(
    dataset: Dataset,
    what: str,
    chosen: int,
    options: Sequence[int] | None,
    busiest: NDArray[np.int64],
    found: Callable[[str], list[int]],
    name: Callable[[int], str],
    keep: Callable[[int], None],
) -> int:
    """A box with everything, or where that is too much with what a search finds, else the busiest."""
    with st.container(horizontal=True, vertical_alignment="bottom", gap="small", width="content"):
        if options is None:
            search = st.text_input(
                f"Search {what.lower()}s",
                key=f"profile search {what}",
                placeholder="Id or attribute" if what == "User" else "Title or id",
                width=200,
            )
            options = found(search)[:MAX_OFFERED] if search.strip() else busiest[:MAX_OFFERED].tolist()
            if search.strip() and not options:
                st.caption(f"No {what.lower()} is found.", width="content")
        if chosen not in options:
            options = [chosen, *options]
        key = f"profile {what} {dataset.fingerprint[:12]}"
        st.session_state[key] = chosen
        st.selectbox(what, options, key=key, format_func=name, width=340, on_change=lambda: keep(st.session_state[key]))
    return chosen
