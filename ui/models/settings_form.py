"""A form for the settings of any recipe, made from what the recipe says of them."""

from __future__ import annotations

import math
from contextlib import nullcontext
from typing import Any

import streamlit as st

from recengine.models import Recipe
from recengine.models.settings import Choice, Number, SettingFacts, Switch, Text, Whole
from ui.models.offers import value_words
from ui.text import plain

ABBREVIATIONS = frozenset({"cg"})
"""Words of setting names that are written in capitals."""
SHARE = 1.0
"""Upper end of a number that is a share, which is a slider of so many `STEPS`."""
STEPS = 20


def settings_form(recipe: Recipe, key: str) -> dict[str, Any]:
    """A widget for each setting, filled with those of `recipe`; their values. To be drawn inside a form.

    Those of a group stand under its name, folded away: few people change them.
    """
    values, facts = recipe.settings(), recipe.facts()
    chosen: dict[str, Any] = {}
    for group in dict.fromkeys(fact.group for fact in facts):
        with st.expander(group) if group else nullcontext():
            for fact in facts:
                if fact.group == group:
                    chosen[fact.name] = setting_widget(fact, values[fact.name], f"{key} {fact.name}")
    return chosen


def setting_widget(fact: SettingFacts, value: Any, key: str, called: str = "") -> Any:
    """A widget for one setting that shows `value`; its value now. called: instead of the setting's own name."""
    label = plain(called or setting_label(fact.name))
    check = fact.check
    tip = plain(f"{fact.description} Default: {value_words(fact.default)}.")
    if isinstance(check, Whole):
        return int(st.number_input(label, check.low, check.high, value, help=tip, key=key))
    if isinstance(check, Number) and check.high == SHARE and check.zero:
        return st.slider(label, 0.0, SHARE, value, step=SHARE / STEPS, format="%.2f", help=tip, key=key)
    if isinstance(check, Number):
        return float(
            st.number_input(
                label, 0.0, float(check.high), float(value), step=step(value), format="%g", help=tip, key=key
            )
        )
    if isinstance(check, Switch):
        return st.toggle(label, value, help=tip, key=key)
    if isinstance(check, Choice):
        return st.selectbox(label, check.options, check.options.index(value), help=tip, key=key)
    if isinstance(check, Text):
        return st.text_input(label, value, help=tip, key=key)
    # a kind of setting that only its recipe knows how to write
    st.caption(f"{label}: {plain(value_words(value) or 'none')}")
    return value


def step(value: float) -> float:
    """A tenth of the value's order of magnitude: 0.01 for 0.5, 1 for 20."""
    return 0.1 if value <= 0 else float(10.0 ** (math.floor(math.log10(value)) - 1))


def setting_label(name: str) -> str:
    """How a form calls a setting: "Half life", "CG steps"."""
    words = name.split("_")
    first = words[0].upper() if words[0] in ABBREVIATIONS else words[0].capitalize()
    return " ".join([first, *words[1:]])
