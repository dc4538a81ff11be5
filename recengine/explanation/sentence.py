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
    parts.sort(key=lambda part: -abs(part.contribution))
    gains = [part for part in parts if part.contribution > 0]
    losses = [part for part in parts if part.contribution < 0]
    if not parts:
        return f"{start}: no scorer adds anything to its score."
    as_share = not losses

    def reasons(chosen: list[Part]) -> str:
        return _joined(
            [
                f"{_reason(part, titles)} ({_called(part, labels)}, {_amount(part, explanation.score, as_share)})"
                for part in chosen
            ]
        )

    if not losses:
        lead = "mainly from" if gains[0].contribution >= total / 2 else "first of all from"
        return f"{start}: its score comes {lead} {reasons(gains)}."
    if not gains:
        return f"{start}: {reasons(losses)} {_verb(losses)} against it."
    return f"{start}: its score comes from {reasons(gains)}, while {reasons(losses)} {_verb(losses)} against it."


def _reason(part: Part, titles: Sequence[str]) -> str:
    if np.isnan(part.raw):
        return "a neutral value for want of an opinion"
    # largest first: what speaks for the item stands in front, what speaks against it at the end
    gain = part.contribution > 0
    ordered = (
        zip(part.items, part.shares, strict=True) if gain else zip(part.items[::-1], part.shares[::-1], strict=True)
    )
    named = [f'"{titles[item]}"' for item, share in ordered if share != 0 and (share > 0) == gain][:HISTORY_ITEMS]
    if not named:
        return "what does not depend on the history"
    about = "" if part.exact else " (approximately)"
    return f"the history, above all{about} {' and '.join(named)}"


def _called(part: Part, labels: Mapping[str, str] | None) -> str:
    return labels.get(part.scorer, part.scorer) if labels else part.scorer


def _amount(part: Part, score: float, as_share: bool) -> str:
    return f"{100 * part.contribution / score:.0f} %" if as_share else f"{part.contribution:+.3f}"


def _verb(parts: list[Part]) -> str:
    return "counts" if len(parts) == 1 else "count"


def _joined(phrases: list[str]) -> str:
    return phrases[0] if len(phrases) == 1 else f"{', '.join(phrases[:-1])} and {phrases[-1]}"


def _ordinal(rank: int) -> str:
    suffix = "th" if rank % 100 in (11, 12, 13) else {1: "st", 2: "nd", 3: "rd"}.get(rank % 10, "th")
    return f"{rank:,}{suffix}"
