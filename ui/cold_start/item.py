"""A new item on the Cold start page: what it is, who would get it, and what is like it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import polars as pl
import streamlit as st

from recengine.coldstart import Audience, audience_by_group, place_new_item, similar_items
from recengine.data import AttributeValue, describe_item
from recengine.errors import ScenarioError
from recengine.fairness.groups import user_groupings
from recengine.fusion import Fusion
from recengine.models import TakesNewItems
from recengine.reports import cold_start_tables as tables
from recengine.reports.text import one_line
from recengine.reports.words import plain as as_words
from recengine.scenario import Workbench
from recengine.workspace import Workspace
from ui import exports, parts, state
from ui.cold_start import widgets
from ui.frame import notice
from ui.text import plain

SHOWN_USERS = 100
SIMILAR = 10
FLOORS = ("Popularity", "Floor")
"""Families whose scorers say the same of every new item."""


@st.fragment(key="cold_item")
def new_item(workspace: Workspace, workbench: Workbench) -> None:
    """What a new item is, and at once its audience and the items like it."""
    asked, found = st.columns([2, 3], gap="medium")
    with asked.container(border=True):
        title, text, attributes, only_readers = _ask(workbench)
    with found, notice():
        if not (title.strip() or text.strip() or attributes):
            st.info("Say what the item is: a title, a few words or a category are enough.", icon=":material/edit:")
            return
        _show(workspace, workbench, title, text, attributes, only_readers=only_readers)


def _ask(workbench: Workbench) -> tuple[str, str, dict[str, AttributeValue], bool]:
    dataset = workbench.dataset
    title = st.text_input(
        "Title",
        key=widgets.widget(dataset, "item title"),
        max_chars=200,
        placeholder="The Slow Ship",
        persist_state="session",
    )
    text = st.text_area(
        "What it is about",
        key=widgets.widget(dataset, "item text"),
        max_chars=widgets.MAX_CHARACTERS,
        placeholder="A crew drifts between the stars for generations",
        height=100,
        persist_state="session",
    )
    attributes = widgets.ask_attributes(dataset, "items") if dataset.item_attributes else {}
    only_readers = st.toggle(
        "Only scorers that read the item",
        key=widgets.widget(dataset, "only readers"),
        help="Collaborative filtering has no opinion on an item that nobody took, and popularity puts it last. Leave "
        "them out to see whom it suits; keep them to see who would get it today.",
        persist_state="session",
    )
    return title, text, attributes, only_readers


def _show(
    workspace: Workspace,
    workbench: Workbench,
    title: str,
    text: str,
    attributes: Mapping[str, AttributeValue],
    *,
    only_readers: bool,
) -> None:
    dataset, scenario = workbench.dataset, state.current().scenario
    resources = widgets.resources(workspace)
    item = describe_item(dataset, title=title, text=text, attributes=attributes)
    fusion = readers_only(workbench, scenario.fusion) if only_readers else scenario.fusion
    with st.spinner("Placing the item in every list"):
        audience = place_new_item(workbench.pool, workbench.source, fusion, item, scenario.k, resources=resources)
        similar = similar_items(dataset, item, SIMILAR, resources=resources)
    _reached(workbench, audience)
    _groups(workbench, audience)
    _users(workbench, audience)
    near = tables.similar_table(similar, dataset)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Items like it", anchor=False, width="stretch")
        exports.table_csv("similar", "Similar items as CSV", lambda: near)
    if near.is_empty():
        st.caption("Nothing in the catalogue can be compared with it.")
        return
    st.dataframe(
        near.select(
            pl.col("title").map_elements(one_line, return_dtype=pl.String).alias("Title"),
            pl.col("similarity").alias("Similarity"),
            pl.col("shared").alias("Both are"),
            pl.col("text").fill_nan(None).alias("By text"),
            pl.col("attributes").fill_nan(None).alias("By categories"),
        ),
        hide_index=True,
        key="similar",
        column_config={
            "Similarity": st.column_config.ProgressColumn(
                format="%.2f", min_value=0, max_value=1, help="Mean of the two cosines on the right."
            ),
            "By text": st.column_config.NumberColumn(format="%.2f"),
            "By categories": st.column_config.NumberColumn(format="%.2f"),
        },
    )


def readers_only(workbench: Workbench, fusion: Fusion) -> Fusion:
    """`fusion` without the scorers that know nothing of a new item; alike where it weighs none of the others.

    Raises `ScenarioError` where no scorer reads items.
    """
    families = [recipe.family for recipe in state.current().scenario.recipes().values()]
    reads = [
        isinstance(scorer, TakesNewItems) and family not in FLOORS
        for scorer, family in zip(workbench.scorers.values(), families, strict=True)
    ]
    if not any(reads):
        raise ScenarioError("new item: no scorer here reads items. Fit text or category on the Models page.")
    weights = [weight * read for weight, read in zip(fusion.weights, reads, strict=True)]
    return replace(fusion, weights=tuple(weights if any(weights) else map(float, reads)))


def _reached(workbench: Workbench, audience: Audience) -> None:
    """How many would get it, and what keeps it back."""
    reached, users = int(audience.reached.sum()), len(audience.users)
    best = audience.ranks[audience.ranks > 0]
    with st.container(horizontal=True):
        st.metric(f"In the best {audience.k} of", f"{reached:,} of {users:,} users", border=True)
        st.metric("Best rank", f"{best.min():,}" if len(best) else f"beyond {audience.depth}", border=True)
        among = int((audience.ranks > 0).sum())
        st.metric(f"In the best {audience.depth} of", f"{among:,} users", border=True)
    labels = list(parts.labels(workbench).values())
    silent = [label for label, opinion in zip(labels, audience.opinions, strict=True) if not opinion]
    if silent:
        st.caption(plain(f"No opinion on an item that nobody took: {', '.join(silent)}. It counts as neutral there."))


def _groups(workbench: Workbench, audience: Audience) -> None:
    groupings = list(user_groupings(workbench.fitted_on))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.subheader("Who would get it", anchor=False, width="stretch")
        by = st.selectbox(
            "Groups by",
            groupings,
            format_func=lambda name: as_words(name).capitalize(),
            key=widgets.widget(workbench.dataset, "groups"),
            label_visibility="collapsed",
            width=180,
            persist_state="session",
        )
        groups = audience_by_group(audience, workbench.fitted_on, by)
        exports.table_csv("audience_groups", "Groups as CSV", lambda: groups)
    st.dataframe(
        groups.select(
            pl.col("group").alias(as_words(by).capitalize()),
            pl.col("users").alias("Users"),
            pl.col("reached").alias("Would get it"),
            pl.col("share").alias("Share"),
        ),
        hide_index=True,
        key="groups",
        column_config={"Share": st.column_config.ProgressColumn(format="percent", min_value=0, max_value=1)},
    )


def _users(workbench: Workbench, audience: Audience) -> None:
    dataset = workbench.dataset
    table = tables.audience_table(audience, dataset, tuple(workbench.fitted))
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption("Those who would get it highest first.", width="stretch")
        exports.table_csv("audience", "All users as CSV", lambda: table)
    attributes = {
        f"user_{one.name}": as_words(one.name).capitalize()
        for one in dataset.user_attributes
        if one.kind != "categories"
    }
    st.dataframe(
        table.head(SHOWN_USERS).select(
            pl.col("user_id").alias("User"),
            pl.col("rank").alias("Rank"),
            pl.col("score").alias("Score"),
            *(pl.col(name).alias(called) for name, called in attributes.items()),
        ),
        hide_index=True,
        height=240,
        key="audience",
        column_config={
            "Rank": st.column_config.NumberColumn(help=f"Its place in the user's list; empty beyond {audience.depth}."),
            "Score": st.column_config.NumberColumn(format="%.3f"),
        },
    )
