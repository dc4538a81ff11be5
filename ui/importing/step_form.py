"""A form for the settings of a step of cleaning, made from its options."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from recengine.data.cleaning import STEPS, Option
from ui.text import plain

NO_LIMIT = "none"
LEAST_WIDTH = 170


def show(name: str, usual: Mapping[str, str]) -> str:
    """A widget for each option; the text of the step as they stand. usual: defaults other than the options' own.

    Raises `DataError` for what cannot be meant.
    """
    options = STEPS[name].options
    if options:
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for option in options:
                with st.container(width=LEAST_WIDTH + 40):
                    _widget(name, option, usual.get(option.name, option.default))
    return text(name, usual)


def text(name: str, usual: Mapping[str, str]) -> str:
    """The step as its widgets stand, whether they are shown or not. Raises `DataError`."""
    settings = {}
    for option in STEPS[name].options:
        value = st.session_state.get(_kept(name, option), usual.get(option.name, option.default))
        settings[option.name] = "" if value is None else _written(value)
    return STEPS[name].of({key: value for key, value in settings.items() if value != ""}).text


def _widget(name: str, option: Option, default: object) -> None:
    """Shows what is kept, and keeps what is chosen: a widget that is not drawn forgets."""
    kept, key = _kept(name, option), f"option {name} {option.name}"
    st.session_state[key] = st.session_state.get(kept, default)
    label, tip = plain(option.label), plain(option.about)
    shared: dict[str, Any] = {"key": key, "help": tip, "on_change": _keep, "args": (kept, key)}
    if option.kind == "choice":
        st.selectbox(label, option.choices, format_func=lambda choice: choice.replace("-", " "), **shared)
    elif option.kind == "switch":
        st.toggle(label, **shared)
    elif option.kind == "time":
        st.text_input(label, placeholder="2024-01-31", **shared)
    elif option.kind == "whole":
        low, high = (None if end is None else int(end) for end in (option.low, option.high))
        st.number_input(label, low, high, step=1, placeholder=NO_LIMIT, **shared)
    else:
        least, most = (None if end is None else float(end) for end in (option.low, option.high))
        st.number_input(label, least, most, step=0.5, format="%g", placeholder=NO_LIMIT, **shared)


def _keep(kept: str, key: str) -> None:
    st.session_state[kept] = st.session_state[key]


def _kept(name: str, option: Option) -> str:
    return f"kept option {name} {option.name}"


def _written(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value).strip()
