"""A user's profile on the page."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.data import Dataset
from recengine.data.profiles import Everyone, UserProfile, user_profile
from recengine.reports.text import one_line
from recengine.reports.words import UNDEFINED, share
from recengine.workspace import Workspace
from ui import state
from ui.profiles import parts, tables, words
from ui.text import plain

TASTE_HELP = (
    "How often the user's positives are in each group, against how often everyone's are. An item of several groups "
    "counts in each."
)
TAIL_HELP = (
    "Share of the user's positives outside the head, the most popular items that together hold four fifths of all "
    "positives. High: a taste of their own, which popularity serves badly."
)


def show(workspace: Workspace, dataset: Dataset, everyone: Everyone, user: int) -> None:
    """Who they are, what they like, in words too, when, and what exactly."""
    profile = user_profile(dataset, user, everyone)
    _head(profile)
    if not profile.interactions:
        return
    _figures(profile)
    st.markdown(f"**{plain(tables.user_reading(profile))}**")
    shifts = tables.shift_line(profile.numbers)
    if shifts:
        st.caption(plain(shifts))
    if profile.tastes:
        parts.compare(profile.tastes, "taste", choice="taste", title="What they like", meaning=TASTE_HELP)
    words.show(workspace, dataset, user)
    parts.course(profile, "user")
    _items(profile)


def _head(profile: UserProfile) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.subheader(plain(f"User {one_line(profile.user)}"), anchor=False)
            st.caption(plain(tables.facts(profile.attributes) or "Nothing is known of them but the id."))
        link = state.current().params()
        st.page_link("pages/studio.py", label="Their list", icon=":material/tune:", width="content", query_params=link)
        st.page_link(
            "pages/explain.py", label="Explain it", icon=":material/account_tree:", width="content", query_params=link
        )
        parts.document("user", profile)
    if not profile.interactions:
        st.info(plain(tables.user_reading(profile)), icon=":material/person_off:")


def _figures(profile: UserProfile) -> None:
    values = profile.everyone.values
    with st.grid(5, min_column_width=150):
        parts.metric(
            "Interactions",
            f"{profile.interactions:,}",
            f"more than {tables.more_than(profile.percentile)} of users",
            "Of the users with at least one; ties count half.",
        )
        parts.metric(
            "Positive",
            f"{profile.positives:,}",
            f"{tables.share_of(profile.positives, profile.interactions)} of them",
            "Interactions that count as liking; what is compared with everyone below.",
        )
        if values is not None:
            parts.metric(
                "Mean value",
                tables.number(profile.mean),
                f"everyone {tables.number(values.mean)}",
                "Of all interactions.",
            )
        parts.metric(
            "Long tail",
            share(profile.long_tail, 0) if profile.positives else UNDEFINED,
            f"everyone {share(profile.everyone_long_tail, 0)}",
            TAIL_HELP,
        )
        if profile.first is not None and profile.last is not None:
            days = "1 day" if profile.active_days == 1 else f"{profile.active_days:,} days"
            parts.metric("Active on", days, tables.span(profile.first, profile.last), "Different days, UTC.")


def _items(profile: UserProfile) -> None:
    latest, highest = st.columns(2, gap="medium")
    hint = "Choose a row to see who takes the item."
    dated = profile.first is not None
    with latest:
        title = "Latest" if dated else "Last in the data"
        parts.rows(
            title,
            profile.recent,
            "user latest",
            profile.position,
            lambda row: _open(profile.recent["item_id"][row]),
            hint,
        )
    if profile.values is not None:
        with highest:
            parts.rows(
                "Highest valued",
                profile.highest,
                "user highest",
                profile.position,
                lambda row: _open(profile.highest["item_id"][row]),
                hint,
            )


def _open(item: str) -> None:
    state.keep(replace(state.current(), item=item).choosing("profile", "item"))
