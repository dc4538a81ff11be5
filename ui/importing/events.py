"""The types of events, how often each comes, and what each weighs."""

from __future__ import annotations

from collections.abc import Mapping

import polars as pl
import streamlit as st
from streamlit.column_config import NumberColumn, TextColumn

from recengine.data.databases import table_of_statement
from recengine.data.mapping import usual_event_weight
from recengine.data.mapping.settings import written
from recengine.data.sources import read_found
from recengine.workspace import Workspace
from ui import actions
from ui.importing import store
from ui.importing.draft import Draft
from ui.importing.reading import Brought, BroughtTable

SETTING = "event.weight."
MOST_TYPES = 50
TABLE = "weights of events"


def show(workspace: Workspace, draft: Draft, found: Brought, pairs: Mapping[str, str]) -> None:
    """A table whose weights can be changed."""
    st.markdown("**Types of events**")
    with st.spinner("Counting the types of events"):
        counts = counted(found, pairs["event"])
    if counts.height > MOST_TYPES:
        st.warning(
            f"The column has {counts.height:,} different types, which is no list of event types. Is it the right one?",
            icon=":material/help:",
        )
    shown = weights_table(counts.head(MOST_TYPES), pairs)

    def keep() -> None:
        edits = st.session_state[TABLE]["edited_rows"]
        changed = dict(pairs)
        for row, cells in edits.items():
            if cells.get("Weight") is not None:
                changed[f"{SETTING}{shown['Type'][int(row)]}"] = written(float(cells["Weight"]))
        store.change(workspace, draft, lambda draft: draft.mapping("interactions", changed))

    st.data_editor(
        shown,
        hide_index=True,
        disabled=("Type", "Rows"),
        key=TABLE,
        column_config={
            "Type": TextColumn(),
            "Rows": NumberColumn(format="localized"),
            "Weight": NumberColumn(min_value=0.0, max_value=1e6, step=0.1, required=True),
        },
        on_change=actions.attempt,
        args=(keep,),
    )
    st.caption("What one interaction of each type weighs; 0 leaves them out. Change a weight in the table.")


def weights_table(counts: pl.DataFrame, pairs: Mapping[str, str]) -> pl.DataFrame:
    """`Type`, `Rows`, `Weight`: of the types there are, the weight that was chosen, else the usual one."""
    kinds = counts["type"].to_list()
    return pl.DataFrame(
        {
            "Type": kinds,
            "Rows": counts["rows"],
            "Weight": [float(pairs.get(f"{SETTING}{kind}", usual_weight(kind))) for kind in kinds],
        },
        schema={"Type": pl.String, "Rows": pl.Int64, "Weight": pl.Float64},
    )


def usual_weight(kind: str) -> float:
    """What a type of events weighs where nothing is said."""
    weight = usual_event_weight(kind)
    return 1.0 if weight is None else weight


def counted(found: Brought, column: str) -> pl.DataFrame:
    """`type` and `rows`, the most frequent first, over all tables of interactions."""
    tables = [table for table in found.of("interactions") if column in table.found.columns]
    counts = [_counts(table.stamp, table.source.part, column, _table=table) for table in tables]
    if not counts:
        return pl.DataFrame(schema={"type": pl.String, "rows": pl.Int64})
    return pl.concat(counts).group_by("type").agg(pl.col("rows").sum()).sort("rows", "type", descending=[True, False])


@st.cache_resource(max_entries=32, show_spinner=False)
def _counts(stamp: str, part: str, column: str, *, _table: BroughtTable) -> pl.DataFrame:
    if _table.source.connection is None:
        frame = read_found(_table.found, [column]).frame
    else:
        frame = table_of_statement(_table.source.connection, _table.source.statement or "").frame
    cells = frame[column].cast(pl.String).str.strip_chars().drop_nulls()
    counts = cells.filter(cells != "").value_counts(name="rows")
    return counts.select(pl.col(column).alias("type"), pl.col("rows").cast(pl.Int64))
