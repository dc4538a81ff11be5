"""What weights are searched for or held to, in words. No Streamlit here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from recengine.data import Dataset
from recengine.evaluation import Change
from recengine.fairness.groups import user_groupings
from recengine.ranking import METRICS
from recengine.reports.words import measure_label, metric_value
from recengine.scenario import ScorerCost
from recengine.tuning import Points, Worth, find_measure
from recengine.workspace import WeightSearch
from ui.job_words import duration
from ui.models.offers import memory_words
from ui.weights.words import metric_names

NOTHING_LOST = 0.002
"""Share of the whole below which what a scorer adds is called nothing."""


def goals(dataset: Dataset, k: int) -> dict[str, str]:
    """Every measure in which one way is better, by its text, with what it is called."""
    names = metric_names(k)
    found = {}
    for key, metric in METRICS.items():
        if metric.higher_is_better is not None:
            found[key] = names[key]
        else:
            found |= {f"+{key}": f"{names[key]}, more", f"-{key}": f"{names[key]}, less"}
    return found | gaps(dataset, k)


def bounds(dataset: Dataset, k: int) -> dict[str, str]:
    """Every measure that a floor or a ceiling can be set for."""
    return metric_names(k) | gaps(dataset, k)


def gaps(dataset: Dataset, k: int) -> dict[str, str]:
    """The gap of NDCG between groups of users, by each attribute."""
    return {f"gap:{name}": measure_label(f"gap:{name}", k) for name in user_groupings(dataset)}


def measure_value(text: str, value: float) -> str:
    """In the metric's own format."""
    return metric_value(find_measure(text).metric, value)


def change_words(text: str, found: Change | None) -> str:
    """ "+0.004 (0.001 to 0.007)", and whether that is more than chance."""
    if found is None:
        return "no interval: the figure is of all lists together"
    if math.isnan(found.low):
        return f"{found.mean:+.4f}, too few users for an interval"
    sure = "within chance" if found.low <= 0 <= found.high else "more than chance"
    return f"{found.mean:+.4f} ({found.low:+.4f} to {found.high:+.4f}), {sure}"


def limit_text(measure: str, bound: float) -> str:
    """As the command line takes it: `coverage=0.3`."""
    return f"{measure}={bound:g}"


def search_title(search: WeightSearch) -> str:
    """What a search asked for, in short."""
    goal = search.found.goal
    asked = [measure_label(goal.objective, goal.k), *(limit.text for limit in goal.limits)]
    front = f", front of {', '.join(find_measure(text).label for text in goal.front)}" if goal.front else ""
    return (
        f"{'; '.join(asked)}{front} · {len(search.scenario.scorers)} scorers, split {search.scenario.split} · "
        f"{search.made:%Y-%m-%d %H:%M}"
    )


def settings_table(points: Points, rows: Mapping[str, int], labels: Mapping[str, str], k: int) -> pl.DataFrame:
    """Settings by what they are called, with their weights and values."""
    numbers = list(rows.values())
    columns: dict[str, object] = {"": list(rows)}
    columns |= {labels.get(name, name): points.weights[numbers, place] for place, name in enumerate(points.scorers)}
    columns |= {measure_label(text, k): values[numbers] for text, values in points.values.items()}
    if len({points.setting(number).normalization for number in numbers}) > 1:
        columns["normalisation"] = [points.normalizations[number] for number in numbers]
    return pl.DataFrame(columns)


def points_table(points: Points) -> pl.DataFrame:
    """Every setting that was looked at, as it was looked at."""
    columns: dict[str, object] = {name: points.weights[:, place] for place, name in enumerate(points.scorers)}
    columns |= {"normalization": points.normalizations, "neutral": points.neutrals}
    return pl.DataFrame(columns | dict(points.values))


def worth_table(worth: Worth, costs: Mapping[str, ScorerCost], k: int) -> pl.DataFrame:
    """A row a scorer: weight, what it is worth, alone, and what is left without it, beside fit time and memory."""
    names = worth.scorers
    columns: dict[str, object] = {
        "scorer": [costs[name].label for name in names],
        "weight": worth.weights,
        "fit": [duration(costs[name].seconds) for name in names],
        "memory": [memory_words(costs[name].memory) for name in names],
    }
    for text in worth.shapley:
        label = measure_label(text, k)
        columns |= {
            f"{label}: worth": worth.shapley[text],
            f"{label}: alone": worth.alone[text],
            f"{label}: without it": worth.without[text],
        }
    return pl.DataFrame(columns)


def worth_words(worth: Worth, costs: Mapping[str, ScorerCost], k: int) -> list[str]:
    """A sentence for each scorer that has a weight: what dropping it costs by the first measure, and what it saves."""
    text = next(iter(worth.shapley))
    label, whole = measure_label(text, k), worth.whole[text]
    sign = 1.0 if find_measure(text).higher_is_better else -1.0
    said = []
    for place, name in enumerate(worth.scorers):
        cost = costs[name]
        saved = f"saves {duration(cost.seconds)} of fitting and {memory_words(cost.memory)} of memory"
        if not worth.weights[place]:
            said.append(f"{cost.label} has no weight: dropping it changes nothing and {saved}.")
            continue
        lost = sign * (whole - float(worth.without[text][place]))
        if math.isnan(lost):
            continue
        if lost <= NOTHING_LOST * abs(whole):
            gained = "costs nothing" if lost >= 0 else f"gains {-lost:.4f}"
            said.append(f"{cost.label} adds nothing to the others: dropping it {gained} of {label} and {saved}.")
        else:
            said.append(f"{cost.label} earns its place: dropping it costs {lost:.4f} of {label}, and {saved}.")
    return said


def nearest(points: Points, weights: Sequence[float]) -> int:
    """The number of the setting whose weights are nearest."""
    return int(np.abs(points.weights - np.asarray(weights)).sum(axis=1).argmin())
