"""Every column and every group, as tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
import streamlit as st

from recengine.data.quality import QualityReport
from ui import exports
from ui.quality import words


def show(report: QualityReport) -> None:
    """Every column and every group, to sort and to take away."""
    for title, shown, whole, looks in (
        ("Columns", words.columns_table(report), report.columns, words.COLUMNS),
        ("Groups", words.groups_table(report), report.groups, words.GROUPS),
    ):
        if not shown.is_empty():
            _table(title, shown, whole, looks)


def _table(title: str, shown: pl.DataFrame, whole: pl.DataFrame, looks: Mapping[str, Any]) -> None:
    """One of them. whole: what its file holds."""
    name = title.lower()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        exports.table_csv(f"quality-{name}", f"{title} as CSV", lambda: whole)
    st.dataframe(
        shown,
        hide_index=True,
        column_config=dict(looks),
        key=f"quality {name}",
        placeholder="\u2013",
        height="content" if shown.height < 20 else 560,
    )
