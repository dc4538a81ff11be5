"""An item's profile on the page."""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import urlsplit

import streamlit as st

from recengine.data import Dataset
from recengine.data.profiles import Everyone, ItemProfile, item_profile
from recengine.reports.text import one_line
from ui import state
from ui.cold_start.panels import item_name
from ui.profiles import parts, tables
from ui.text import plain

TAKERS_HELP = (
    "How often those who take it are in each group, against how often all users with a positive are. Who takes it: "
    "users with a positive interaction with it."
)
TOGETHER_HELP = "What those who take this item also take, more often than everyone does."
MAX_TEXT = 1_200


def show(dataset: Dataset, everyone: Everyone, item: int) -> None:
    """What it is, who takes it, when, and with what else."""
    profile = item_profile(dataset, item, everyone)
    _head(dataset, profile)
    if not profile.interactions:
        return
    _figures(profile)
    st.markdown(f"**{plain(tables.item_reading(profile))}**")
    shifts = tables.shift_line(profile.numbers)
    if shifts:
        st.caption(plain(shifts))
    if profile.takers:
        parts.compare(profile.takers, "takers", choice="takers", title="Who takes it", meaning=TAKERS_HELP)
    parts.course(profile, "item")
    _others(profile)


def _head(dataset: Dataset, profile: ItemProfile) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        with st.container(gap=None, width="stretch"):
            st.subheader(plain(item_name(dataset, profile.position)), anchor=False)
            facts = tables.facts(profile.attributes)
            said = [f"id {one_line(profile.item)}", facts]
            if profile.first is not None and profile.last is not None:
                said.append(f"taken {tables.span(profile.first, profile.last)}")
            st.caption(plain(" · ".join(filter(None, said))))
        link = replace(state.current(), item=profile.item).params()
        st.page_link(
            "pages/explain.py",
            label=plain(f"Explain it for user {one_line(state.current().user)}"),
            icon=":material/account_tree:",
            width="content",
            query_params=link,
        )
        parts.document("item", profile)
    text = profile.text.strip()
    if text and text != profile.title:
        with st.expander("Its text, as scorers read it", icon=":material/notes:"):
            st.text(text if len(text) <= MAX_TEXT else f"{text[:MAX_TEXT]}…")
    _picture(dataset, profile)
    if not profile.interactions:
        st.info("Nobody has an interaction with this item, so nothing can be said of who takes it.")


def _picture(dataset: Dataset, profile: ItemProfile) -> None:
    """The address of a picture, where the data has one; fetched by the reader's browser only when they ask."""
    address = dataset.items["image"][profile.position] if "image" in dataset.items.columns else None
    if not address:
        return
    found = urlsplit(address)
    if found.scheme not in ("http", "https") or not found.hostname:
        st.caption(plain(f"Picture: {one_line(address)[:120]} (not an address that a browser can load)"))
        return
    asked = st.toggle(
        plain(f"Load its picture from {found.hostname}"),
        key=f"picture {profile.item}",
        help="Your browser asks that server for it, which then knows that you looked.",
    )
    if asked:
        st.image(address, width=220)


def _figures(profile: ItemProfile) -> None:
    values = profile.everyone.values
    with st.grid(5, min_column_width=150):
        parts.metric(
            "Interactions",
            f"{profile.interactions:,}",
            f"number {profile.rank:,}, more than {tables.more_than(profile.percentile)} of items",
            "One a user. Compared with the items that have at least one; ties count half.",
        )
        parts.metric(
            "Positive",
            f"{profile.positives:,}",
            f"{tables.share_of(profile.positives, profile.interactions)} of them",
            "Users who like it; what is compared with everyone below.",
        )
        if values is not None:
            parts.metric(
                "Mean value",
                tables.number(profile.mean),
                f"everyone {tables.number(values.mean)}",
                "Of all interactions.",
            )
        word, _, meaning = tables.PARTS[profile.part].partition(": ")
        parts.metric("Popularity", word, meaning, "")
        if profile.positives:
            parts.metric(
                "Its takers",
                tables.more_than(profile.taker_activity),
                "mean activity percentile",
                "0 to 100 %: how active those who take it are among all users. Above 50 % for most items, as active "
                "users take more of everything; much higher means that only the keenest find it.",
            )


def _others(profile: ItemProfile) -> None:
    together, fans = st.columns([3, 2], gap="medium")
    with together:
        if profile.together.is_empty():
            st.subheader("Taken together with", anchor=False, help=TOGETHER_HELP)
            st.caption("No other item is shared by enough of its users to say anything.")
        else:
            parts.rows(
                "Taken together with",
                profile.together,
                "item together",
                profile.position,
                lambda row: _open_item(profile.together["item_id"][row]),
                "Choose a row to look at that item.",
            )
    with fans:
        parts.rows(
            "Users, highest value first" if profile.values is not None else "Users",
            profile.fans,
            "item users",
            profile.position,
            lambda row: _open_user(profile.fans["user_id"][row]),
            "Choose a row to look at that user.",
        )


def _open_item(item: str) -> None:
    state.keep(replace(state.current(), item=item))


def _open_user(user: str) -> None:
    state.keep(replace(state.current(), user=user).choosing("profile", "user"))
