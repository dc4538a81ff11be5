"""The metrics of the Studio as plain values: over all users, on the whole catalogue and on its slices."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recengine.evaluation import SLICES, Change, Figure, change
from recengine.ranking import METRICS
from recengine.reports.words import exactness, metric_interval, metric_label, metric_value
from recengine.scenario import Outcome, Workbench, reading_labels, reads_pairs
from ui.view import View

STRIP_METRICS = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate", "coverage", "gini", "novelty")


def metrics_panel(workbench: Workbench, view: View, outcome: Outcome, baseline: Outcome) -> dict[str, Any]:
    """Metrics over all users, on the whole catalogue and on its slices, each with its change against the baseline."""
    k = view.scenario.k
    changed = {} if view.scenario == view.baseline else change(outcome.per_user, baseline.per_user, workbench.resamples)
    metrics = [
        {
            "label": metric_label(key, k),
            "variant": METRICS[key].variant,
            "tip": f"{METRICS[key].explanation} {_direction(key)} Variant: {METRICS[key].variant}. "
            f"Over {METRICS[key].population}.",
        }
        for key in STRIP_METRICS
    ]
    # where what makes them differ is left out of both, that nothing changes would say nothing
    alike = outcome.scenario == baseline.scenario
    before = None if alike else baseline.table
    rows = [_metric_row("All items", "The whole catalogue.", outcome.table, before, changed, view, main=True)]
    for name, table in outcome.slices.items():
        about = next(slice_ for key, slice_ in SLICES.items() if key == name)
        before = None if alike else baseline.slices[name]
        rows.append(_metric_row(about.label, about.description, table, before, {}, view, main=False))
    return {
        "caption": f"Quality over all users, lists of {k}{_left_out(view, outcome)}",
        "metrics": metrics,
        "rows": rows,
        "exact": f"{'◐' if outcome.lists.unproven else '✓'} {exactness(outcome.lists)}",
    }


def _left_out(view: View, outcome: Outcome) -> str:
    """What the figures are without, though the view has it."""
    if outcome.scenario == view.scenario or not reads_pairs(view.scenario):
        return ""
    return f", without the {reading_labels(view.scenario).lower()}"


def _metric_row(
    label: str,
    tip: str,
    table: Mapping[str, Figure],
    before: Mapping[str, Figure] | None,
    changed: Mapping[str, Change],
    view: View,
    *,
    main: bool,
) -> dict[str, Any]:
    cells = [
        _metric_cell(key, table[key], None if before is None else before[key], changed.get(key), main)
        for key in STRIP_METRICS
    ]
    if view.scenario == view.baseline and main:
        cells[0] |= {"change": "= baseline", "tone": "flat"}
    return {
        "label": label,
        "tip": tip,
        "main": main,
        "n": f"n = {table[STRIP_METRICS[0]].n:,} users",
        "cells": cells,
    }


def _metric_cell(key: str, figure: Figure, before: Figure | None, moved: Change | None, main: bool) -> dict[str, Any]:
    """Value and interval; with `before`, how much it changed, and with `moved`, whether that is certain."""
    cell: dict[str, Any] = {
        "value": metric_value(key, figure.mean).removesuffix(f" {METRICS[key].unit}"),
        "tip": f"{metric_value(key, figure.mean)}, 95 % interval {metric_interval(key, figure)}, n = {figure.n:,}; "
        f"{METRICS[key].variant}",
        "interval": metric_interval(key, figure) if main and figure.low is not None else "",
    }
    if before is None or np.isnan(figure.mean - before.mean):
        return cell
    by = figure.mean - before.mean
    text = _signed(key, by)
    if float(text.rstrip("\u00a0%")) == 0:
        return cell | {"change": "no change" if main else "", "tone": "flat"}
    tone, said = _judged(key, by, moved)
    cell |= {"change": f"{'▲' if by > 0 else '▼'} {text}", "tone": tone, "said": said}
    if moved is not None and not np.isnan(moved.low):
        cell["change_interval"] = f"{_signed(key, moved.low)} to {_signed(key, moved.high)}"
        cell["tip"] += f". Change {text}, paired 95 % interval {cell['change_interval']}, n = {moved.n:,}"
    return cell


def _signed(key: str, by: float) -> str:
    """A change in the metric's format; the space before the % does not break."""
    return f"{by:+{METRICS[key].format}}".replace("%", "\u00a0%")


def _judged(key: str, by: float, moved: Change | None) -> tuple[str, str]:
    """Tone and words of a change: better or worse only where the paired interval leaves out 0."""
    better = METRICS[key].higher_is_better
    if better is None:
        return "flat", "neither direction is better in itself"
    if moved is None or moved.low <= 0 <= moved.high:
        return "flat", "within chance, or not tested"
    return ("better", "better than the baseline") if (by > 0) == better else ("worse", "worse than the baseline")


def _direction(key: str) -> str:
    better = METRICS[key].higher_is_better
    return "" if better is None else "Higher is better." if better else "Lower is better."
