"""Three verdicts in words with their figures: is it good, for whom is it not, what would change it most."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

import numpy as np

from recengine.arrays import Positions
from recengine.evaluation import change
from recengine.scenario.outcome import Outcome
from recengine.scenario.reading import reading_labels, reads_pairs, without_reading
from recengine.scenario.run import run_scenario
from recengine.scenario.workbench import Workbench

Tone = Literal["good", "mixed", "bad", "unknown"]
METRIC = "ndcg"
SIGNIFICANT = 0.05


@dataclass(frozen=True)
class Verdict:
    """A question, its answer in one or two plain sentences (text, not markup), and how it should be felt."""

    question: str
    answer: str
    tone: Tone


def verdicts(workbench: Workbench, outcome: Outcome, alone: Mapping[str, Outcome]) -> tuple[Verdict, Verdict, Verdict]:
    """The three verdicts on `outcome`, which needs its fairness report; `alone`: each scorer by itself."""
    return (_quality(workbench, outcome, alone), _groups(outcome), _levers(workbench, outcome))


def _quality(workbench: Workbench, outcome: Outcome, alone: Mapping[str, Outcome]) -> Verdict:
    question = "Is it good?"
    figure = outcome.table[METRIC]
    if not figure.n:
        return Verdict(question, "It cannot be said: no user has a held-out item to measure on.", "unknown")
    k = outcome.scenario.k
    said = f"NDCG@{k} is {figure.mean:.3f} ({_interval(figure.low, figure.high)}, n = {figure.n:,} users)."
    rivals = {name: other for name, other in alone.items() if name != "popularity"}
    floor = alone.get("popularity")
    sentences = [said]
    tone: Tone = "mixed"
    if floor is not None:
        gain = change(outcome.per_user, floor.per_user, workbench.resamples)[METRIC]
        if gain.low > 0:
            tone = "good"
            sentences.append(f"That is {gain.mean:.3f} above popularity alone ({_interval(gain.low, gain.high)}).")
        elif gain.high < 0:
            tone = "bad"
            sentences.append(f"Popularity alone is better, by {-gain.mean:.3f} ({_interval(-gain.high, -gain.low)}).")
        else:
            sentences.append(f"It cannot be told from popularity alone ({_interval(gain.low, gain.high)}).")
    if rivals:
        best = max(rivals, key=lambda name: rivals[name].table[METRIC].mean)
        gain = change(outcome.per_user, rivals[best].per_user, workbench.resamples)[METRIC]
        label = workbench.fitted[best].label
        if gain.low > 0:
            sentences.append(f"The mix beats its best scorer, {label}, by {gain.mean:.3f}.")
        elif gain.high < 0:
            tone = "mixed" if tone == "good" else tone
            sentences.append(f"Its best scorer, {label}, does better by itself, by {-gain.mean:.3f}.")
        else:
            sentences.append(f"It cannot be told from its best scorer, {label}, by itself.")
    return Verdict(question, " ".join(sentences), tone)


def _groups(outcome: Outcome) -> Verdict:
    question = "For whom is it not?"
    gaps = {
        attribute: metrics[METRIC]
        for attribute, metrics in (outcome.fairness.users if outcome.fairness else {}).items()
        if METRIC in metrics and len(metrics[METRIC].groups) > 1
    }
    if not gaps:
        return Verdict(
            question, "It cannot be said: no user attribute has two groups large enough to compare.", "unknown"
        )
    real = {attribute: gap for attribute, gap in gaps.items() if gap.p_holm < SIGNIFICANT}
    if not real:
        widest = max(gaps, key=lambda attribute: gaps[attribute].gap)
        gap = gaps[widest]
        return Verdict(
            question,
            "No gap between groups is larger than chance gives. "
            f"The widest is by {_plain(widest)}: {gap.gap:.3f} NDCG, where shuffled labels "
            f"give {gap.chance_gap:.3f} (p = {gap.p_holm:.2f}, corrected).",
            "good",
        )
    worst = max(real, key=lambda attribute: real[attribute].gap - real[attribute].chance_gap)
    gap = real[worst]
    low = min(gap.groups, key=lambda group: gap.groups[group].mean)
    high = max(gap.groups, key=lambda group: gap.groups[group].mean)
    others = [_plain(attribute) for attribute in real if attribute != worst]
    also = f" Gaps by {' and '.join(others)} are larger than chance too." if others else ""
    return Verdict(
        question,
        f"By {_plain(worst)}: {low} get NDCG {gap.groups[low].mean:.3f} (n = {gap.groups[low].n:,}), {high} "
        f"{gap.groups[high].mean:.3f} (n = {gap.groups[high].n:,}). The gap of {gap.gap:.3f} is more than the "
        f"{gap.chance_gap:.3f} of shuffled labels (p = {gap.p_holm:.3f}, corrected).{_caveat(worst)}{also}",
        "bad" if gap.ratio < 0.8 else "mixed",
    )


@dataclass(frozen=True)
class _Move:
    """One weight moved. size: by which moves are compared; gain: the mean change of the metric, NaN without one."""

    what: str
    said: str
    size: float
    gain: float


def _levers(workbench: Workbench, outcome: Outcome) -> Verdict:
    """Each weight is once dropped and once doubled; the largest move of the metric is the answer."""
    question, beside = "What would change it most?", ""
    if reads_pairs(outcome.scenario):
        # every other weight asks for pairs that nobody has read
        beside = f" Measured without the {reading_labels(outcome.scenario).lower()}."
        plain = without_reading(outcome.scenario)
        outcome = run_scenario(workbench, plain, slices=False, fairness=False)
    weights = dict(outcome.scenario.weights)
    moves: list[_Move] = []
    for name, weight in weights.items():
        label = workbench.fitted[name].label
        others = sum(weights.values()) - weight
        if weight > 0 and others > 0:
            moves.append(_move(workbench, outcome, weights | {name: 0.0}, f"Dropping {label}"))
            moves.append(_move(workbench, outcome, weights | {name: 2 * weight}, f"Doubling the weight of {label}"))
        elif weight == 0:
            added = max(weights.values()) / 2
            what = f"Adding {label} at half the largest weight"
            moves.append(_move(workbench, outcome, weights | {name: added}, what))
    if not moves:
        return Verdict(question, "Another scorer: there is only one, so no weight changes a list.", "unknown")
    largest = max(moves, key=lambda move: move.size)
    rises = [move for move in moves if move.gain > 0 and move is not largest]
    best = max(rises, key=lambda move: move.gain, default=None)
    upwards = ""
    if largest.gain < 0:
        upwards = f" Of the steps up the largest: {best.said}" if best else " No single step raises it."
    return Verdict(question, largest.said + upwards + beside, "mixed")


def _move(workbench: Workbench, outcome: Outcome, weights: Mapping[str, float], what: str) -> _Move:
    other = run_scenario(workbench, outcome.scenario.with_weights(weights), slices=False, fairness=False)
    moved = change(other.per_user, outcome.per_user, workbench.resamples)[METRIC]
    places = _places_changed(outcome.lists.rankings.items, other.lists.rankings.items)
    if not moved.n:
        said = f"{what}: {100 * places:.0f} % of all places in the lists would hold another item."
        return _Move(what, said, places, math.nan)
    up = moved.mean > 0
    interval = _interval(moved.low, moved.high) if up else _interval(-moved.high, -moved.low)
    sure = "" if moved.low > 0 or moved.high < 0 else ", within chance,"
    said = (
        f"{what} {'raises' if up else 'lowers'} NDCG@{outcome.scenario.k} by {abs(moved.mean):.3f} "
        f"({interval}){sure} and changes {100 * places:.0f} % of all places in the lists."
    )
    return _Move(what, said, abs(moved.mean), moved.mean)


def _places_changed(before: Positions, after: Positions) -> float:
    """Share of the places of `before` whose item is not in the same user's list in `after`, in [0, 1]."""
    kept = (before[:, :, None] == after[:, None, :]).any(axis=2)
    filled = before >= 0
    return float(1 - kept[filled].mean()) if filled.any() else float(np.nan)


def _interval(low: float | None, high: float | None) -> str:
    if low is None or high is None or not (math.isfinite(low) and math.isfinite(high)):
        return "no interval"
    return f"95 % interval {low:.3f} to {high:.3f}"


def _caveat(attribute: str) -> str:
    if attribute != "activity":
        return ""
    return " Part of it lies in the measure: who has more held-out items is easier to hit."


def _plain(attribute: str) -> str:
    return attribute.replace("_", " ")
