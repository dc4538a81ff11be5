"""What a page shows, as a value that fits into a link: scenario, baseline, user and item. No Streamlit here."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from recengine.data import Dataset
from recengine.errors import RecengineError
from recengine.fusion import NEUTRALS, NORMALIZATIONS
from recengine.scenario import Scenario, read_choice, read_rerankers, rerankers_text, strategy_text

MAX_K = 100
"""Longest list that the studio shows; the command line takes any up to the catalogue."""
WEIGHT = "w_"
"""A weight in the link: `w_als=0.6`."""
MAX_WEIGHT = 1e6
SHOWN = 60
"""Characters of a bad value that are quoted back."""
CHOICES = (
    *("by", "metric", "items", "part", "job", "cold", "weigh", "a", "b", "alike", "cut", "cut_seed"),
    *("profile", "taste", "takers", "quality"),
)
"""Keys of what one page alone lets choose: attribute and metric of the user side, attribute of the item side, part of
the Models page and the job that it waits for, parts of the Cold start and Weights pages; the two tries that are
compared, and whether they are to be recomputed alike; the split that is looked at, with its seed; whether the
Profiles page looks at a user or an item, and by which attribute it compares; part of the Data
quality page."""


@dataclass(frozen=True)
class View:
    """scenario: what is shown. baseline: what it is compared with, at the same k. start: the scenario that both started
    from; base: its key in the workspace, None for the dataset's default. user, item: ids; item None = the list's first.
    choices: value by key of `CHOICES`; its page says what to do with one that cannot be.
    """

    dataset: str
    start: Scenario
    base: str | None
    scenario: Scenario
    baseline: Scenario
    user: str
    item: str | None = None
    choices: tuple[tuple[str, str], ...] = ()

    def moved(self, scenario: Scenario) -> View:
        """The same with another scenario; the baseline takes over its k."""
        return replace(self, scenario=scenario, baseline=replace(self.baseline, k=scenario.k))

    def params(self) -> dict[str, str]:
        """The view as query parameters, whole: `read_view` of them gives the view."""
        scenario = self.scenario
        params = {"dataset": self.dataset}
        if self.base is not None:
            params["scenario"] = self.base
        params["user"] = self.user
        if self.item is not None:
            params["item"] = self.item
        params |= {f"{WEIGHT}{name}": _number(weight) for name, weight in scenario.weights}
        params |= {"k": str(scenario.k), "norm": scenario.normalization, "neutral": scenario.neutral}
        params |= _choices_params(scenario, self.start, "")
        if self.baseline.fusion != self.start.fusion:
            params["baseline"] = _fusion_text(self.baseline)
            params |= _choices_params(self.baseline, self.start, "baseline_")
        return params | dict(self.choices)

    def choosing(self, key: str, value: str | None) -> View:
        """The same with another choice of `CHOICES`; None is none."""
        chosen = {**dict(self.choices), key: value}
        return replace(self, choices=tuple(sorted((name, one) for name, one in chosen.items() if one is not None)))


def default_view(dataset: Dataset, start: Scenario, base: str | None = None) -> View:
    """The view of a link that says nothing but the dataset."""
    # the first who did anything: of the others there is little to see
    user = dataset.user_ids[int(dataset.interactions["user"].min())]  # type: ignore[arg-type]
    return View(dataset.name, start, base, start, start, user)


def read_view(params: Mapping[str, str], dataset: Dataset, fallback: View) -> tuple[View, list[str]]:
    """The view that `params` ask for, and one line for each value that cannot be used.

    What is missing or cannot be used is taken from `fallback`; the rest of the link keeps its effect.
    """
    problems: list[str] = []
    scenario = fallback.scenario
    k = _whole(params.get("k"), "k", 1, min(MAX_K, dataset.n_items), scenario.k, problems)
    scenario = chosen(
        scenario,
        weights=_weights(params, scenario, problems),
        normalization=_choice(params.get("norm"), "norm", NORMALIZATIONS, scenario.normalization, problems),
        neutral=_choice(params.get("neutral"), "neutral", NEUTRALS, scenario.neutral, problems),
        k=k,
    )
    scenario = _with_choices(params, "", scenario, problems)
    baseline = replace(fallback.baseline, k=k)
    if "baseline" in params:
        baseline = _with_choices(params, "baseline_", _baseline(params["baseline"], baseline, problems), problems)
    view = replace(
        fallback,
        scenario=scenario,
        baseline=baseline,
        user=_identifier(params.get("user"), "user", dataset.user_position, fallback.user, problems),
        item=_item(params.get("item"), dataset, fallback.item, problems),
        choices=tuple(sorted((key, params[key]) for key in CHOICES if key in params)) or fallback.choices,
    )
    return view, problems


def chosen(scenario: Scenario, *, weights: Mapping[str, float], normalization: str, neutral: str, k: int) -> Scenario:
    """`scenario` with what the widgets or a link choose. Raises `ScenarioError`."""
    choices: dict[str, Any] = {"normalization": normalization, "neutral": neutral, "k": k}
    return replace(scenario, **choices).with_weights(weights)


def _choices_params(scenario: Scenario, start: Scenario, prefix: str) -> dict[str, str]:
    """Strategy and re-rankers, where they are not those of the start."""
    params = {}
    if strategy_text(scenario) != strategy_text(start):
        params[f"{prefix}strategy"] = strategy_text(scenario)
    if scenario.rerankers != start.rerankers:
        params[f"{prefix}rerank"] = rerankers_text(scenario) or "[]"
    return params


def _with_choices(params: Mapping[str, str], prefix: str, scenario: Scenario, problems: list[str]) -> Scenario:
    """`scenario` with strategy and re-rankers of the link; where they cannot be, as it is."""
    for key in (f"{prefix}strategy", f"{prefix}rerank"):
        if key not in params:
            continue
        try:
            if key.endswith("strategy"):
                scenario = scenario.with_strategy(*read_choice(params[key], key))
            else:
                scenario = replace(scenario, rerankers=read_rerankers(params[key], key))
        except RecengineError as error:
            problems.append(f"{error} What was chosen before is shown.")
    return scenario


def slider_top(highest: float) -> float:
    """Upper end of the weight sliders: 1, or the next 2, 5, 10, 20, … that holds the highest weight."""
    if highest <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(highest))
    return next(step * power for step in (1.0, 2.0, 5.0, 10.0) if step * power >= highest)


def _weights(params: Mapping[str, str], scenario: Scenario, problems: list[str]) -> dict[str, float]:
    before = dict(scenario.weights)
    given = {key.removeprefix(WEIGHT): text for key, text in params.items() if key.startswith(WEIGHT)}
    weights = dict(before)
    for name, text in given.items():
        if name not in before:
            problems.append(f"{WEIGHT}{name[:SHOWN]}: there is no such scorer; there are {', '.join(before)}.")
            continue
        weight = _weight(text)
        if weight is None:
            problems.append(
                f"{WEIGHT}{name}: a weight is a number from 0 to {MAX_WEIGHT:,.0f}, not {text[:SHOWN]!r}; "
                f"{_number(before[name])} is shown."
            )
        else:
            weights[name] = weight
    if not any(weights.values()):
        problems.append("weights: all are 0, so nothing ranks the items; the weights of before are shown.")
        return before
    return weights


def _baseline(text: str, fallback: Scenario, problems: list[str]) -> Scenario:
    """`als:0.6,als:tuned:0.4,z-score,floor`: weights, then what differs from min-max and mean."""
    weights: dict[str, float] = {}
    normalization: str = fallback.normalization
    neutral: str = fallback.neutral
    for part in text.split(","):
        name, colon, value = part.rpartition(":")  # a variant has a colon in its name
        weight = _weight(value) if colon else None
        if weight is not None and name in fallback.scorers:
            weights[name] = weight
        elif part in NORMALIZATIONS:
            normalization = part
        elif part in NEUTRALS:
            neutral = part
        else:
            problems.append(
                f"baseline: {part[:SHOWN]!r} cannot be used; the baseline is like als:0.6,text:0.4,z-score,floor."
            )
            return fallback
    if not any(weights.values()):
        problems.append("baseline: all of its weights are 0; the default baseline is shown.")
        return fallback
    return chosen(fallback, weights=weights, normalization=normalization, neutral=neutral, k=fallback.k)


def _fusion_text(scenario: Scenario) -> str:
    weights = [f"{name}:{_number(weight)}" for name, weight in scenario.weights]
    return ",".join([*weights, scenario.normalization, scenario.neutral])


def _identifier(text: str | None, what: str, positions: Mapping[str, int], fallback: str, problems: list[str]) -> str:
    if text is None or text in positions:
        return fallback if text is None else text
    problems.append(f"{what}: there is no {text[:SHOWN]!r} among {len(positions):,} {what}s; {fallback} is shown.")
    return fallback


def _item(text: str | None, dataset: Dataset, fallback: str | None, problems: list[str]) -> str | None:
    if text is None or text in dataset.item_position:
        return fallback if text is None else text
    problems.append(
        f"item: there is no {text[:SHOWN]!r} among {dataset.n_items:,} items; the first of the list is shown."
    )
    return None


def _choice(text: str | None, key: str, choices: tuple[str, ...], fallback: str, problems: list[str]) -> str:
    if text is None or text in choices:
        return fallback if text is None else text
    problems.append(f"{key}: {text[:SHOWN]!r} is unknown, there are {', '.join(choices)}; {fallback} is shown.")
    return fallback


def _whole(text: str | None, key: str, low: int, high: int, fallback: int, problems: list[str]) -> int:
    if text is None:
        return fallback
    if text.isascii() and text.isdigit() and len(text) <= 9 and low <= int(text) <= high:
        return int(text)
    problems.append(f"{key}: a whole number from {low} to {high}, not {text[:SHOWN]!r}; {fallback} is shown.")
    return fallback


def _weight(text: str) -> float | None:
    try:
        weight = float(text)
    except ValueError:
        return None
    return weight if 0 <= weight <= MAX_WEIGHT else None


def _number(weight: float) -> str:
    """As few digits as read back the same weight."""
    return f"{weight:g}" if float(f"{weight:g}") == weight else repr(weight)
