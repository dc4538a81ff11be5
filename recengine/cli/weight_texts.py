"""Answers about weights, for people."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recengine.cli.output import table
from recengine.data import Dataset
from recengine.scenario import PartComparison, weights_text
from recengine.tuning import find_measure
from recengine.workspace import Thumbed, WeightClone, WeightRegion, WeightSearch

FRONT_ROWS = 20
"""Settings of a front that are printed, evenly along it."""


def search_text(search: WeightSearch, dataset: Dataset, out: str | None) -> str:
    """The best weights beside those before and the best scorer alone, the front, and the test part."""
    found, points = search.found, search.found.points
    measures = list(points.values)
    labels = [f"{find_measure(measure).label}@{found.goal.k}" for measure in measures]
    rows = [
        _row(name, points.by_scorer(number), points.at(number))
        for name, number in (("best", found.best), ("start", found.start), ("best scorer alone", found.single))
    ]
    blocks = [table(["validation", *labels, "weights"], rows)]
    if found.front:
        # all of it is in the JSON document
        shown = sorted({round(place) for place in np.linspace(0, len(found.front) - 1, FRONT_ROWS)})
        front = [
            _row(str(place + 1), points.by_scorer(number), points.at(number))
            for place in shown
            for number in [found.front[place]]
        ]
        blocks.append(table([f"front of {len(found.front):,}", *labels, "weights"], front))
    test = search.test
    rows = [
        [name, *(f"{values[measure]:.4f}" for measure in measures), _against(test, key)]
        for name, key in (("best", "found"), ("start", "start"), ("best scorer alone", "single"))
        for values in [test.values[key]]
    ]
    blocks.append(table(["test", *labels, "best less this, 95 % interval"], rows))
    best = search.best
    see = f"See more: python -m recengine evaluate --dataset {dataset.name} --scenario {out}"
    again = "Write them to a file: the same again with --out FILE, which searches nothing anew."
    blocks.append(
        f"{len(points):,} settings in {found.seconds:.1f} s, {found.evaluations_a_minute:,.0f} a minute; "
        f"{best.normalization}, no opinion counts as {best.neutral}. The best of many looks at "
        "validation flatters, the test part tells.\n" + (see if out else again)
    )
    return "\n\n".join(blocks)


def _row(name: str, weights: Mapping[str, float], values: Mapping[str, float]) -> list[str]:
    return [name, *(f"{value:.4f}" for value in values.values()), weights_text(weights)]


def _against(comparison: PartComparison, name: str) -> str:
    changes = comparison.against.get(name, {})
    return "; ".join(f"{key} {one.mean:+.4f} ({one.low:+.4f} to {one.high:+.4f})" for key, one in changes.items())


def region_text(answer: WeightRegion) -> str:
    """The best weights, and what else may choose among those that are as good."""
    region = answer.region
    points, measures = region.points, list(region.points.values)
    labels = [find_measure(measure).label for measure in measures]
    numbers = {"best": region.best}
    for name, number in region.picks.items():
        measure = find_measure(name)
        numbers[f"{'highest' if measure.higher_is_better else 'lowest'} {measure.label}"] = number
    rows = [_row(name, points.by_scorer(number), points.at(number)) for name, number in numbers.items()]
    lines = [table(["validation", *labels, "weights"], rows)]
    lines.append(f"{int(region.alike.sum()):,} of {len(points):,} settings cannot be told from the best, user by user.")
    if region.interval is not None:
        low, high = region.interval
        lines.append(f"{region.among[0]}: from {low:.2f} to {high:.2f}, the rest {region.among[1]}.")
    return "\n".join(lines)


def clone_text(answer: WeightClone) -> str:
    """The weights, and how alike the lists are."""
    clone = answer.clone
    rows = [
        [name, f"{clone.before[name].mean:.3f}", f"{found.mean:.3f}", f"{found.low:.3f} to {found.high:.3f}"]
        for name, found in clone.agreement.items()
    ]
    n = next(iter(clone.agreement.values())).n
    return (
        table([f"agreement with {answer.copied}", "before", "reached", "95 % interval"], rows)
        + f"\n{weights_text(clone.weights)}, {clone.setting.normalization}; lists of {n:,} users."
    )


def thumbs_text(answer: Thumbed) -> str:
    """The weights, how they agree, and what they change for everybody."""
    learned = answer.learned
    none = "" if learned.changed else " No other weights agree better."
    lines = [
        f"{learned.pairs:,} pairs of a good and a bad item of {learned.users:,} users: {learned.before:.0%} in the "
        f"right order before, {learned.after:.0%} after.{none}",
        weights_text(learned.weights),
    ]
    if learned.dropped:
        lines.append(f"{learned.dropped:,} thumbs are on items that the user has already seen; they say nothing here.")
    parts = (answer.validation, answer.test)
    lines += [f"{part.measured}, {part.users:,} users: {_against(part, 'start')}" for part in parts]
    return "\n".join(lines)
