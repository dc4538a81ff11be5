"""The second stage: what each column is, how its cells are read, and what comes of it."""

from __future__ import annotations

import hashlib

import polars as pl
import streamlit as st

from recengine.data.mapping import Guess
from recengine.data.sources import TableKind
from recengine.workspace import Workspace
from ui import actions
from ui.importing import previewing, proposal, reading, roles, settings, store
from ui.importing.draft import Draft
from ui.importing.reading import Brought
from ui.text import plain

TABLE = "table of the mapping"
KEPT_TABLE = "table of the mapping that was looked at"
EXAMPLES = 3
SURE = (
    (0.85, "Sure", ":material/check_circle:", "green"),
    (0.5, "Likely", ":material/help:", "blue"),
    (0.0, "A guess", ":material/question_mark:", "orange"),
)
"""From which certainty on a guess is called what."""


def show(workspace: Workspace, draft: Draft, found: Brought) -> None:
    """Table by table: the columns, the settings of what they hold, the first rows as they will be read."""
    kind = _choose_table(draft, found)
    pairs = proposal.pairs_of(draft, found, kind)
    with st.container(horizontal=True, vertical_alignment="center"):
        names = ", ".join(table.found.name for table in found.of(kind))
        st.caption(plain(f"Columns of {names}"), width="stretch")
        if kind in draft.pairs:
            st.button(
                "Back to the guesses",
                icon=":material/restart_alt:",
                type="tertiary",
                key="guess again",
                on_click=actions.attempt,
                args=(lambda: store.change(workspace, draft, lambda now: now.guessing(kind)),),
            )
    for role in roles.missing(pairs, kind):
        st.warning(plain(f"No column is the {role.lower()} yet: choose it below."), icon=":material/person_search:")
    _show_columns(workspace, draft, found, kind, pairs)
    cards = settings.cards(workspace, draft, found, kind, pairs)
    if len(cards) == 1 and kind != "items":
        # the rows are narrow enough to stand beside it
        left, right = st.columns([2, 3], gap="medium")
        with left.container(border=True, gap="small"):
            cards[0]()
        with right:
            previewing.show(draft, found, kind)
        return
    for room, card in zip(st.columns(max(len(cards), 1), gap="small"), cards, strict=False):
        with room.container(border=True, height="stretch", gap="small"):
            card()
    previewing.show(draft, found, kind)


def _choose_table(draft: Draft, found: Brought) -> TableKind:
    """Which table is looked at; a mark on those that lack something."""
    kinds = found.kinds
    # a widget that is not drawn, as at another stage, forgets
    looked_at = st.session_state.get(TABLE, st.session_state.get(KEPT_TABLE))
    st.session_state[TABLE] = looked_at if looked_at in kinds else kinds[0]
    if len(kinds) == 1:
        return kinds[0]

    def called(kind: TableKind) -> str:
        lacking = roles.missing(proposal.pairs_of(draft, found, kind), kind)
        return f"{kind.capitalize()}{' :material/warning:' if lacking else ''}"

    chosen: TableKind | None = st.segmented_control(
        "Table", kinds, format_func=called, key=TABLE, required=True, label_visibility="collapsed"
    )
    st.session_state[KEPT_TABLE] = chosen
    return chosen or kinds[0]


def _show_columns(workspace: Workspace, draft: Draft, found: Brought, kind: TableKind, pairs: dict[str, str]) -> None:
    """A row a column, used or not: nothing is left out unseen."""
    now = roles.roles_of(pairs, found.columns(kind))
    guessed: dict[str, list[Guess]] = {}
    for guess in reading.guesses(found, kind):
        if roles.role_of(guess.role) is not None:
            guessed.setdefault(guess.column, []).append(guess)
    samples = {column: table.sample[column] for table in reversed(found.of(kind)) for column in table.found.columns}
    used = [column for column, role in now.items() if role]
    with st.container(border=True, gap="small", key=f"columns_{kind}"):
        for column in used:
            _show_column(workspace, draft, kind, pairs, column, now[column], guessed.get(column, []), samples[column])
        idle = [column for column, role in now.items() if not role]
        if idle:
            st.caption(
                f"Not used: {len(idle)} of {len(now)} columns. Give one a role and it is read too."
                if used
                else "No column is used yet."
            )
        for column in idle:
            _show_column(workspace, draft, kind, pairs, column, "", guessed.get(column, []), samples[column])


def _show_column(
    workspace: Workspace,
    draft: Draft,
    kind: TableKind,
    pairs: dict[str, str],
    column: str,
    role: str,
    guessed: list[Guess],
    cells: pl.Series,
) -> None:
    key = f"role {kind} {hashlib.sha256(column.encode()).hexdigest()[:12]}"
    st.session_state[key] = role

    def choose() -> None:
        wanted = st.session_state[key]
        store.change(workspace, draft, lambda draft: draft.mapping(kind, roles.with_role(pairs, column, wanted)))

    with st.container(key=f"column_{key.replace(' ', '_')}"):
        name, chosen, why = st.columns([4, 3, 5], vertical_alignment="center")
        with name.container(gap=None):
            st.markdown(f"**{plain(column)}**")
            st.caption(plain(examples(cells)))
        chosen.selectbox(
            f"Role of {plain(column)}",
            roles.offered(kind),
            format_func=lambda role: roles.LABELS[role],
            key=key,
            label_visibility="collapsed",
            on_change=actions.attempt,
            args=(choose,),
        )
        with why.container(horizontal=True, vertical_alignment="center", gap="small"):
            _show_reason(role, guessed)


def _show_reason(role: str, guessed: list[Guess]) -> None:
    """Why the column has its role, and how sure that is."""
    wanted = set(role.split("+")) if role else set()
    fitting = [guess for guess in guessed if roles.role_of(guess.role) in wanted]
    if fitting and len(fitting) >= len(wanted):
        sure = min(guess.sure for guess in fitting)
        word, icon, color = next((word, icon, color) for low, word, icon, color in SURE if sure >= low)
        st.badge(word, icon=icon, color=color)  # type: ignore[arg-type]
        st.caption(plain(f"{_sentence(fitting[0].reason)}"), width="content")
    elif role or guessed:
        st.badge("Chosen", icon=":material/edit:", color="violet")
        was = [f"{roles.LABELS[roles.role_of(guess.role) or '']} ({guess.reason})" for guess in guessed]
        st.caption(plain(f"Guessed was: {'; '.join(was)}." if was else "Nothing was guessed."), width="content")
    else:
        st.caption("Nothing tells what it is for.", width="content")


def examples(cells: pl.Series) -> str:
    """The first different cells of a column, and how many are empty."""
    text = (
        cells.drop_nulls().cast(pl.String, strict=False)
        if not isinstance(cells.dtype, pl.List)
        else (cells.drop_nulls().cast(pl.List(pl.String)).list.join(", "))
    )
    shown = text.filter(text.str.strip_chars() != "").unique(maintain_order=True).head(EXAMPLES).to_list()
    cut = [one if len(one) <= 40 else f"{one[:39]}…" for one in shown]
    return " · ".join(cut) if cut else "no cell holds anything"


def _sentence(text: str) -> str:
    return f"{text[:1].upper()}{text[1:]}{'' if text.endswith('.') else '.'}"
