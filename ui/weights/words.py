"""What the Weights page says and offers, as plain values. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from recengine.ranking import METRICS
from recengine.reports.figures.weights import NEAR
from recengine.reports.words import metric_label, metric_value, share
from recengine.scenario import Scenario, Workbench
from recengine.simulation import Breakpoints, Sweep, Triangle

FIRST_METRICS = ("ndcg", "recall", "coverage", "novelty")
"""Shown unless others are chosen."""
MEASURED = {"test": "Test part", "validation": "Validation part"}


def metric_names(k: int) -> dict[str, str]:
    """Every metric by what it is called; with its variant, where another one has that name by itself."""
    known: set[str] = set()
    names = {}
    for key, metric in METRICS.items():
        names[key] = metric_label(key, k) + (f" · {metric.variant}" if metric.label in known else "")
        known.add(metric.label)
    return names


def weight_words(weight: float) -> str:
    """With three decimals at most: "0.7", "0.812", "just above 0"."""
    return "just above 0" if 0 < weight < 0.0005 else f"{weight:.3f}".rstrip("0").rstrip(".")


def scorer_names(workbench: Workbench) -> dict[str, str]:
    """Every scorer by what it is called."""
    return {name: fitted.label for name, fitted in workbench.fitted.items()}


def with_weight(scenario: Scenario, scorer: str, weight: float) -> Scenario:
    """The scenario with another weight of one scorer. Raises `ScenarioError` where none is left."""
    return scenario.with_weights({**dict(scenario.weights), scorer: weight})


def on_the_same_line(scenario: Scenario, baseline: Scenario, scorer: str) -> float | None:
    """The baseline's weight of `scorer`, where that is all in which it differs from the scenario."""
    weight = dict(baseline.weights)[scorer] if baseline.scorers == scenario.scorers else None
    if weight is None or replace(scenario, weights=baseline.weights) != baseline:
        return None
    others = [name for name in scenario.scorers if name != scorer]
    same = all(dict(scenario.weights)[name] == dict(baseline.weights)[name] for name in others)
    return weight if same else None


def sweep_line(found: Sweep, label: str) -> str:
    """How the curves came about, over whom."""
    some = "" if found.users == found.population else f" of {found.population:,}, drawn at random"
    over = f"n = {found.users:,} users{some} with a relevant item"
    if not found.exact:
        return f"Measured at {len(found.sampled)} weights of {label}: this strategy has no exact breakpoints. {over}."
    proven = (
        "all proven from the candidate pool"
        if found.proven == found.users
        else f"{found.proven:,} users proven from the candidate pool, the others swept over the whole catalogue"
    )
    return (
        f"Exact at every weight of {label} from 0 to {found.top:g}: the lists change {found.changes:,} times; "
        f"{proven}. {over}."
    )


def flat_line(found: Sweep, metric: str, label: str) -> str:
    """Where the metric is as good as at its best, and what the weight of now has."""
    near, best = found.near_best(metric, NEAR), found.best(metric)
    now = f"now {metric_value(metric, found.at(metric, found.current))} at {weight_words(found.current)}"
    if found.current > found.top:
        now = f"now beyond the range, at {weight_words(found.current)}"
    if near is None or best is None:
        return f"{METRICS[metric].explanation} It is {now}."
    low, high = near[0], near[1]
    inside = "inside it" if low <= found.current <= high else "outside it"
    place = best[0] if best[0] == best[1] else (best[0] + best[1]) / 2
    return (
        f"Best {metric_value(metric, best[2])} at {label} {weight_words(place)}; within 1 % of that from "
        f"{weight_words(low)} to {weight_words(high)}, shaded. It is {now}, {inside}."
    )


def breakpoints_line(found: Breakpoints, user: str, label: str) -> str:
    """How often one user's list changes, and over which part the pool proves it."""
    enters = len(found.enters)
    part = float((found.proven[:, 1] - found.proven[:, 0]).sum()) / found.top
    proven = "proven from the candidate pool all along" if part >= 1 else f"proven from the pool over {share(part, 0)}"
    return (
        f"The list of user {user} changes at {len(found.weights)} weights of {label}; at {enters} of them an item "
        f"comes in. It is exact: {proven}{'' if part >= 1 else ', over the rest swept over the whole catalogue'}."
    )


def mix_line(triangle: Triangle, labels: Mapping[str, str], number: int) -> str:
    """The weights of one mix: "ALS 70 %, Text 20 %, Popularity 10 %"."""
    mix = zip(triangle.scorers, triangle.weights[number].tolist(), strict=True)
    return ", ".join(f"{labels[name]} {share(weight, 0)}" for name, weight in mix)


def mix_now(scenario: Scenario, scorers: Sequence[str]) -> tuple[float, ...] | None:
    """Effective weights of three scorers among themselves; None where none of them has any."""
    weights = [dict(scenario.weights)[name] for name in scorers]
    total = sum(weights)
    return tuple(weight / total for weight in weights) if total else None


def with_mix(scenario: Scenario, triangle: Triangle, number: int) -> Scenario:
    """The scenario with one mix of the triangle; the other scorers get no weight."""
    return scenario.with_weights(
        {
            name: round(weight, 6)
            for name, weight in zip(triangle.scorers, triangle.weights[number].tolist(), strict=True)
        }
    )
