"""An explanation as one sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from recengine.explanation.explanation import Explanation, Part

HISTORY_ITEMS = 2
_NEGLIGIBLE = 0.005


def sentence(explanation: Explanation, titles: Sequence[str], labels: Mapping[str, str] | None = None) -> str:
    """What the score is made of, in one sentence of plain text, for any catalogue; a page must escape it.

    titles: by item position. labels: how a scorer is called, by its name; without one the name stands for itself.
    Amounts are shares of the score, or signed amounts where a scorer counts against the item. Scorers that add or take
    less than half a per cent of all amounts are left out.
    """
    total = sum(abs(part.contribution) for part in explanation.parts)
    start = f'"{titles[explanation.item]}" ranks {_ordinal(explanation.rank)}'
    parts = [part for part in explanation.parts if total > 0 and abs(part.contribution) >= _NEGLIGIBLE * total]
    if not parts:
        return f"{start}: no scorer adds anything to its score."
    parts.sort(key=lambda part: -abs(part.contribution))
    as_share = all(part.contribution > 0 for part in parts)
    of_the_score = " of its score comes" if as_share else " comes"
    said = [
        f"{_amount(part, explanation.score, as_share)}{of_the_score if part is parts[0] else ''} from "
        f"{_called(part, labels)}{_reason(part, titles)}"
        for part in parts
    ]
    return f"{start}: {'; '.join(said)}."


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


def _ordinal(rank: int) -> str:
    suffix = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank:,}{suffix}"
