"""What the studio's components show, as plain values: a pure function of what was computed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlencode

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.fusion import FusedRow, Listwise, WeightedSum
from recengine.reports.text import one_line
from recengine.reports.theme import series_style
from recengine.reports.words import UNDEFINED
from recengine.scenario import Outcome, Scenario, Workbench, rerankers_text, strategy_text
from ui.metric_panel import metrics_panel
from ui.view import View

MAX_HISTORY = 100
MAX_DETAIL = 60
MAX_DIGITS = 6
"""Decimals of a score at most."""


def stamp(view: View) -> str:
    """What a panel was drawn for: `als=0.6,text=0.4;k=10;norm=min-max;neutral=mean;user=1`, and the strategy and
    re-rankers where they are not the first look's.
    """
    scenario = view.scenario
    weights = ",".join(f"{name}={weight:g}" for name, weight in scenario.weights)
    parts = [weights, f"k={scenario.k}", f"norm={scenario.normalization}", f"neutral={scenario.neutral}"]
    parts.append(f"user={view.user}")
    if scenario.strategy != WeightedSum.name or scenario.strategy_settings:
        parts.append(f"strategy={strategy_text(scenario)}")
    if scenario.rerankers:
        parts.append(f"rerank={rerankers_text(scenario)}")
    return ";".join(parts)


def series(workbench: Workbench) -> list[dict[str, Any]]:
    """Each scorer's label and looks, in the order of the pool."""
    return [
        {"name": name, "label": fitted.label, "color": series_style(at).color, "pattern": series_style(at).pattern}
        for at, (name, fitted) in enumerate(workbench.fitted.items())
    ]


def results_panel(
    workbench: Workbench,
    view: View,
    outcome: Outcome,
    baseline: Outcome,
    row: FusedRow,
    before: FusedRow,
    history: Sequence[Mapping[str, Any]],
) -> dict[str, Any]:
    """All that the release of a slider changes. `row`, `before`: the user's whole catalogue under the scenario and the
    baseline. history: `history_rows` of the user.
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
    items = listed(view.scenario, outcome, row, user)
    additive = view.scenario.fusion.strategy.additive
    digits = score_digits(row.score[items])
    held_out = set(workbench.relevant[user].indices.tolist())
    link = view.params()
    details = item_details(dataset, items)
    rows = [
        {
            "item": dataset.item_ids[item],
            "rank": rank,
            "title": one_line(dataset.titles[item]),
            "detail": details[rank - 1],
            "move": move(rank, int(before.rank[item]), view.baseline.k),
            "score": f"{row.score[item]:.{digits}f}" if np.isfinite(row.score[item]) else UNDEFINED,
            "held_out": item in held_out,
            "href": f"explain?{urlencode({**link, 'item': dataset.item_ids[item]})}",
            "parts": [
                _part(float(adds), bool(row.opinion[c, item]), digits) for c, adds in enumerate(row.parts[:, item])
            ]
            if additive and np.isfinite(row.score[item])
            else [],
        }
        for rank, item in enumerate(items.tolist(), start=1)
    ]
    hits = sum(row["held_out"] for row in rows)
    ranked = "candidates" if isinstance(view.scenario.fusion.strategy, Listwise) else "unseen items"
    return {
        "caption": f"The {len(rows)} best of {int((row.rank > 0).sum()):,} {ranked} for user {one_line(view.user)}",
        "scorers": series(workbench) if additive else [],
        "rows": rows,
        "digits": digits,
        "footer": f"{hits} of {len(held_out)} held-out items in the list. {_proof(view, outcome, place)}",
    }


def listed(scenario: Scenario, outcome: Outcome, row: FusedRow, user: int) -> Positions:
    """The items of the user's list, best first: the outcome's, or the row's where the outcome is of another scenario.

    It is where a re-ranker would take long for all users.
    """
    if outcome.scenario == scenario:
        items: Positions = outcome.lists.rankings.items[outcome.lists.rankings.users == user].ravel()
        there: Positions = items[items >= 0]
        return there
    places = np.flatnonzero((row.rank > 0) & (row.rank <= scenario.k))
    return places[np.argsort(row.rank[places], kind="stable")].astype(np.int32)


def _proof(view: View, outcome: Outcome, place: int) -> str:
    """What is known of the list of the user at `place`."""
    if outcome.lists.certified[place]:
        said = "This list is exact: proven from the candidate pool"
    elif isinstance(view.scenario.fusion.strategy, Listwise):
        said = "This list is the best of the candidate pool; a deeper pool may change it"
    else:
        said = "This list is exact: re-scored over the whole catalogue"
    return f"{said}, then re-ranked; scores are those before." if view.scenario.rerankers else f"{said}."


def score_digits(scores: Scores) -> int:
    """Decimals that tell scores of this size apart: 3, or more where all are small."""
    highest = float(np.abs(scores[np.isfinite(scores)]).max(initial=0))
    return 3 if highest >= 0.1 or highest == 0 else min(MAX_DIGITS, 3 + math.ceil(-math.log10(highest)) - 1)


def history_panel(
    workbench: Workbench, view: View, row: FusedRow, history: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """What the user did: the held-out items with their rank now, and the history that the scorers know."""
    dataset = workbench.dataset
    user = dataset.user_position[view.user]
    held_out = workbench.relevant[user].indices
    # an item without a place, outside the pool or blocked by a rule, stands last
    held_out = held_out[np.lexsort((row.rank[held_out], row.rank[held_out] == 0))]
    more = len(history) - MAX_HISTORY
    return {
        "user": view.user,
        "held_caption": f"Held out: {len(held_out)}",
        "held": [
            {
                "item": item,
                "title": one_line(dataset.titles[item]),
                "rank": f"#{row.rank[item]:,}" if row.rank[item] > 0 else UNDEFINED,
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
    return item_details(dataset, np.array([item]))[0]


def item_details(dataset: Dataset, items: Positions | NDArray[np.intp]) -> list[str]:
    """`item_detail` of each of `items`, positions."""
    attributes = sorted(dataset.item_attributes, key=lambda attribute: attribute.kind != "number")
    columns = [dataset.items[attribute.name].gather(items).to_list() for attribute in attributes]
    kinds = [attribute.kind for attribute in attributes]
    return [_detail(kinds, values) for values in zip(*columns, strict=True)] if columns else [""] * len(items)


def _detail(kinds: Sequence[str], values: Sequence[Any]) -> str:
    words = []
    decades = set()
    for kind, value in zip(kinds, values, strict=True):
        if value is None:
            continue
        if kind == "number":
            words.append(f"{value:g}")
            decades.add(f"{value // 10 * 10:.0f}s")
        else:
            words.append(", ".join(value) if kind == "categories" else str(value))
    # beside the year, its decade says nothing
    text = one_line(" · ".join(word for word in words if word and word not in decades))
    return text if len(text) <= MAX_DETAIL else f"{text[: MAX_DETAIL - 1].rstrip()}…"


def _part(value: float, opinion: bool, digits: int) -> dict[str, Any]:
    return {"value": value, "opinion": opinion, "text": f"{value:.{digits}f}" + ("" if opinion else " (no opinion)")}


def move(rank: int, before: int, k: int, against: str = "under the baseline") -> dict[str, str]:
    """How a place in a list differs from the one before, which may be beyond `k`. against: what "before" was.

    before: 0 where the item could not be listed.
    """
    if before == 0:
        return {"kind": "new", "text": "new", "said": f"new in the list, could not be listed {against}"}
    if before > k:
        return {"kind": "new", "text": f"new ({before:,})", "said": f"new in the list, was number {before:,}"}
    if before == rank:
        return {"kind": "same", "text": "", "said": f"same place as {against}"}
    kind = "up" if before > rank else "down"
    return {"kind": kind, "text": str(abs(before - rank)), "said": f"{kind} {abs(before - rank)}, was number {before}"}
