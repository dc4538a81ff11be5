"""What the studio's components show, as plain values: a pure function of what was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np

from recengine.data import Dataset
from recengine.evaluation import SLICES, Change, Figure, change
from recengine.fusion import FusedRow
from recengine.ranking import METRICS
from recengine.reports.text import one_line
from recengine.reports.theme import series_style
from recengine.reports.words import UNDEFINED, metric_interval, metric_label, metric_value
from recengine.scenario import Outcome, Scenario, Workbench
from ui.view import View

STRIP_METRICS = ("ndcg", "recall", "precision", "map", "mrr", "hit_rate", "coverage", "gini", "novelty")
MAX_HISTORY = 100
MAX_DETAIL = 60


def stamp(view: View) -> str:
    """What a panel was drawn for: `als=0.6,text=0.4;k=10;norm=min-max;neutral=mean;user=1`."""
    scenario = view.scenario
    weights = ",".join(f"{name}={weight:g}" for name, weight in scenario.weights)
    return f"{weights};k={scenario.k};norm={scenario.normalization};neutral={scenario.neutral};user={view.user}"


def series(workbench: Workbench) -> list[dict[str, Any]]:
    """Each scorer's label and looks, in the order of the pool."""
    return [
        {"name": name, "label": fitted.label, "color": series_style(at).color, "pattern": series_style(at).pattern}
        for at, (name, fitted) in enumerate(workbench.fitted.items())
    ]


def mix_panel(workbench: Workbench, scenario: Scenario, baseline: Scenario) -> dict[str, Any]:
    """Raw and effective weights, and the effective ones of the baseline."""
    fusion, before = scenario.fusion, baseline.fusion.effective
    return {
        "scorers": [
            {**one, "raw": f"{raw:g}", "effective": f"{share:.0%}", "share": share, "baseline": f"{was:.0%}"}
            for one, raw, share, was in zip(series(workbench), fusion.weights, fusion.effective, before, strict=True)
        ],
        "settings": f"{scenario.normalization}, no opinion counts as {scenario.neutral}, lists of {scenario.k}",
    }


def results_panel(
    workbench: Workbench,
    view: View,
    outcome: Outcome,
    baseline: Outcome,
    row: FusedRow,
    before: FusedRow,
    history: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """All that a slider changes. `row`, `before`: the user's whole catalogue under the scenario and the baseline.

    history: `history_rows` of the user.
    """
    return {
        "stamp": stamp(view),
        "metrics": metrics_panel(workbench, view, outcome, baseline),
        "list": list_panel(workbench, view, outcome, row, before),
        "history": history_panel(workbench, view, row, history),
    }


def list_panel(workbench: Workbench, view: View, outcome: Outcome, row: FusedRow, before: FusedRow) -> dict[str, Any]:
    """The user's list. `row`, `before`: their whole catalogue under the scenario and under the baseline."""
    dataset = workbench.dataset
    user = dataset.user_position[view.user]
    place = int(np.flatnonzero(outcome.lists.rankings.users == user)[0])
    items = outcome.lists.rankings.items[place]
    items = items[items >= 0]
    parts = np.array(view.scenario.fusion.effective)[:, None] * row.normalised[:, items].astype(np.float64)
    held_out = set(workbench.relevant[user].indices.tolist())
    link = view.params()
    rows = [
        {
            "item": dataset.item_ids[item],
            "rank": rank,
            "title": one_line(dataset.titles[item]),
            "detail": item_detail(dataset, int(item)),
            "move": _move(rank, int(before.rank[item]), view.baseline.k),
            "score": f"{row.score[item]:.3f}",
            "held_out": int(item) in held_out,
            "href": f"explain?{urlencode({**link, 'item': dataset.item_ids[item]})}",
            "parts": [_part(float(parts[c, at]), bool(row.opinion[c, item])) for c in range(len(parts))],
        }
        for at, (rank, item) in enumerate(zip(range(1, len(items) + 1), items.tolist(), strict=True))
    ]
    proof = "proven from the candidate pool" if outcome.lists.certified[place] else "re-scored over the whole catalogue"
    hits = sum(row["held_out"] for row in rows)
    return {
        "caption": f"The {len(rows)} best of {int((row.rank > 0).sum()):,} unseen items for user {one_line(view.user)}",
        "scorers": series(workbench),
        "rows": rows,
        "footer": f"{hits} of {len(held_out)} held-out items in the list. This list is exact: {proof}.",
    }


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
    rows = [_metric_row("All items", "The whole catalogue.", outcome.table, baseline.table, changed, view, main=True)]
    for name, table in outcome.slices.items():
        about = next(slice_ for key, slice_ in SLICES.items() if key == name)
        rows.append(_metric_row(about.label, about.description, table, baseline.slices[name], {}, view, main=False))
    users, rescored = len(outcome.lists.rankings.users), outcome.lists.rescored
    return {
        "caption": f"Quality over all users, lists of {k}",
        "metrics": metrics,
        "rows": rows,
        "exact": f"✓ Exact for all {users:,} users: {users - rescored:,} lists proven from the candidate pool, "
        f"{rescored:,} re-scored over all {workbench.dataset.n_items:,} items.",
    }


def history_panel(
    workbench: Workbench, view: View, row: FusedRow, history: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the user did: the held-out items with their rank now, and the history that the scorers know."""
    dataset = workbench.dataset
    user = dataset.user_position[view.user]
    held_out = workbench.relevant[user].indices
    held_out = held_out[np.argsort(row.rank[held_out], kind="stable")]
    more = len(history) - MAX_HISTORY
    return {
        "user": view.user,
        "held_caption": f"Held out: {len(held_out)}",
        "held": [
            {
                "item": item,
                "title": one_line(dataset.titles[item]),
                "rank": f"#{row.rank[item]:,}",
                "hit": bool(0 < row.rank[item] <= view.scenario.k),
            }
            for item in held_out.tolist()
        ],
        "held_note": "Liked items the scorers have not seen, with their rank now. Those in the list are hits."
        if len(held_out)
        else "Nothing of this user was held out, so their list cannot be judged.",
        "history_caption": f"History: {len(history):,}",
        "history": history[:MAX_HISTORY],
        "more": f"and {more:,} more, in the CSV" if more > 0 else "",
    }


def history_rows(workbench: Workbench, user: int) -> list[dict[str, Any]]:
    """What the scorers know of a user, the latest first."""
    rows = workbench.fitted_on.interactions.filter(workbench.fitted_on.interactions["user"] == user)
    if workbench.fitted_on.has_times:
        rows = rows.sort("time", descending=True, nulls_last=True, maintain_order=True)
    titles = workbench.dataset.titles
    return [
        {"title": one_line(titles[item]), "weight": f"{weight:g}", "positive": positive}
        for item, weight, positive in rows.select("item", "weight", "positive").iter_rows()
    ]


def item_detail(dataset: Dataset, item: int) -> str:
    """The item's attributes in short: "1994 · Drama, Crime"."""
    words = []
    decades = set()
    for attribute in sorted(dataset.item_attributes, key=lambda attribute: attribute.kind != "number"):
        value = dataset.items[attribute.name][item]
        if value is None:
            continue
        if attribute.kind == "number":
            words.append(f"{value:g}")
            decades.add(f"{value // 10 * 10:.0f}s")
        else:
            words.append(", ".join(value) if attribute.kind == "categories" else str(value))
    # beside the year, its decade says nothing
    text = one_line(" · ".join(word for word in words if word and word not in decades))
    return text if len(text) <= MAX_DETAIL else f"{text[: MAX_DETAIL - 1].rstrip()}…"


def _part(value: float, opinion: bool) -> dict[str, Any]:
    return {"value": value, "opinion": opinion, "text": f"{value:.3f}" + ("" if opinion else " (no opinion)")}


def _move(rank: int, before: int, k: int) -> dict[str, str]:
    if before > k:
        return {"kind": "new", "text": f"new ({before:,})", "said": f"new in the list, was number {before:,}"}
    if before == rank:
        return {"kind": "same", "text": "", "said": "same place as under the baseline"}
    kind = "up" if before > rank else "down"
    return {"kind": kind, "text": str(abs(before - rank)), "said": f"{kind} {abs(before - rank)}, was number {before}"}


def _metric_row(
    label: str,
    tip: str,
    table: Mapping[str, Figure],
    before: Mapping[str, Figure],
    changed: Mapping[str, Change],
    view: View,
    *,
    main: bool,
) -> dict[str, Any]:
    same = view.scenario == view.baseline
    return {
        "label": label,
        "tip": tip,
        "main": main,
        "n": f"n = {table[STRIP_METRICS[0]].n:,} users",
        "cells": [
            _metric_cell(key, table[key], None if same else before[key], changed.get(key), main)
            for key in STRIP_METRICS
        ],
    }


def _metric_cell(key: str, figure: Figure, before: Figure | None, moved: Change | None, main: bool) -> dict[str, Any]:
    layout = METRICS[key].format
    interval = metric_interval(key, figure)
    cell: dict[str, Any] = {
        "value": metric_value(key, figure.mean).removesuffix(f" {METRICS[key].unit}"),
        "tip": f"{metric_value(key, figure.mean)}, 95 % interval {interval}, n = {figure.n:,}; {METRICS[key].variant}",
        "interval": interval if main and figure.low is not None else "",
    }
    if before is None or np.isnan(figure.mean - before.mean):
        return cell
    by = figure.mean - before.mean
    text = f"{by:+{layout}}"
    unmoved = float(text.rstrip("%")) == 0
    sure = moved is not None and (moved.low > 0 or moved.high < 0)
    better = METRICS[key].higher_is_better
    tone = "flat" if not sure or better is None or unmoved else "better" if (by > 0) == better else "worse"
    cell |= {"change": f"= {UNDEFINED if by else '0'}" if unmoved else f"{'▲' if by > 0 else '▼'} {text}", "tone": tone}
    if unmoved:
        cell["change"] = "no change" if main else ""
    cell["said"] = "better than the baseline" if tone == "better" else "worse" if tone == "worse" else "not certain"
    if moved is not None and main and not unmoved and not np.isnan(moved.low):
        cell["change_interval"] = f"{moved.low:+{layout}} to {moved.high:+{layout}}"
        cell["tip"] += f". Change {text}, paired 95 % interval {cell['change_interval']}, n = {moved.n:,}"
    return cell


def _direction(key: str) -> str:
    better = METRICS[key].higher_is_better
    return "" if better is None else "Higher is better." if better else "Lower is better."
