"""How figures are written for people: formats, intervals, names of groups and metrics."""

from __future__ import annotations

import math

from recengine.evaluation import Figure
from recengine.fusion import RERANKERS, STRATEGIES, FusedLists
from recengine.ranking import METRICS
from recengine.scenario import Scenario
from recengine.tuning import find_measure

UNDEFINED = "\u2013"


def metric_label(key: str, k: int | None = None) -> str:
    """The metric's name for people, with its cut where there is one: "NDCG@10". An unknown key stands for itself."""
    label = METRICS[key].label if key in METRICS else plain(key)
    return label if k is None else f"{label}@{k}"


def measure_label(text: str, k: int) -> str:
    """A measure of a search for weights: "NDCG@10", "NDCG@10 gap by gender"."""
    measure = find_measure(text)
    label = metric_label(measure.metric, k)
    return label if measure.attribute is None else f"{label} gap by {plain(measure.attribute)}"


def metric_value(key: str, value: float | None) -> str:
    """A value in the metric's own format, with its unit: "0.391", "4.20 bits", "63.1%"."""
    if value is None or math.isnan(value):
        return UNDEFINED
    if key not in METRICS:
        return f"{value:.3f}"
    metric = METRICS[key]
    return f"{_formatted(value, metric.format)} {metric.unit}".rstrip()


def metric_interval(key: str, figure: Figure) -> str:
    """ "0.376 to 0.406", or "no interval" where resampling users would mislead."""
    if figure.low is None or figure.high is None or math.isnan(figure.low) or math.isnan(figure.high):
        return "no interval"
    layout = METRICS[key].format if key in METRICS else ".3f"
    return f"{_formatted(figure.low, layout)} to {_formatted(figure.high, layout)}"


def direction(key: str) -> str:
    """Which way is better, in words."""
    better = METRICS[key].higher_is_better if key in METRICS else None
    if better is None:
        return "neither direction is better in itself"
    return "higher is better" if better else "lower is better"


def share(value: float, digits: int = 1) -> str:
    """A share in [0, 1] as per cent."""
    return UNDEFINED if math.isnan(value) else _formatted(value, f".{digits}%")


def p_value(value: float) -> str:
    """ "p = 0.041", or "p < 0.001" where three digits would say 0."""
    return f"p {'' if p_number(value).startswith('<') else '= '}{p_number(value)}"


def p_number(value: float) -> str:
    """The same without its name."""
    if math.isnan(value):
        return UNDEFINED
    return "< 0.001" if value < 0.001 else f"{value:.3f}"


def combination(scenario: Scenario) -> str:
    """How the scorers' opinions become one list, in one line: "Weighted sum, then Diversity 0.30"."""
    said = [STRATEGIES[scenario.strategy].label]
    for name, settings in scenario.rerankers:
        strength = dict(settings).get("strength")
        said.append(RERANKERS[name].label + ("" if strength is None else f" {strength:.2f}"))
    return ", then ".join(said)


def exactness(lists: FusedLists) -> str:
    """For how many users the lists are proven to be those of the whole catalogue, and how."""
    users = len(lists.rankings.users)
    certified = int(lists.certified.sum())
    known = f"{certified:,} lists proven from the candidate pool"
    known += f", {lists.rescored:,} re-scored over the whole catalogue" if lists.rescored else ""
    if not lists.unproven:
        return f"Exact for all {users:,} users: {known}."
    return (
        f"Exact for {users - lists.unproven:,} of {users:,} users: {known}. "
        + ("The other list is" if lists.unproven == 1 else f"The other {lists.unproven:,} lists are")
        + f" the best of the candidate pool; a deeper pool may change {'it' if lists.unproven == 1 else 'them'}."
    )


def plain(name: str) -> str:
    """A column's name as words: "age_group" → "age group"."""
    return name.replace("_", " ")


def joined(parts: list[str]) -> str:
    """ "a", "a and b", "a, b and c"."""
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"


def _formatted(value: float, layout: str) -> str:
    # "z": a bound that rounding left just under 0 is written 0; the space before the % does not break
    return format(value, f"z{layout}").replace("%", "\u00a0%")
