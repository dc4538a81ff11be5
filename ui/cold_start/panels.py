"""What the Cold start page shows of lists, as values for its elements. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import polars as pl

from recengine.arrays import Positions, Values
from recengine.coldstart import ORIGINS, EditedList, NewcomerList, Origin
from recengine.data import Dataset
from recengine.reports.text import one_line
from recengine.reports.theme import series_style
from recengine.scenario import Workbench
from ui.panels import item_detail, move, series

ORIGIN_LABELS: Mapping[Origin, str] = {
    "picks": "Picked items",
    "words": "Words",
    "segment": "People alike",
    "everybody": "Everybody",
}
REASONS: Mapping[Origin, str] = {
    "picks": "like what was picked",
    "words": "close to the words",
    "segment": "popular with people alike",
    "everybody": "popular with everybody",
}
TELLING = 0.2
"""How much less than popularity a personal origin may lift an item and still be the reason to name."""
MAX_OFFERED = 2_000
"""Items that a picker holds; a larger catalogue has a search of its own above it."""


def newcomer_panel(
    dataset: Dataset, listed: NewcomerList, picks: Positions, effects: Values, stamp: str
) -> dict[str, Any]:
    """The list of a new user, its bars by origin. picks (n,), effects (n, k): of `recengine.coldstart.pick_effects`."""
    by_origin = listed.by_origin()
    opinion = {
        origin: np.any(
            [row for row, voice in zip(listed.opinion, listed.voices, strict=True) if voice.origin == origin], 0
        )
        for origin in by_origin
    }
    reasons = main_reasons(dataset, listed, picks, effects)
    rows = [
        {
            "item": dataset.item_ids[item],
            "rank": at + 1,
            "title": one_line(dataset.titles[item]),
            "detail": " · ".join(part for part in (item_detail(dataset, item), reasons[at]) if part),
            "move": {"kind": "same", "text": "", "said": ""},
            "score": f"{listed.scores[at]:.3f}",
            "held_out": False,
            "href": None,
            "parts": [
                _part(float(parts[at]), opinion=bool(opinion[origin][at])) for origin, parts in by_origin.items()
            ],
        }
        for at, item in enumerate(listed.items.tolist())
    ]
    ranked = int((listed.row.rank > 0).sum())
    return {
        "stamp": stamp,
        "caption": f"The {len(rows)} best of {ranked:,} items",
        "scorers": [origin_looks(origin) for origin in by_origin],
        "rows": rows,
        "still": True,
        "footer": "The parts of a bar sum to the score.",
    }


def edited_panel(workbench: Workbench, edited: EditedList, k: int, *, after: bool) -> dict[str, Any]:
    """The list of an edited history, after or before the edit, its bars by scorer; moves against the other one."""
    dataset = workbench.dataset
    row, other = (edited.after, edited.before) if after else (edited.before, edited.after)
    items = np.flatnonzero((row.rank > 0) & (row.rank <= k))
    items = items[np.argsort(row.rank[items])]
    parts = row.parts[:, items]
    rows = [
        {
            "item": dataset.item_ids[item],
            "rank": at + 1,
            "title": one_line(dataset.titles[item]),
            "detail": item_detail(dataset, item),
            "move": _edit_move(at + 1, int(other.rank[item]), k, after=after),
            "score": f"{row.score[item]:.3f}",
            "held_out": False,
            "href": None,
            "parts": [_part(float(parts[c, at]), opinion=bool(row.opinion[c, item])) for c in range(len(parts))],
        }
        for at, item in enumerate(items.tolist())
    ]
    same = "the same" if after else "kept"
    stay = sum(0 < int(other.rank[item]) <= k for item in items.tolist())
    return {
        "stamp": f"{'after' if after else 'before'};{edited.edited}",
        "caption": f"{'After' if after else 'Before'} the edit",
        "scorers": series(workbench),
        "rows": rows,
        "footer": f"{stay} of {len(rows)} {same}.",
    }


def main_reasons(dataset: Dataset, listed: NewcomerList, picks: Positions, effects: Values) -> list[str]:
    """Why each item is listed, in a few words: the origin that lifts it furthest above the mean item.

    What tells of the newcomer goes before what is said to everybody, unless it lifts less than `TELLING` of that.
    """
    lifts: dict[Origin, Values] = {origin: np.zeros(len(listed.items)) for origin in listed.by_origin()}
    for at, voice in enumerate(listed.voices):
        normalised = listed.row.normalised[at].astype(np.float64)
        lifts[voice.origin] += listed.parts[at] - voice.weight * np.nanmean(normalised)
    reasons = []
    for at in range(len(listed.items)):
        origin = max(lifts, key=lambda one: lifts[one][at] * (TELLING if one == "everybody" else 1))
        reason = REASONS[origin]
        if origin == "picks" and len(picks) and effects[:, at].max() > 0:
            reason = f"because of {one_line(dataset.titles[int(picks[effects[:, at].argmax()])])}"
        reasons.append(reason)
    return reasons


def origin_looks(origin: Origin) -> dict[str, str]:
    """Label and looks of an origin, the same in every list."""
    style = series_style(ORIGINS.index(origin))
    return {"name": origin, "label": ORIGIN_LABELS[origin], "color": style.color, "pattern": style.pattern}


def voice_rows(listed: NewcomerList, labels: Mapping[str, str]) -> pl.DataFrame:
    """Who has a say: origin, scorer, effective weight, and what it adds to the first item."""
    return pl.DataFrame(
        {
            "From": [ORIGIN_LABELS[voice.origin] for voice in listed.voices],
            "Scorer": [labels.get(voice.scorer, voice.scorer) for voice in listed.voices],
            "Weight": [voice.weight for voice in listed.voices],
            "Adds to the first": listed.parts[:, 0].tolist() if len(listed.items) else [0.0] * len(listed.voices),
        }
    )


def trust_line(trust: Mapping[Origin, float]) -> str:
    """ "Trust: picked items 50 %, everybody 50 %"."""
    shares = [f"{ORIGIN_LABELS[origin].lower()} {share:.0%}".replace("%", "\u00a0%") for origin, share in trust.items()]
    return f"Trust: {', '.join(shares)}."


def offered(dataset: Dataset, popularity: Positions, chosen: Sequence[int], search: str = "") -> list[int]:
    """Positions of what a picker offers, the most popular first: at most `MAX_OFFERED`, and `chosen` whatever they are.

    search: part of a title in any case, or an id.
    """
    items = np.argsort(-popularity, kind="stable")
    if search.strip():
        wanted = search.strip()
        titles = dataset.items["title"].str.to_lowercase().str.contains(wanted.lower(), literal=True)
        items = items[(titles | (dataset.items["id"] == wanted)).to_numpy()[items]]
    found: list[int] = items[:MAX_OFFERED].tolist()
    return [*(item for item in chosen if item not in set(found)), *found]


def item_name(dataset: Dataset, item: int) -> str:
    """The title, with the year where the catalogue has one: "Fargo (1996)"."""
    title = one_line(dataset.titles[item])
    years = any(one.name == "year" and one.kind == "number" for one in dataset.item_attributes)
    year = dataset.items["year"][item] if years else None
    return title if year is None or f"{year:.0f}" in title else f"{title} ({year:.0f})"


def _part(value: float, *, opinion: bool) -> dict[str, Any]:
    return {"value": value, "opinion": opinion, "text": f"{value:.3f}" + ("" if opinion else " (no opinion)")}


def _edit_move(rank: int, other: int, k: int, *, after: bool) -> dict[str, str]:
    """How the place differs from the other list's."""
    if after:
        if other == 0:
            return {"kind": "new", "text": "new", "said": "new in the list, was in the history"}
        return move(rank, other, k, "before the edit")
    if other == 0:
        return {"kind": "down", "text": "picked", "said": "leaves the list for the history"}
    if other > k:
        return {"kind": "down", "text": f"out ({other:,})", "said": f"leaves the list, number {other:,} after the edit"}
    return {"kind": "same", "text": "", "said": f"number {other} after the edit"}
