"""What the studio's components show, as plain values: a pure function of what was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np

from recengine.data import Dataset
from recengine.fusion import FusedRow
from recengine.reports.text import one_line
from recengine.reports.theme import series_style
from recengine.scenario import Outcome, Scenario, Workbench
from ui.metric_panel import metrics_panel
from ui.view import View

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
    parts = row.parts[:, items]
    held_out = set(workbench.relevant[user].indices.tolist())
    link = view.params()
    rows = [
        {
            "item": dataset.item_ids[item],
            "rank": rank,
            "title": one_line(dataset.titles[item]),
            "detail": item_detail(dataset, int(item)),
            "move": move(rank, int(before.rank[item]), view.baseline.k),
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


def move(rank: int, before: int, k: int, against: str = "under the baseline") -> dict[str, str]:
    """How a place in a list differs from the one before, which may be beyond `k`. against: what "before" was."""
    if before > k:
        return {"kind": "new", "text": f"new ({before:,})", "said": f"new in the list, was number {before:,}"}
    if before == rank:
        return {"kind": "same", "text": "", "said": f"same place as {against}"}
    kind = "up" if before > rank else "down"
    return {"kind": kind, "text": str(abs(before - rank)), "said": f"{kind} {abs(before - rank)}, was number {before}"}
