"""The chain of re-rankers: add, order, set and remove them, with what each costs."""

from __future__ import annotations

from dataclasses import replace

import streamlit as st

from recengine.fusion import RERANKERS, make_reranker
from recengine.scenario import Scenario, Workbench
from recengine.scenario.scenario import Choice
from ui import state
from ui.settings_form import setting_widget
from ui.text import plain


def reranker_chain(workbench: Workbench, scenario: Scenario) -> tuple[Choice, ...]:
    """The chain as the widgets show it."""
    st.markdown(
        "**Re-rankers**", help="Each reorders the best items of the list before it, for other reasons than score."
    )
    if not scenario.rerankers:
        st.caption("None: the list is as the strategy ranks it.")
    chain = tuple(_reranker(place, scenario) for place in range(len(scenario.rerankers)))
    _add(scenario)
    return chain


def _reranker(place: int, scenario: Scenario) -> Choice:
    """One re-ranker with its settings, and buttons that move or remove it."""
    name, settings = scenario.rerankers[place]
    kind = RERANKERS[name]
    key = f"reranker {state.generation()} {place} {name}"
    with st.container(border=True, gap="small"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"{place + 1}. **{plain(kind.label)}**", help=plain(kind.about))
            last = len(scenario.rerankers) - 1
            for icon, told, to in (("arrow_upward", "Earlier", place - 1), ("arrow_downward", "Later", place + 1)):
                st.button(
                    "",
                    icon=f":material/{icon}:",
                    key=f"{key} {told}",
                    help=told,
                    type="tertiary",
                    disabled=not 0 <= to <= last,
                    on_click=_move,
                    args=(place, to),
                )
            st.button(
                "",
                icon=":material/close:",
                key=f"{key} remove",
                help="Remove",
                type="tertiary",
                on_click=_remove,
                args=(place,),
            )
        now = dict(settings)
        chosen = {fact.name: setting_widget(fact, now[fact.name], f"{key} {fact.name}") for fact in kind.facts()}
    return name, tuple(chosen.items())


def _add(scenario: Scenario) -> None:
    there = {name for name, _ in scenario.rerankers}
    with st.popover("Add a re-ranker", icon=":material/add:", disabled=len(there) == len(RERANKERS)):
        for name, kind in RERANKERS.items():
            if name not in there:
                st.button(kind.label, key=f"add {name}", help=plain(kind.about), on_click=_append, args=(name,))


def _append(name: str) -> None:
    rerankers = state.current().scenario.rerankers
    _show((*rerankers, (name, tuple(make_reranker(name).settings().items()))))


def _remove(place: int) -> None:
    rerankers = state.current().scenario.rerankers
    _show(rerankers[:place] + rerankers[place + 1 :])


def _move(place: int, to: int) -> None:
    rerankers = list(state.current().scenario.rerankers)
    rerankers.insert(to, rerankers.pop(place))
    _show(tuple(rerankers))


def _show(rerankers: tuple[Choice, ...]) -> None:
    """Another chain, in the widgets too."""
    state.remember()
    view = state.current()
    state.show(view.moved(replace(view.scenario, rerankers=rerankers)))
