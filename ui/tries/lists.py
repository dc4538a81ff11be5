"""The two lists of one user side by side, as values for the component that draws lists. No Streamlit here."""

from __future__ import annotations

from typing import Any

import numpy as np

from recengine.fusion import FusedRow
from recengine.reports.text import one_line
from recengine.reports.words import UNDEFINED
from recengine.scenario import Outcome, Workbench
from ui.panels import item_details, score_digits, series


def list_panel(
    name: str, workbench: Workbench, outcome: Outcome, row: FusedRow, other: FusedRow, user: int
) -> dict[str, Any]:
    """One side's list of `user`. name: "A" or "B"; other: the user's whole catalogue on the other side.

    A tells where each item goes, B where it came from: up, down, new or out.
    """
    dataset = workbench.dataset
    place = int(np.flatnonzero(outcome.lists.rankings.users == user)[0])
    items = outcome.lists.rankings.items[place]
    items = items[items >= 0]
    held_out = set(workbench.relevant[user].indices.tolist())
    k, additive = outcome.scenario.k, bool(np.isfinite(row.parts[:, items]).all())
    details, digits = item_details(dataset, items), score_digits(row.score[items])
    rows = [
        {
            "item": dataset.item_ids[item],
            "rank": rank,
            "title": one_line(dataset.titles[item]),
            "detail": details[rank - 1],
            "move": (going if name == "A" else coming)(rank, int(other.rank[item]), k),
            "score": f"{row.score[item]:.{digits}f}" if np.isfinite(row.score[item]) else UNDEFINED,
            "held_out": item in held_out,
            "href": None,
            "parts": [
                _part(float(adds), bool(row.opinion[c, item]), digits) for c, adds in enumerate(row.parts[:, item])
            ]
            if additive
            else [],
        }
        for rank, item in enumerate(items.tolist(), start=1)
    ]
    stay = sum(0 < int(other.rank[item]) <= k for item in items.tolist())
    hits = sum(bool(one["held_out"]) for one in rows)
    apart = f"{len(rows) - stay} {'are not in B' if name == 'A' else 'are new'}"
    return {
        "stamp": f"{name};{outcome.scenario.key[:12]};{user}",
        "caption": f"{name}: the {len(rows)} best for user {one_line(dataset.user_ids[user])}",
        "scorers": series(workbench) if additive else [],
        "rows": rows,
        "footer": f"{hits} of {len(held_out)} held-out items in the list; {stay} items are in both lists, {apart}.",
    }


def coming(rank: int, before: int, k: int) -> dict[str, str]:
    """How an item of B came to its rank; before: its rank in A, 0 where it has none."""
    if not 0 < before <= k:
        was = f"was number {before:,} in A" if before else "has no place in A"
        return {"kind": "new", "text": f"new ({before:,})" if before else "new", "said": f"new in the list, {was}"}
    return _moved(before, rank, f"was number {before} in A")


def going(rank: int, after: int, k: int) -> dict[str, str]:
    """Where an item of A goes; after: its rank in B, 0 where it has none."""
    if not 0 < after <= k:
        is_now = f"is number {after:,} in B" if after else "has no place in B"
        return {"kind": "down", "text": f"out ({after:,})" if after else "out", "said": f"dropped, {is_now}"}
    return _moved(rank, after, f"is number {after} in B")


def _moved(before: int, after: int, said: str) -> dict[str, str]:
    if before == after:
        return {"kind": "same", "text": "", "said": "same place on both sides"}
    kind, by = ("up" if before > after else "down"), abs(before - after)
    return {"kind": kind, "text": str(by), "said": f"{kind} {by}, {said}"}


def _part(value: float, opinion: bool, digits: int) -> dict[str, Any]:
    return {"value": value, "opinion": opinion, "text": f"{value:.{digits}f}" + ("" if opinion else " (no opinion)")}
