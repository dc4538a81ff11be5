"""The business rules of a re-ranker: what there is, and a form for one more."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import streamlit as st

from recengine.reports.text import one_line
from recengine.scenario import Workbench
from ui import actions
from ui.fusion.rule_words import (
    KINDS,
    MAX_ITEMS,
    OF_CATEGORY,
    category_names,
    item_choices,
    rule_lines,
    with_rule,
    without_rule,
)
from ui.text import plain

NUMBERS = {"pin": "Place", "boost": "Factor", "boost category": "Factor", "at_least": "Number", "at_most": "Number"}
Change = Callable[[dict[str, Any]], None]


def rule_panel(workbench: Workbench, settings: dict[str, Any], key: str, change: Change) -> None:
    """The rules in `settings`, each with a button that removes it. change: called with other settings."""
    lines = rule_lines(settings, workbench.dataset)
    if not lines:
        st.caption("No rule yet.")
    for setting, place, words in lines:
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            st.markdown(plain(words), width="stretch")
            st.button(
                "",
                icon=":material/close:",
                key=f"{key} {setting} {place} remove",
                help="Remove this rule",
                type="tertiary",
                on_click=actions.attempt,
                args=(partial(change, without_rule(settings, setting, place)),),
            )
    with st.popover("Add a rule", icon=":material/rule:"):
        _form(workbench, settings, key, change)


def _form(workbench: Workbench, settings: dict[str, Any], key: str, change: Change) -> None:
    dataset = workbench.dataset
    categories = category_names(dataset)
    kinds = [kind for kind in KINDS if categories or kind not in OF_CATEGORY]
    kind = st.selectbox("Rule", kinds, format_func=lambda one: KINDS[one], key=f"{key} kind")
    if kind in OF_CATEGORY:
        attribute = st.selectbox(
            "Attribute", list(categories), format_func=lambda one: plain(one.replace("_", " ")), key=f"{key} attribute"
        )
        category = st.selectbox("Category", categories[attribute], key=f"{key} {attribute} category")
        named: tuple[str, ...] = (attribute, category)
    else:
        search = ""
        if dataset.n_items > MAX_ITEMS:
            search = st.text_input("Search the catalogue", key=f"{key} search")
        titles, position = dataset.titles, dataset.item_position
        item = st.selectbox(
            "Item",
            item_choices(dataset, workbench.popularity, search),
            format_func=lambda one: one_line(titles[position[one]]),
            key=f"{key} item",
        )
        named = (item,) if item is not None else ()
    number = 0.0
    if label := NUMBERS.get(kind):
        factor = label == "Factor"
        number = float(
            st.number_input(
                label,
                min_value=0.1 if factor else 0 if kind == "at_most" else 1,
                value=2.0 if factor else 1,
                step=0.1 if factor else 1,
                key=f"{key} {label} number",
            )
        )
    st.button(
        "Add",
        icon=":material/add:",
        key=f"{key} add",
        disabled=not named,
        on_click=actions.attempt,
        args=(lambda: change(with_rule(settings, kind, named, number)),),
    )
