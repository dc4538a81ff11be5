"""The settings of a strategy as widgets: tables where its texts would be hard to type, else a widget for each."""

from __future__ import annotations

from typing import Any

import streamlit as st

from recengine.data import Dataset
from recengine.fusion import STRATEGIES, Fusion
from recengine.fusion.strategies import Cascade, SegmentWeights, Switching
from recengine.fusion.strategies.switching import HISTORY, LAST_EVENT
from recengine.fusion.strategies.weight_sets import EQUAL, OWN, named_sets, names
from recengine.scenario import Workbench
from ui.fusion.tables import stages_table, weights_table
from ui.models.settings_form import setting_widget

WIDE = {Cascade.name, Switching.name, SegmentWeights.name} | {name for name, kind in STRATEGIES.items() if kind.learns}
"""Strategies whose settings, or what they learned, take room."""
MAX_ROWS = 30
"""Values of an attribute that a table has rows for."""
BOUNDARIES = "Boundaries"
DECIDING = {HISTORY: "Length of the history", LAST_EVENT: "Days since the last event"}


def strategy_settings(name: str, now: dict[str, Any], workbench: Workbench, fusion: Fusion, key: str) -> dict[str, Any]:
    """The values that the widgets show. now: the settings at first. fusion: the sliders. key: a new one starts over."""
    if name == Cascade.name:
        return _cascade(now, workbench, key)
    by_user = {Switching.name: _switching, SegmentWeights.name: _segments}
    if name in by_user:
        return by_user[name](now, workbench, fusion, key)
    return {
        fact.name: setting_widget(fact, now.get(fact.name, fact.default), f"{key} {fact.name}")
        for fact in STRATEGIES[name].facts()
    }


def _cascade(now: dict[str, Any], workbench: Workbench, key: str) -> dict[str, Any]:
    scorers = workbench.pool.scorers
    stages = [(scorers[stage.scorer], stage.keeps) for stage in Cascade(**now).plan(scorers)]
    st.caption("A stage a row: the first shortlists from the catalogue, each next one re-ranks what it is handed.")
    edited = stages_table(stages, _labels(workbench), f"{key} stages")
    if not edited:
        return now
    return {"stages": ",".join(name if keeps is None else f"{name}:{keeps}" for name, keeps in edited)}


def _switching(now: dict[str, Any], workbench: Workbench, fusion: Fusion, key: str) -> dict[str, Any]:
    strategy = Switching(**now)
    categories, numbers = _user_attributes(workbench)
    first, second, third = st.columns(3, gap="small")
    with first:
        by = _choose_by(strategy.by, [HISTORY, LAST_EVENT, *numbers, *categories], key)
    if by in categories:
        _, groups = workbench.source.known(strategy.label).groups_of(by, strategy.name)
        before = names(strategy.at, "at") if by == strategy.by else []
        listed = second.multiselect(
            "Groups with weights of their own",
            groups,
            default=[group for group in before if group in groups] or groups[:1],
            key=f"{key} {by} at",
        )
        listed = listed or list(groups[:1])
        rows, at = [*listed, "all others"], ",".join(_csv(group) for group in listed)
        softness = 0.0
    else:
        fact = next(fact for fact in Switching.facts() if fact.name == "at")
        with second:
            now_at = strategy.at if by == strategy.by else fact.default
            at = str(setting_widget(fact, now_at, f"{key} {by} at", BOUNDARIES))
        ends = [part.strip() for part in at.split(",")]
        rows = [f"below {ends[0]}", *(f"from {end}" for end in ends)]
        fact = next(fact for fact in Switching.facts() if fact.name == "softness")
        with third:
            softness = float(setting_widget(fact, strategy.softness, f"{key} softness"))
    texts = [text.strip() for text in strategy.weights.split("|")] if by == strategy.by else []
    texts = (texts + [OWN] * len(rows))[: len(rows)] if texts else [EQUAL, *[OWN] * (len(rows) - 1)]
    edited = weights_table(rows, texts, _labels(workbench), fusion, "Users", f"{key} {by} {len(rows)} {at} weights")
    return {"by": by, "at": at, "weights": " | ".join(edited), "softness": softness}


def _segments(now: dict[str, Any], workbench: Workbench, fusion: Fusion, key: str) -> dict[str, Any]:
    strategy = SegmentWeights(**now)
    categories, _ = _user_attributes(workbench)
    first, second = st.columns(2, gap="small")
    with first:
        by = _choose_by(strategy.by, [HISTORY, *categories], key)
    at = strategy.at
    if by == HISTORY:
        fact = next(fact for fact in SegmentWeights.facts() if fact.name == "at")
        with second:
            at = str(setting_widget(fact, at, f"{key} at", BOUNDARIES))
    facts = workbench.source.known(strategy.label)
    _, groups = SegmentWeights(by=by, at=at).segments(facts)
    sets = named_sets(strategy.weights, "weights") if by == strategy.by else {}
    texts = [sets.get(group, OWN) for group in groups]
    edited = weights_table(groups, texts, _labels(workbench), fusion, "Segment", f"{key} {by} weights")
    own = {group: text for group, text in zip(groups, edited, strict=True) if text != OWN}
    # a set for nobody in particular would not be one: without any the first segment goes with the sliders too
    text = " | ".join(f"{_quoted(group)}: {weights}" for group, weights in (own or {groups[0]: OWN}).items())
    return {"by": by, "at": at, "weights": text}


def _choose_by(now: str, choices: list[str], key: str) -> str:
    chosen: str = st.selectbox(
        "Decided by",
        choices,
        index=choices.index(now) if now in choices else 0,
        format_func=lambda name: DECIDING.get(name) or name.replace("_", " ").capitalize(),
        help="What decides which weights a user has.",
        key=f"{key} by",
    )
    return chosen


def _user_attributes(workbench: Workbench) -> tuple[list[str], list[str]]:
    """Names of those that are categories, and of those that are numbers."""
    dataset = workbench.dataset
    return small_categories(dataset), [one.name for one in dataset.user_attributes if one.kind == "number"]


def small_categories(dataset: Dataset) -> list[str]:
    """User attributes of categories that have few enough values for a row each."""
    names = [one.name for one in dataset.user_attributes if one.kind == "category"]
    return [name for name in names if dataset.users[name].n_unique() <= MAX_ROWS]


def _labels(workbench: Workbench) -> dict[str, str]:
    return {name: fitted.label for name, fitted in workbench.fitted.items()}


def _csv(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""')) if any(mark in name for mark in ',"') else name


def _quoted(name: str) -> str:
    return '"{}"'.format(name.replace('"', '""'))
