"""Widgets that the parts of the Cold start page share."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import streamlit as st

from recengine.data import Attribute, AttributeValue, Dataset, known_categories
from recengine.models import Resources, TakesTexts
from recengine.reports.words import plain as as_words
from recengine.scenario import Workbench
from recengine.workspace import Workspace
from ui.cold_start.panels import MAX_OFFERED, item_name, offered

DERIVED = {"age_group": "age", "decade": "year"}
"""Attributes that follow from another, which is asked for instead."""
MAX_CHARACTERS = 1_000


def widget(dataset: Dataset, name: str) -> str:
    """The key of a widget of this page: what is chosen of one dataset means nothing in another."""
    return f"cold {name} {dataset.fingerprint[:12]}"


def resources(workspace: Workspace) -> Resources:
    """What reading a text may use."""
    return workspace.resources()


def pick_items(
    workbench: Workbench,
    label: str,
    name: str,
    placeholder: str,
    among: Sequence[int] | None = None,
    without: Collection[int] = (),
) -> list[int]:
    """Positions of the picked items. among: what can be picked; else the catalogue, the most popular first.

    without: what cannot be picked from the catalogue.
    """
    dataset = workbench.dataset
    key = widget(dataset, name)
    chosen = [item for item in st.session_state.get(key, []) if item not in without]
    if among is None:
        search = ""
        if dataset.n_items > MAX_OFFERED:
            search = st.text_input(
                "Search the catalogue", key=widget(dataset, f"{name} search"), persist_state="session"
            )
        options = [item for item in offered(dataset, workbench.popularity, chosen, search) if item not in without]
    else:
        options = list(among)
    if key in st.session_state:
        # of another split the history is another one
        possible = set(options)
        st.session_state[key] = [item for item in chosen if item in possible]
    return st.multiselect(
        label,
        options,
        format_func=lambda item: item_name(dataset, item),
        key=key,
        placeholder=placeholder,
        filter_mode="contains",
        select_all=False,
        persist_state="session",
    )


def ask_attributes(dataset: Dataset, of: str) -> dict[str, AttributeValue]:
    """What is known of a person, or of an item, by attribute: a widget each; what is left empty is not known.

    of: "users" or "items".
    """
    attributes = dataset.user_attributes if of == "users" else dataset.item_attributes
    table = dataset.users if of == "users" else dataset.items
    names = {attribute.name for attribute in attributes}
    known: dict[str, AttributeValue] = {}
    for attribute in attributes:
        if DERIVED.get(attribute.name) in names:
            continue
        value = _ask(dataset, attribute, known_categories(table, attribute), of)
        if value is not None and value != []:
            known[attribute.name] = value
    return known


def reads_words(workbench: Workbench) -> bool:
    """Whether a scorer takes a taste in words."""
    return any(isinstance(scorer, TakesTexts) for scorer in workbench.scorers.values())


def _ask(dataset: Dataset, attribute: Attribute, categories: list[str], of: str) -> AttributeValue | None:
    label = as_words(attribute.name).capitalize()
    key = widget(dataset, f"{of} {attribute.name}")
    if attribute.kind == "number":
        number: float | None = st.number_input(
            label, value=None, key=key, placeholder="Not known", persist_state="session", step=1.0, format="%g"
        )
        return number
    if attribute.kind == "categories":
        return st.multiselect(label, categories, key=key, placeholder="Not known", persist_state="session")
    return st.selectbox(label, categories, index=None, key=key, placeholder="Not known", persist_state="session")
