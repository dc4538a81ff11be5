"""The first stage: files, folders and databases in, and what was recognised in each."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from recengine.data.importing.plan import TableSource
from recengine.data.sources import TableKind
from recengine.workspace import Workspace
from ui import actions
from ui.importing import beginning, store, uploading
from ui.importing.draft import Draft, Use, table_key
from ui.importing.reading import Brought, BroughtTable, Trouble
from ui.text import plain

USES: dict[Use, str] = {
    "interactions": "Interactions: who did what",
    "items": "Items: the catalogue",
    "users": "Users: who they are",
    "none": "Leave out",
}
ICONS: dict[Use, str] = {
    "interactions": ":material/swap_horiz:",
    "items": ":material/inventory_2:",
    "users": ":material/group:",
    "none": ":material/block:",
}


UNSURE = 0.5
"""A kind that is guessed with less certainty should be looked at."""
MOST_OFFERED = 4
"""Of tables that differ, for so many there is a button to use it alone."""


def show(workspace: Workspace, draft: Draft, found: Brought) -> None:
    """The ways in, then what there is."""
    uploading.ways_in(workspace, draft)
    if draft.is_empty:
        beginning.show(workspace)
    if not found.tables and not found.troubles:
        return
    st.subheader("What was brought", anchor=False)
    for trouble in found.troubles:
        _show_trouble(workspace, draft, trouble)
    for table in found.tables:
        _show_table(workspace, draft, table)
    _show_sums(workspace, draft, found)


def widget_key(source: TableSource) -> str:
    """A part of the keys of a table's widgets; names of files may hold anything."""
    return hashlib.sha256(table_key(source).encode()).hexdigest()[:12]


def _show_table(workspace: Workspace, draft: Draft, table: BroughtTable) -> None:
    key = f"use {widget_key(table.source)}"
    st.session_state[key] = table.kind
    with st.container(border=True, key=f"table_{widget_key(table.source)}"):
        left, middle, right = st.columns([5, 3, 1], vertical_alignment="center")
        with left.container(gap="xsmall"):
            with st.container(horizontal=True, vertical_alignment="center", gap="small"):
                st.markdown(f"**{plain(table.found.name)}**", width="content")
                st.badge(table.found.layout or table.found.format, color="violet" if table.found.layout else "gray")
            st.caption(plain(" · ".join(_facts(table))))
        with middle.container(gap="xsmall"):
            st.selectbox(
                f"Use {plain(table.found.name)} as",
                list(USES),
                format_func=lambda use: USES[use],
                key=key,
                label_visibility="collapsed",
                on_change=actions.attempt,
                args=(
                    lambda: store.change(workspace, draft, lambda now: now.using(table.source, st.session_state[key])),
                ),
            )
            st.caption("You chose this." if table.chosen else _why(table))
        _remove_button(right, workspace, draft, table.source)


def _why(table: BroughtTable) -> str:
    """The reason of the guess, and a warning where it is hardly one."""
    if table.sure < UNSURE:
        return f":orange[:material/help:] {plain(f'Hardly more than a guess: {table.reason}.')}"
    return plain(f"Guessed: {table.reason}.")


def _facts(table: BroughtTable) -> list[str]:
    """What was recognised, then its size."""
    columns = len(table.found.columns)
    ways = {"encoding": "{1}", "rows": "{1} rows"}
    facts = [ways.get(name, "{0} {1}").format(name, value) for name, value in table.found.facts.items()]
    return [*facts, f"{columns:,} column{'' if columns == 1 else 's'}"]


def _show_trouble(workspace: Workspace, draft: Draft, trouble: Trouble) -> None:
    with st.container(border=True):
        left, right = st.columns([8, 1], vertical_alignment="center")
        left.error(plain(trouble.why), icon=":material/error:")
        _remove_button(right, workspace, draft, trouble.source)


def _remove_button(room: DeltaGenerator, workspace: Workspace, draft: Draft, source: TableSource) -> None:
    def remove() -> None:
        if source.path is None:
            store.change(workspace, draft, lambda now: now.without_statement(source))
        else:
            store.change(workspace, draft, lambda now: now.without_file(source.path or ""))

    room.button(
        "Remove",
        icon=":material/delete:",
        key=f"remove {widget_key(source)}",
        type="tertiary",
        help="Take the whole file out of this import; the file itself stays.",
        on_click=actions.attempt,
        args=(remove,),
    )


def _show_sums(workspace: Workspace, draft: Draft, found: Brought) -> None:
    """What is read as one, and what is still missing."""
    for kind in found.kinds:
        tables = found.of(kind)
        if len(tables) < 2:
            continue
        if any(set(table.found.columns) != set(tables[0].found.columns) for table in tables):
            _show_unlike(workspace, draft, kind, tables)
        else:
            st.info(f"{len(tables)} tables of {kind} are read as one, one after the other.", icon=":material/join:")
    if found.tables and not found.of("interactions"):
        st.warning(
            "No table of interactions yet: who did what with which item. Bring one, or say which of these it is.",
            icon=":material/swap_horiz:",
        )


def _show_unlike(workspace: Workspace, draft: Draft, kind: TableKind, tables: Sequence[BroughtTable]) -> None:
    """Tables of one kind with different columns: seldom parts of one, mostly two tellings of the same."""
    own = {
        table.found.name: set(table.found.columns).difference(
            *(one.found.columns for one in tables if one is not table)
        )
        for table in tables
    }
    differ = "; ".join(f"{', '.join(sorted(columns))} only in {name}" for name, columns in own.items() if columns)
    with st.container(border=True, key=f"unlike_{kind}"):
        st.warning(
            plain(
                f"{len(tables)} tables are used as {kind} and would be read as one, one after the other, but their "
                f"columns differ: {differ or 'some lack columns of others'}. Where a table has no such column its "
                "cells are empty. If they tell of the same twice, use one of them:"
            ),
            icon=":material/join:",
        )
        with st.container(horizontal=True):
            for table in tables[:MOST_OFFERED]:
                st.button(
                    plain(f"Only {table.found.name}"),
                    icon=":material/filter_1:",
                    key=f"only {widget_key(table.source)}",
                    help="Leaves the others out of this import.",
                    on_click=actions.attempt,
                    args=(lambda table=table: _use_only(workspace, draft, table, tables),),
                )


def _use_only(workspace: Workspace, draft: Draft, wanted: BroughtTable, tables: Sequence[BroughtTable]) -> None:
    others: dict[str, Use] = {table_key(table.source): "none" for table in tables if table is not wanted}
    store.change(workspace, draft, lambda now: replace(now, uses={**now.uses, **others}))
