"""The first rows as they will be read."""

from __future__ import annotations

import streamlit as st

from recengine.data.sources import TableKind
from ui.importing import proposal, roles
from ui.importing.draft import Draft
from ui.importing.reading import Brought

ROWS = 20


def show(draft: Draft, found: Brought, kind: TableKind) -> None:
    """A table of them."""
    pairs = proposal.pairs_of(draft, found, kind)
    used = [column for column, role in roles.roles_of(pairs, found.columns(kind)).items() if role]
    st.markdown("**The first rows, as they will be read**")
    st.dataframe(found.of(kind)[0].sample.head(ROWS).select(used), hide_index=True, key=f"preview {kind}")
