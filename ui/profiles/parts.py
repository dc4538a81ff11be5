"""Parts that the profile of a user and that of an item share."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import polars as pl
import streamlit as st

from recengine.cli.output import plain as json_values
from recengine.data.profiles import ItemProfile, Lifts, UserProfile
from recengine.reports import figures
from ui import charts, choices, exports
from ui.profiles import tables
from ui.text import plain

CHANCE = (
    "Dot: times as likely as with everyone, with its 95 % interval; dashed: like everyone. Open dots rest on few. "
    "With many groups some leave out 1 by chance alone."
)


def metric(label: str, value: str, note: str, meaning: str) -> None:
    """A figure with what it is compared with under it."""
    with st.container(border=True, gap=None, height="stretch"):
        st.metric(label, value, help=meaning)
        st.caption(plain(note))


def compare(found: tuple[Lifts, ...], key: str, *, choice: str, title: str, meaning: str) -> None:
    """Groups against everyone, an attribute at a time: chart, table, file. choice: its key in the link."""
    names = {one.attribute: tables.capital(one.attribute) for one in found}
    first = next((one.attribute for one in found if one.telling), next(iter(names)))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch", help=meaning)
        exports.table_csv(f"{key}-groups", "All groups as CSV", lambda: tables.all_lifts(found))
    by = choices.choose("By", names, choice, first) if len(names) > 1 else first
    one = next(one for one in found if one.attribute == by)
    chart, table = st.columns(2, gap="medium")
    with chart:
        charts.show(figures.lifts_figure(one, theme=charts.PAGE), alt=figures.lifts_alt(one), key=f"{key} groups")
        st.caption(CHANCE)
    with table:
        listed = tables.lift_rows(one)
        st.dataframe(
            listed,
            hide_index=True,
            column_config=tables.LIFT_COLUMNS,
            key=f"{key} group rows",
            height=table_height(listed, 15),
        )
        more = f" The {one.omitted:,} smallest groups are left out." if one.omitted else ""
        st.caption(plain(f"Of {one.known:,} with a known {by.replace('_', ' ')}.{more}"))


def course(profile: UserProfile | ItemProfile, key: str) -> None:
    """When, and which values, beside everyone's."""
    times, values = profile.everyone.times, profile.everyone.values
    dated = times is not None and profile.over_time is not None and profile.over_time.sum() > 0
    valued = values is not None and profile.values is not None and profile.values.sum() > 0
    if not dated and not valued:
        return
    when, which = st.columns(2, gap="medium") if dated and valued else (st.container(), st.container())
    if times is not None and profile.over_time is not None and dated:
        with when:
            counts = profile.over_time
            _title("When", f"{key}-over-time", lambda: _counts(times.every, times.labels, counts, times.everyone))
            charts.show(
                figures.over_time_figure(times, counts, theme=charts.PAGE),
                alt=figures.over_time_alt(times, counts),
                key=f"{key} over time",
            )
    if values is not None and profile.values is not None and valued:
        with which:
            shares = profile.values
            _title("Which values", f"{key}-values", lambda: _counts("value", values.labels, shares, values.everyone))
            charts.show(
                figures.own_values_figure(values, shares, theme=charts.PAGE),
                alt=figures.own_values_alt(values, shares),
                key=f"{key} values",
            )


def rows(title: str, frame: pl.DataFrame, name: str, of: int, open_row: Callable[[int], None], hint: str) -> None:
    """A table of interactions whose rows open the other side's profile. of: whose it is, by position."""
    key = f"{name} {of}"  # a selection holds for one table

    def selected() -> None:
        chosen = st.session_state[key].selection.rows
        if chosen:
            open_row(chosen[0])

    _title(title, name.replace(" ", "-"), lambda: frame)
    shown = tables.together(frame) if "lift" in frame.columns else tables.interactions(frame)
    st.dataframe(
        shown,
        hide_index=True,
        key=key,
        column_config=tables.TOGETHER_COLUMNS if "lift" in frame.columns else tables.ITEM_COLUMNS,
        on_select=selected,
        selection_mode="single-row",
        height=table_height(shown, 10),
    )
    st.caption(hint)


def table_height(frame: pl.DataFrame, rows: int) -> int:
    """Pixels for all of a table, or for `rows` of it."""
    return 38 + 35 * min(frame.height, rows)


def document(name: str, profile: UserProfile | ItemProfile) -> None:
    """The whole profile as JSON, as the command line gives it."""
    st.download_button(
        "Profile as JSON",
        lambda: json.dumps(json_values(profile.to_json()), ensure_ascii=False, indent=2).encode(),
        f"{name}.json",
        "application/json",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
        key=f"file {name}.json",
    )


def _title(title: str, name: str, table: Callable[[], pl.DataFrame]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader(title, anchor=False, width="stretch")
        exports.table_csv(name, "CSV", table)


def _counts(name: str, labels: tuple[str, ...], here: Any, everyone: Any) -> pl.DataFrame:
    return pl.DataFrame({name: labels, "here": here, "everyone": everyone})
