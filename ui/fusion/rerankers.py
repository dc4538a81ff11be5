"""The chain of re-rankers: add, order, set and remove them, with what each costs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from recengine.errors import ScenarioError
from recengine.fusion import RERANKERS, make_reranker
from recengine.fusion.rerankers.freshness import FIRST, Freshness
from recengine.fusion.rerankers.rules import Rules
from recengine.models.settings import SettingFacts
from recengine.scenario import Outcome, Scenario, Workbench, check_fits
from recengine.scenario.scenario import Choice
from ui import actions, compute, state
from ui.fusion.price_words import PRICE_HELP, price_words, unmet_words, unpriced_words
from ui.fusion.rule_words import SETTINGS
from ui.fusion.rules import rule_panel
from ui.models.settings_form import setting_label, setting_widget
from ui.text import plain

Chain = tuple[Choice, ...]


def reranker_chain(workbench: Workbench, scenario: Scenario) -> tuple[Chain, list[DeltaGenerator]]:
    """The chain as the widgets show it, and the places for `tell_prices`: one a re-ranker, and one below."""
    key = f"rerankers {state.generation()}"
    there = [name for name, _ in scenario.rerankers]
    st.pills(
        "Re-rankers",
        list(RERANKERS),
        selection_mode="multi",
        default=there,
        format_func=lambda name: RERANKERS[name].label,
        help="Each reorders what the one before gives, for other reasons than score. Click one to add it at the end, "
        "or to take it away.",
        key=key,
        on_change=_choose,
        args=(workbench, key),
    )
    if not there:
        st.caption("None: the list is as the strategy ranks it.")
        return (), []
    shown = [_reranker(workbench, place, scenario) for place in range(len(there))]
    return tuple(choice for choice, _ in shown), [*(priced for _, priced in shown), st.container(gap="xsmall")]


def tell_prices(workbench: Workbench, scenario: Scenario, outcome: Outcome, places: Sequence[DeltaGenerator]) -> None:
    """What each re-ranker of `scenario` costs and brings, and which rules were not kept. The outcome may be of fewer:
    without those that have still to read most users.
    """
    if not places:
        return
    try:
        prices = iter(compute.prices(workbench, outcome.scenario))
    except ScenarioError:  # without one of the others, other pairs have to be read
        prices = iter(())
    for place, choice in zip(places, scenario.rerankers, strict=False):
        price = next(prices, None) if choice in outcome.scenario.rerankers else None
        place.caption(
            plain(unpriced_words(workbench) if price is None else price_words(price, scenario.k)), help=PRICE_HELP
        )
    for line in unmet_words(workbench, outcome):
        places[-1].caption(f":material/rule: {plain(line)}")


def _reranker(workbench: Workbench, place: int, scenario: Scenario) -> tuple[Choice, DeltaGenerator]:
    """One re-ranker with its settings and buttons that move it, and the place for its price."""
    name, settings = scenario.rerankers[place]
    kind = RERANKERS[name]
    key = f"reranker {state.generation()} {place} {name}"
    with st.container(border=True, gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center", gap="xsmall"):
            st.markdown(f"{place + 1}. **{plain(kind.label)}**", help=plain(kind.about), width="content")
            priced = st.container(width="stretch")
            last = len(scenario.rerankers) - 1
            for icon, told, to in (("arrow_upward", "Earlier", place - 1), ("arrow_downward", "Later", place + 1)):
                if last:
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
        now = dict(settings)
        shown = [fact for fact in kind.facts() if name != Rules.name or fact.name not in SETTINGS]
        chosen = dict(now)
        for column, fact in zip(st.columns(max(len(shown), 2), gap="small"), shown, strict=False):
            with column:
                chosen[fact.name] = _setting(workbench, name, fact, now[fact.name], key)
        if name == Rules.name:
            rule_panel(workbench, chosen, key, lambda changed: _set(workbench, place, changed))
    return (name, tuple(chosen.items())), priced


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


def _choose(workbench: Workbench, key: str) -> None:
    """The chain of what is chosen: those that stay in their order, a new one at the end."""
    chosen: list[str] = st.session_state[key]
    rerankers = [one for one in state.current().scenario.rerankers if one[0] in chosen]
    there = {name for name, _ in rerankers}
    rerankers += [(name, tuple(make_reranker(name).settings().items())) for name in chosen if name not in there]
    actions.attempt(lambda: _show(workbench, tuple(rerankers)))
    # also where it could not be shown: the widgets say what is
    state.renew_widgets()


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
