"""A choice that stays in the link, of what one page alone shows."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from ui import state
from ui.text import plain
from ui.view import SHOWN


def choose(label: str, options: Mapping[str, str], key: str, default: str, *, show_label: bool = True) -> str:
    """The chosen key of `options`, which holds what each is called; `default` unless the link says otherwise.

    key: of `ui.view.CHOICES`. What the link asks for and is not there is said in one line.
    """
    asked = dict(state.current().choices).get(key, default)
    if asked not in options:
        there = ", ".join(options)
        st.warning(
            plain(f"{key}: there is no {asked[:SHOWN]!r}, there are {there}; {default} is shown."),
            icon=":material/link_off:",
        )
        asked = default
        _keep(key, asked)
    st.session_state[f"choice_{key}"] = asked
    st.segmented_control(
        label,
        list(options),
        format_func=lambda option: plain(options[option]),
        required=True,
        key=f"choice_{key}",
        label_visibility="visible" if show_label else "collapsed",
        on_change=lambda: _keep(key, st.session_state[f"choice_{key}"]),
    )
    return asked


def _keep(key: str, value: str) -> None:
    state.keep(state.current().choosing(key, value))
