"""Answers about weights as JSON and tables, and back."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any, TypeAlias

import numpy as np
import polars as pl

from recengine.arrays import read_only
from recengine.evaluation import Change
from recengine.fusion.strategies import SegmentWeights
from recengine.scenario import PartComparison, ScorerCost
from recengine.storage import Entry
from recengine.tuning import (
    Agreement,
    Clone,
    Effort,
    FoundWeights,
    Gain,
    Goal,
    LearnedWeights,
    Limit,
    Points,
    Region,
    Setting,
    Worth,
    find_measure,
)

Document: TypeAlias = dict[str, Any]
COMPARED = ("difference", "low", "high", "alike")
"""What a region says of each of its points."""


def goal_document(goal: Goal) -> Document:
    """A goal as JSON, by which its answer is found again."""
    return {
        "objective": goal.objective,
        "limits": [[limit.measure.text, limit.bound, limit.floor] for limit in goal.limits],
        "front": list(goal.front),
        "k": goal.k,
        "normalizations": list(goal.normalizations),
        "neutrals": list(goal.neutrals),
        "evaluations": goal.effort.evaluations,
        "seconds": goal.effort.seconds,
        "seed": goal.seed,
    }


def found_document(found: FoundWeights) -> Document:
    """All but the points and the goal."""
    return {
        "best": found.best,
        "start": found.start,
        "single": found.single,
        "alone": dict(found.alone),
        "front": list(found.front),
        "hypervolume": found.hypervolume,
        "against_start": _change_document(found.against_start),
        "against_single": _change_document(found.against_single),
        "users": found.users,
        "seconds": found.seconds,
    }


def read_found(document: Mapping[str, Any], goal: Mapping[str, Any], points: Points) -> FoundWeights:
    """What `found_document` and `goal_document` wrote."""
    changes = {key: _read_change(document[key]) for key in ("against_start", "against_single")}
    facts = {key: value for key, value in document.items() if key not in changes}
    return FoundWeights(
        goal=Goal(
            objective=goal["objective"],
            limits=tuple(Limit(find_measure(text), bound, floor) for text, bound, floor in goal["limits"]),
            front=tuple(goal["front"]),
            k=goal["k"],
            normalizations=tuple(goal["normalizations"]),
            neutrals=tuple(goal["neutrals"]),
            effort=Effort(goal["evaluations"], goal["seconds"]),
            seed=goal["seed"],
        ),
        points=points,
        **{**facts, **changes, "front": tuple(facts["front"])},
    )


def comparison_document(comparison: PartComparison) -> Document:
    """As JSON, NaN as null."""
    return {
        "measured": comparison.measured,
        "users": comparison.users,
        "values": {
            name: {key: _finite(value) for key, value in row.items()} for name, row in comparison.values.items()
        },
        "against": {
            name: {key: _change_document(change) for key, change in row.items()}
            for name, row in comparison.against.items()
        },
    }


def read_comparison(document: Mapping[str, Any]) -> PartComparison:
    """What `comparison_document` wrote."""
    against = {
        name: {key: change for key, facts in row.items() if (change := _read_change(facts)) is not None}
        for name, row in document["against"].items()
    }
    values = {name: {key: _number(value) for key, value in row.items()} for name, row in document["values"].items()}
    return PartComparison(document["measured"], document["users"], values, against)


def worth_document(worth: Worth, costs: Mapping[str, ScorerCost]) -> Document:
    """As JSON."""
    by_measure = ("shapley", "error", "alone", "without")
    return {
        "scorers": list(worth.scorers),
        "weights": worth.weights.tolist(),
        **{name: {key: _numbers(row) for key, row in getattr(worth, name).items()} for name in by_measure},
        "whole": {key: _finite(value) for key, value in worth.whole.items()},
        "exact": worth.exact,
        "subsets": worth.subsets,
        "costs": {name: asdict(cost) for name, cost in costs.items()},
    }


def read_worth(document: Mapping[str, Any]) -> tuple[Worth, dict[str, ScorerCost]]:
    """What `worth_document` wrote."""
    by_measure = {
        name: {key: _array(row) for key, row in document[name].items()}
        for name in ("shapley", "error", "alone", "without")
    }
    worth = Worth(
        scorers=tuple(document["scorers"]),
        weights=_array(document["weights"]),
        whole={key: _number(value) for key, value in document["whole"].items()},
        exact=document["exact"],
        subsets=document["subsets"],
        **by_measure,
    )
    return worth, {name: ScorerCost(**cost) for name, cost in document["costs"].items()}


def region_document(region: Region) -> Document:
    """All but the points; with `region_columns` they are the region."""
    return {
        "metric": region.metric,
        "gridded": region.gridded,
        "step": region.step,
        "among": list(region.among),
        "best": region.best,
        "picks": dict(region.picks),
    }


def region_table(region: Region) -> pl.DataFrame:
    """The points with their differences from the best."""
    columns = {name: getattr(region, name) for name in COMPARED}
    return points_table(region.points).with_columns(pl.Series(name, column) for name, column in columns.items())


def read_region(document: Mapping[str, Any], table: pl.DataFrame, points: Points) -> Region:
    """What `region_document` and `region_table` wrote."""
    columns: Document = {name: read_only(table[name].to_numpy().copy()) for name in COMPARED}
    return Region(points=points, **{**document, "among": tuple(document["among"])}, **columns)


def clone_document(clone: Clone) -> Document:
    """All but the points."""
    return {
        "weights": dict(clone.weights),
        "normalization": clone.setting.normalization,
        "neutral": clone.setting.neutral,
        "agreement": {name: asdict(agreement) for name, agreement in clone.agreement.items()},
        "before": {name: asdict(agreement) for name, agreement in clone.before.items()},
        "alone": dict(clone.alone),
    }


def read_clone(document: Mapping[str, Any], points: Points) -> Clone:
    """What `clone_document` wrote."""
    weights = document["weights"]
    agreements = {
        name: {key: Agreement(**facts) for key, facts in document[name].items()} for name in ("agreement", "before")
    }
    setting = Setting(tuple(weights.values()), document["normalization"], document["neutral"])
    return Clone(weights=weights, setting=setting, alone=document["alone"], points=points, **agreements)


def learned_document(learned: LearnedWeights) -> Document:
    """As JSON; an infinite strength as null, NaN too."""
    strategy = learned.strategy
    return {
        "weights": dict(learned.weights),
        "gain": _gain_document(learned.gain),
        "n_users": learned.n_users,
        "segments": {name: dict(weights) for name, weights in learned.segments.items()},
        "segment_users": dict(learned.segment_users),
        "strategy": None if strategy is None else strategy.settings(),
        "strength": None if learned.strength is None else _finite(learned.strength),
        "segments_gain": None if learned.segments_gain is None else _gain_document(learned.segments_gain),
    }


def read_learned(document: Mapping[str, Any]) -> LearnedWeights:
    """What `learned_document` wrote."""
    settings, strength, by_segment = (document[key] for key in ("strategy", "strength", "segments_gain"))
    if settings is not None and strength is None:
        strength = math.inf
    return LearnedWeights(
        weights=document["weights"],
        gain=_read_gain(document["gain"]),
        n_users=document["n_users"],
        segments=document["segments"],
        strength=strength,
        strategy=None if settings is None else SegmentWeights(**settings),
        segments_gain=None if by_segment is None else _read_gain(by_segment),
        segment_users=document["segment_users"],
    )


def points_document(points: Points) -> Document:
    """The names that `points_table` leaves out."""
    return {"scorers": list(points.scorers), "measures": list(points.values)}


def points_table(points: Points) -> pl.DataFrame:
    """One row a setting: weight_0, weight_1, …, normalization, neutral, value_0, …"""
    columns: dict[str, Any] = {f"weight_{place}": column for place, column in enumerate(points.weights.T)}
    columns |= {"normalization": points.normalizations, "neutral": points.neutrals}
    columns |= {f"value_{place}": column for place, column in enumerate(points.values.values())}
    return pl.DataFrame(columns, schema_overrides={"normalization": pl.String, "neutral": pl.String})


def read_points(entry: Entry) -> Points:
    """What `points_table` and `points_document` wrote, as the table and the setting "points"."""
    table, names = entry.tables["points"], entry.settings["points"]
    weights = table.select(f"weight_{place}" for place in range(len(names["scorers"]))).to_numpy()
    values = {
        measure: read_only(table[f"value_{place}"].to_numpy().copy()) for place, measure in enumerate(names["measures"])
    }
    return Points(
        tuple(names["scorers"]),
        read_only(np.ascontiguousarray(weights, dtype=np.float64)),
        tuple(table["normalization"].to_list()),
        tuple(table["neutral"].to_list()),
        values,
    )


def _gain_document(gain: Gain) -> Document:
    return {"before": _finite(gain.before), "after": _finite(gain.after), "change": _change_document(gain.change)}


def _read_gain(document: Mapping[str, Any]) -> Gain:
    change = _read_change(document["change"])
    if change is None:
        raise ValueError("a gain without its change")
    return Gain(_number(document["before"]), _number(document["after"]), change)


def _change_document(change: Change | None) -> Document | None:
    return None if change is None else {key: _finite(value) for key, value in asdict(change).items()}


def _read_change(document: Mapping[str, Any] | None) -> Change | None:
    if document is None:
        return None
    mean, low, high = (_number(document[key]) for key in ("mean", "low", "high"))
    return Change(mean, low, high, document["n"])


def _finite(value: float) -> float | None:
    """JSON has no NaN."""
    return value if math.isfinite(value) else None


def _number(value: float | None) -> float:
    return math.nan if value is None else value


def _numbers(row: Any) -> list[float | None]:
    return [_finite(value) for value in np.asarray(row, dtype=np.float64).tolist()]


def _array(row: list[float | None]) -> Any:
    return read_only(np.array([_number(value) for value in row]))
