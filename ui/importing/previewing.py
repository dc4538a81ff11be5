"""The first rows as the import will read them: by the engine itself, not as the cells stand in the file."""

from __future__ import annotations

import json

import polars as pl
import streamlit as st
from streamlit.column_config import CheckboxColumn, DatetimeColumn, NumberColumn, TextColumn

from recengine.data import ColumnMapping
from recengine.data.entities import build_items, build_users
from recengine.data.mapping import are_positive, propose_threshold, weights_of
from recengine.data.material import Material, make_material
from recengine.data.sources import TableKind
from recengine.data.table import Table
from recengine.errors import RecengineError
from ui.importing import proposal, roles
from ui.importing.draft import Draft
from ui.importing.reading import Brought, BroughtTable
from ui.text import plain

ROWS = 12
LOOKED_AT = 200
"""Rows of a catalogue that are read for a preview."""
COLUMNS = {
    "User": TextColumn(),
    "Item": TextColumn(),
    "Event": TextColumn(),
    "Value": NumberColumn(format="%.4g", help="As read from the cell."),
    "Weight": NumberColumn(format="%.4g", help="What scorers learn from: the value after cutting and the rule."),
    "Liked": CheckboxColumn(help="Whether it counts as a sign of liking."),
    "Time": DatetimeColumn(format="YYYY-MM-DD HH:mm:ss", timezone="UTC", help="In UTC."),
    "Session": TextColumn(),
}
NO_TABLE = pl.Series("id", [], dtype=pl.String)


def show(draft: Draft, found: Brought, kind: TableKind) -> None:
    """A table of them, and what of the rows looked at cannot be read."""
    if roles.missing(proposal.pairs_of(draft, found, kind), kind):
        return
    st.markdown("**The first rows, as they will be read**")
    table = found.of(kind)[0]
    try:
        mapping = proposal.mapping_of_table(draft, found, kind)
        if kind == "interactions":
            _show_interactions(draft, table, mapping)
        else:
            _show_entities(table, mapping, kind)
    except RecengineError as error:
        st.error(plain(str(error)), icon=":material/error:")


def _show_interactions(draft: Draft, table: BroughtTable, mapping: ColumnMapping) -> None:
    material = _read(
        f"{table.stamp}\n{table.source.part}", json.dumps(mapping.to_json()), _table=table, _mapping=mapping
    )
    rows = preview_of(material, draft.positive_from)
    st.dataframe(rows.head(ROWS), hide_index=True, key="preview interactions", column_config=COLUMNS, height="content")
    if material.unreadable.height:
        row = material.unreadable.row(0, named=True)
        st.warning(
            plain(
                f"{material.unreadable.height:,} cells of the first {table.sample.height:,} rows cannot be read, "
                f"such as {row['cell'] or 'an empty one'} in {row['column']}, which must be {row['must']}. "
                "Choose another column or form, or leave such rows out by cleaning."
            ),
            icon=":material/rule:",
        )


def preview_of(material: Material, positive_from: float | str | None) -> pl.DataFrame:
    """The interactions as people read them, ids as text and times in UTC; the columns of `COLUMNS` that are mapped."""
    events, mapping = material.events, material.mapping
    values = events["value"]
    lowest = propose_threshold(values).lowest if positive_from == "auto" else positive_from
    liked = are_positive(values, None if lowest is None or mapping.value is None else float(lowest))
    columns = {
        "User": material.user_ids.gather(events["user"]),
        "Item": material.item_ids.gather(events["item"]),
        "Event": events["event"].cast(pl.String) if "event" in events else None,
        "Value": values if mapping.value is not None else None,
        "Weight": weights_of(values, mapping.value_rule, mapping.value_clip),
        "Liked": liked,
        "Time": (events["time"] * 1000).cast(pl.Datetime("ms", "UTC")) if mapping.time is not None else None,
        "Session": events["session"].cast(pl.String) if "session" in events else None,
    }
    return pl.DataFrame({name: column for name, column in columns.items() if column is not None})


def _show_entities(table: BroughtTable, mapping: ColumnMapping, kind: TableKind) -> None:
    column = (mapping.item_id if kind == "items" else mapping.user_id) or ""
    # an id that comes twice is the business of cleaning
    rows = Table(table.found.name, table.sample.head(LOOKED_AT).unique(column, keep="first", maintain_order=True))
    made = build_items(rows, mapping, NO_TABLE) if kind == "items" else build_users(rows, mapping, NO_TABLE)
    st.dataframe(made.frame.head(ROWS), hide_index=True, key=f"preview {kind}", height="content")
    kinds = ", ".join(f"{attribute.name} ({attribute.kind})" for attribute in made.attributes)
    said = f"Attributes: {kinds}." if kinds else "It has no attributes."
    st.caption(plain(f"{said} The column text is what scorers read that know language." if kind == "items" else said))


@st.cache_resource(max_entries=32, show_spinner=False)
def _read(stamp: str, mapping: str, *, _table: BroughtTable, _mapping: ColumnMapping) -> Material:
    return make_material({"interactions": Table(_table.found.name, _table.sample)}, _mapping)
