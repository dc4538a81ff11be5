"""An explanation in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recengine.explanation.explanation import Explanation, Part
from recengine.fusion.strategies.words import ordinal

HISTORY_ITEMS = 2
_NEGLIGIBLE = 0.005


def sentence(explanation: Explanation, titles: Sequence[str], labels: Mapping[str, str] | None = None) -> str:
    """Why the item is where it is, in a sentence or two of plain text, for any catalogue; a page must escape it.

    titles: by item position. labels: how a scorer is called, by its name; without one the name stands for itself.
    Amounts are shares of the score, or signed amounts where a scorer counts against the item. Scorers that add or take
    less than half a per cent of all amounts are left out. Where the strategy is not additive, its own account stands
    instead, and where each scorer has the item.
    """
    start = standing(explanation, titles)
    remarks = [remark.text(titles, labels) for remark in explanation.account]
    if not explanation.additive:
        said = f"{start}, by {explanation.strategy}"
        why = f": {'; '.join(remarks)}" if remarks else ""
        return f"{said}{why}.{_places(explanation, labels)}"
    more = "".join(f" {remark[0].upper()}{remark[1:]}." for remark in remarks)
    return f"{start}: {_amounts(explanation, titles, labels)}.{more}"


def standing(explanation: Explanation, titles: Sequence[str]) -> str:
    """`"Alien" ranks 3rd`, with where it stood before re-ranking."""
    title, rank, before = f'"{titles[explanation.item]}"', explanation.rank, explanation.fused_rank
    if rank == 0:
        taken_out = f"is taken out by the re-rankers ({ordinal(before)} by score)"
        return f"{title} {taken_out if before else 'has no rank'}"
    if rank == before:
        return f"{title} ranks {ordinal(rank)}"
    if before == 0:
        return f"{title} ranks {ordinal(rank)} (put there by the re-rankers)"
    return f"{title} ranks {ordinal(rank)} ({ordinal(before)} by score, moved by the re-rankers)"


def own_place(rank: float) -> str:
    """A scorer's own rank of an item in words; NaN is no opinion."""
    if np.isnan(rank):
        return "no opinion"
    # ties share their mean rank, which need not be whole
    return ordinal(int(rank)) if rank == int(rank) else f"tied at {rank:,.1f}"


def _places(explanation: Explanation, labels: Mapping[str, str] | None) -> str:
    """Where each scorer of weight has the item."""
    said = [f"{_called(part, labels)} {own_place(part.rank)}" for part in explanation.parts if part.weight > 0]
    return f" The scorers' own ranks of it: {', '.join(said)}." if said else ""


def _amounts(explanation: Explanation, titles: Sequence[str], labels: Mapping[str, str] | None) -> str:
    total = sum(abs(part.contribution) for part in explanation.parts)
    parts = [part for part in explanation.parts if total > 0 and abs(part.contribution) >= _NEGLIGIBLE * total]
    if not parts:
        return "no scorer adds anything to its score"
    parts.sort(key=lambda part: -abs(part.contribution))
    as_share = all(part.contribution > 0 for part in parts)
    of_the_score = " of its score comes" if as_share else " comes"
    said = [
        f"{_amount(part, explanation.score, as_share)}{of_the_score if part is parts[0] else ''} from "
        f"{_called(part, labels)}{_reason(part, titles)}"
        for part in parts
    ]
    return "; ".join(said)


def _reason(part: Part, titles: Sequence[str]) -> str:
    if np.isnan(part.raw):
        return ", which has no opinion and counts as neutral"
    # largest first: what speaks for the item stands in front, what speaks against it at the end
    gain = part.contribution > 0
    ordered = (
        zip(part.items, part.shares, strict=True) if gain else zip(part.items[::-1], part.shares[::-1], strict=True)
    )
    named = [f'"{titles[item]}"' for item, share in ordered if share != 0 and (share > 0) == gain][:HISTORY_ITEMS]
    if not named:
        return ""
    about = "" if part.exact else " (approximately)"
    return f", above all{about} because of {' and '.join(named)} in the history"


def _called(part: Part, labels: Mapping[str, str] | None) -> str:
    return labels.get(part.scorer, part.scorer) if labels else part.scorer


def _amount(part: Part, score: float, as_share: bool) -> str:
    return f"{100 * part.contribution / score:.0f} %" if as_share else f"{part.contribution:+.3f}"
