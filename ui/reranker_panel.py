"""The chain of re-rankers: add, order, set and remove them, with what each costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import streamlit as st

from recengine.fusion import RERANKERS, make_reranker
from recengine.fusion.rerankers.freshness import FIRST, Freshness
from recengine.fusion.rerankers.rules import Rules
from recengine.models.settings import SettingFacts
from recengine.scenario import Scenario, Workbench, check_fits
from recengine.scenario.scenario import Choice
from ui import actions, state
from ui.rule_panel import rule_panel
from ui.rule_words import SETTINGS
from ui.settings_form import setting_label, setting_widget
from ui.text import plain


def reranker_chain(workbench: Workbench, scenario: Scenario) -> tuple[Choice, ...]:
    """The chain as the widgets show it."""
    st.markdown("**Re-rankers**", help="Each reorders what the one before gives, for other reasons than score.")
    if not scenario.rerankers:
        st.caption("None: the list is as the strategy ranks it.")
    chain = tuple(_reranker(workbench, place, scenario) for place in range(len(scenario.rerankers)))
    _add(workbench, scenario)
    return chain


def _reranker(workbench: Workbench, place: int, scenario: Scenario) -> Choice:
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
                    args=(workbench, place, to),
                )
            st.button(
                "",
                icon=":material/close:",
                key=f"{key} remove",
                help="Remove",
                type="tertiary",
                on_click=_remove,
                args=(workbench, place),
            )
        now = dict(settings)
        shown = [fact for fact in kind.facts() if name != Rules.name or fact.name not in SETTINGS]
        chosen = now | {fact.name: _setting(workbench, name, fact, now[fact.name], key) for fact in shown}
        if name == Rules.name:
            rule_panel(workbench, chosen, key, lambda changed: _set(workbench, place, changed))
    return name, tuple(chosen.items())


def _setting(workbench: Workbench, name: str, fact: SettingFacts, value: Any, key: str) -> Any:
    """A widget for one setting; an attribute of the items is chosen among those that fit."""
    if fact.name not in ("attribute", "by"):
        return setting_widget(fact, value, f"{key} {fact.name}")
    numeric = name == Freshness.name
    fit = [one.name for one in workbench.dataset.item_attributes if (one.kind == "number") == numeric]
    words = [fact.default, *([FIRST] if numeric and workbench.fitted_on.has_times else []), *fit]
    options = words if value in words else [value, *words]
    return st.selectbox(
        setting_label(fact.name),
        options,
        options.index(value),
        format_func=lambda one: "Automatic" if one == fact.default else plain(one.replace("_", " ").capitalize()),
        help=plain(fact.description),
        key=f"{key} {fact.name}",
    )


def _add(workbench: Workbench, scenario: Scenario) -> None:
    there = {name for name, _ in scenario.rerankers}
    with st.popover("Add a re-ranker", icon=":material/add:", disabled=len(there) == len(RERANKERS)):
        for name, kind in RERANKERS.items():
            if name not in there:
                st.button(
                    kind.label, key=f"add {name}", help=plain(kind.about), on_click=_append, args=(workbench, name)
                )


def _append(workbench: Workbench, name: str) -> None:
    rerankers = state.current().scenario.rerankers
    added = (name, tuple(make_reranker(name).settings().items()))
    actions.attempt(lambda: _show(workbench, (*rerankers, added)))


def _remove(workbench: Workbench, place: int) -> None:
    rerankers = state.current().scenario.rerankers
    actions.attempt(lambda: _show(workbench, rerankers[:place] + rerankers[place + 1 :]))


def _move(workbench: Workbench, place: int, to: int) -> None:
    rerankers = list(state.current().scenario.rerankers)
    rerankers.insert(to, rerankers.pop(place))
    actions.attempt(lambda: _show(workbench, tuple(rerankers)))


def _set(workbench: Workbench, place: int, settings: dict[str, Any]) -> None:
    """Other settings of one re-ranker. Raises `RecipeError` or `ScenarioError` for what cannot be."""
    rerankers = list(state.current().scenario.rerankers)
    rerankers[place] = (rerankers[place][0], tuple(settings.items()))
    _show(workbench, tuple(rerankers))


def _show(workbench: Workbench, rerankers: tuple[Choice, ...]) -> None:
    """Another chain, in the widgets too; one that cannot be is not shown. Raises `RecipeError` or `ScenarioError`."""
    view = state.current()
    scenario = replace(view.scenario, rerankers=rerankers)
    check_fits(workbench, scenario)
    state.remember()
    state.show(view.moved(scenario))
