"""A table from a database: a named connection, a statement that reads, its first rows before it is taken."""

from __future__ import annotations

import streamlit as st

from recengine.data.databases import (
    FILE_VARIABLE,
    PREFIX,
    Connection,
    DatabaseTable,
    connections,
    preview,
    tables_of,
)
from recengine.data.importing.plan import TableSource
from recengine.errors import RecengineError
from recengine.workspace import Workspace
from ui import actions
from ui.importing import store
from ui.importing.draft import Draft
from ui.text import plain

PREVIEWED = "statement that was previewed"
STATEMENT = "statement over a database"
ROWS = 50


def show(workspace: Workspace, draft: Draft) -> None:
    """The connections that the configuration names; none of their passwords is ever on the page."""
    known = connections()
    if not known:
        st.caption(
            "No connection is configured. Whoever starts the studio names one in the environment, for example "
            f"{PREFIX}SHOP=postgresql://reader@host/shop, or in the file that {FILE_VARIABLE} names. Addresses and "
            "passwords stay there: pages, logs and the workspace know the name alone."
        )
        return
    name = st.selectbox("Connection", list(known), key="connection", width=320, on_change=_forget)
    asked = known[name]
    st.caption(plain(" · ".join(f"{key} {value}" for key, value in asked.facts.items())))
    if asked.problem:
        st.error(plain(asked.problem), icon=":material/error:")
        return
    _show_tables(asked)
    statement = st.text_area(
        "Statement that reads one table",
        key=STATEMENT,
        placeholder="SELECT user_id, item_id, rating, created_at FROM ratings",
        height=110,
        help="One SELECT. Whatever would write is refused; a preview stops after half a minute.",
    )
    with st.container(horizontal=True):
        if st.button("Show the first rows", icon=":material/visibility:", key="preview statement"):
            st.session_state[PREVIEWED] = (name, statement)
        add = st.empty()
    asked_for = st.session_state.get(PREVIEWED) == (name, statement) and bool(statement.strip())
    shown = asked_for and _show_rows(asked, statement)
    with add:
        st.button(
            "Add this table",
            type="primary",
            icon=":material/add:",
            key="add statement",
            disabled=not shown,
            help=None if shown else "Look at its first rows before.",
            on_click=actions.attempt,
            args=(
                lambda: store.change(
                    workspace,
                    draft,
                    lambda now: now.with_statement(TableSource(connection=name, statement=statement.strip())),
                ),
            ),
        )


def _show_tables(asked: Connection) -> None:
    """What could be read, when asked for: a database may be slow."""
    box = st.expander("Tables of this database", icon=":material/table_chart:", key="tables", on_change="rerun")
    if not box.open:
        return
    with box, st.spinner("Asking the database"):
        try:
            tables = {table.name: table for table in _tables(asked.name, _asked=asked)}
        except RecengineError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return
        if not tables:
            st.caption("The connection may read no table.")
            return
        chosen = st.selectbox(
            "Table",
            list(tables),
            format_func=lambda name: (
                f"{name} ({', '.join(tables[name].columns[:6])}{'…' * (len(tables[name].columns) > 6)})"
            ),
            key="table of the database",
        )
        st.button(
            "Write its statement",
            icon=":material/edit:",
            key="write statement",
            on_click=lambda: st.session_state.update({STATEMENT: tables[chosen].statement}),
        )


def _show_rows(asked: Connection, statement: str) -> bool:
    """The first rows; whether there are any to take."""
    with st.spinner("Asking the database"):
        try:
            table = preview(asked, statement, ROWS)
        except RecengineError as error:
            st.error(plain(str(error)), icon=":material/error:")
            return False
    st.caption(f"The first {table.frame.height:,} rows." if table.frame.height else "It gives no row.")
    st.dataframe(table.frame, hide_index=True, key="statement rows", height=280)
    return table.frame.height > 0


def _forget() -> None:
    st.session_state.pop(PREVIEWED, None)


@st.cache_resource(max_entries=8, ttl=60, show_spinner=False)
def _tables(name: str, *, _asked: Connection) -> tuple[DatabaseTable, ...]:
    return tables_of(_asked)
