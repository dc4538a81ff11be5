"""The first rows as the import will read them: by the engine itself, not as the cells stand in the file."""

from __future__ import annotations

from typing import Literal

import polars as pl
import streamlit as st
from streamlit.column_config import TextColumn

from recengine.data.importing.joining import join_tables
from recengine.data.importing.preview import MARK, preview
from recengine.data.sources import TableKind
from recengine.data.table import Table
from recengine.errors import RecengineError
from ui.importing import proposal, roles
from ui.importing.draft import Draft
from ui.importing.reading import SAMPLE_ROWS, Brought
from ui.text import plain

ROWS = 12
CALLED = {
    "user": "User",
    "item": "Item",
    "value": "Value",
    "event": "Event",
    "weight": "Weight",
    "positive": "Liked",
    "time": "Time",
    "session": "Session",
}
HELP = {
    "weight": "What scorers learn from: the value after cutting and the rule, times the weight of its event.",
    "positive": "Whether it counts as a sign of liking.",
    "time": "In UTC.",
    "text": "What scorers read that know language.",
}


def show(draft: Draft, found: Brought, kind: TableKind) -> None:
    """A table of them, and how many of the rows looked at have a cell that cannot be read."""
    if roles.missing(proposal.pairs_of(draft, found, kind), kind):
        return
    st.markdown("**The first rows, as they will be read**")
    try:
        rows = read(draft, found, kind)
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")
        return
    looks = {
        column: TextColumn(CALLED.get(column, column) if kind == "interactions" else column, help=HELP.get(column))
        for column in rows.columns
    }
    st.dataframe(rows.head(ROWS), hide_index=True, key=f"preview {kind}", height="content", column_config=looks)
    bad = rows.filter(pl.any_horizontal(pl.all().str.starts_with(MARK)))
    if bad.height:
        st.warning(
            f"{bad.height:,} of the first {rows.height:,} rows have a cell that cannot be read. Choose another column "
            "or form for it, or let a step of cleaning deal with them. They begin like this:",
            icon=":material/rule:",
        )
        st.dataframe(bad.head(3), hide_index=True, key=f"unreadable {kind}", height="content", column_config=looks)


def read(draft: Draft, found: Brought, kind: TableKind) -> pl.DataFrame:
    """The rows of the sample, all as text. Raises `DataError` for a mapping that cannot be used."""
    mapping = proposal.mapping_of_table(draft, found, kind)
    parts = [Table(table.found.name, table.sample) for table in found.of(kind)]
    table = parts[0] if len(parts) == 1 else join_tables(parts, found.columns(kind))
    positive: float | Literal["auto"] | None = "auto"
    if draft.positive_from is None or isinstance(draft.positive_from, (int, float)):
        positive = draft.positive_from
    return preview(mapping, kind, table, SAMPLE_ROWS, positive_from=positive)
