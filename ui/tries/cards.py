"""The two tries that are compared: which they are, and what can be done with each."""

from __future__ import annotations

import streamlit as st

from recengine.errors import RecengineError
from recengine.workspace import Try
from recengine.workspace.tries import MAX_NAME, MAX_NOTE
from ui import actions, state
from ui.frame import OpenDataset
from ui.text import plain
from ui.tries import keeping
from ui.tries.tables import rerankers_words, strategy_words, title, weights_words
from ui.view import SHOWN

ROLES = {"a": "A: compare", "b": "B: with"}
MAX_TOLD = 12
"""Scorers whose weights a card tells."""


def choose(page: OpenDataset, found: keeping.Tries, side: str, default: str) -> Try:
    """One side of the comparison, which stays in the link, with what can be done with it."""
    asked = dict(state.current().choices).get(side, default)
    if asked not in found.by_tag:
        st.warning(plain(f"{side}: there is no try {asked[:SHOWN]!r}; {default} is shown."), icon=":material/link_off:")
        asked = default
        keep(side, asked)
    st.session_state[f"try {side}"] = asked
    fingerprint = page.dataset.fingerprint
    st.selectbox(
        ROLES[side],
        list(found.by_tag),
        format_func=lambda name: title(found.by_tag[name], fingerprint),
        key=f"try {side}",
        on_change=lambda: keep(side, st.session_state[f"try {side}"]),
    )
    one = found.by_tag[asked]
    _facts(one)
    obstacle = found.obstacles[asked]
    if obstacle is not None:
        st.warning(plain(obstacle), icon=":material/block:")
    with st.container(horizontal=True, gap="small", vertical_alignment="center"):
        _buttons(page, one, side, obstacle)
    return one


def keep(side: str, name: str | None) -> None:
    """Put the choice of a side into the view."""
    state.keep(state.current().choosing(side, name).choosing("alike", None))


def _facts(one: Try) -> None:
    document = one.document
    lines = [
        weights_words(one, MAX_TOLD),
        " · ".join(
            part
            for part in (
                strategy_words(one),
                rerankers_words(one),
                f"lists of {document['k']}",
                f"split {document.get('split', 'random')}, seed {document.get('seed', 0)}",
                f"{one.users - one.unproven:,} of {one.users:,} lists proven exact",
            )
            if part
        ),
    ]
    st.caption("  \n".join(plain(line) for line in lines))
    if one.note:
        st.markdown("  \n".join(plain(line) for line in one.note.splitlines() if line.strip()))


def _buttons(page: OpenDataset, one: Try, side: str, obstacle: str | None) -> None:
    limit = obstacle or _limit(one)
    st.button(
        "Show in Studio",
        icon=":material/tune:",
        key=f"show {side}",
        disabled=limit is not None,
        help=plain(limit) if limit else "Its weights and settings, to go on from there",
        on_click=actions.attempt,
        args=(lambda: keeping.load(page, one),),
    )
    st.button(
        "Pin",
        icon=":material/keep:",
        key=f"pin {side}",
        disabled=one.dataset != page.dataset.fingerprint,
        help="Compare with it from here on: A on this page, and the baseline where the Studio has the same scorers",
        on_click=actions.attempt,
        args=(lambda: keeping.pin(page.workspace, one),),
    )
    st.button(
        "Unstar" if one.starred else "Star",
        icon=":material/star:",
        key=f"star {side}",
        on_click=actions.attempt,
        args=(lambda: page.workspace.star_try(one.dataset, one.number, not one.starred),),
    )
    with st.popover("Name", icon=":material/edit:", key=f"rename {side}"):
        where = f"{side} {one.dataset[:8]} {one.number}"
        name = st.text_input("Name", one.name, max_chars=MAX_NAME, key=f"name {where}")
        note = st.text_area("Note", one.note, max_chars=MAX_NOTE, key=f"note {where}")
        st.button(
            "Save",
            type="primary",
            key=f"save {side}",
            on_click=actions.attempt,
            args=(lambda: page.workspace.rename_try(one.dataset, one.number, name, note),),
        )
    with st.popover("Delete", icon=":material/delete:", key=f"delete {side}"):
        st.markdown("Its figures and its name are then gone, and its number is not given again.")
        st.button(
            f"Delete try {one.number}",
            type="primary",
            key=f"delete now {side}",
            on_click=actions.attempt,
            args=(lambda: _delete(page, one, side),),
        )


def _delete(page: OpenDataset, one: Try, side: str) -> None:
    page.workspace.delete_try(one.dataset, one.number)
    keep(side, None)


def _limit(one: Try) -> str | None:
    try:
        return keeping.beyond_studio(one.scenario)
    except RecengineError as error:
        return str(error)
