"""The lists at one weight by the definition, in fractions: no rounding, one item at a time."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

from hypothesis import strategies as st

from recengine.fusion import Fusion
from tests.fusion.catalogues import Case, cases, normalised


def exact_lines(case: Case, user: int, scorer: int) -> dict[int, tuple[Fraction, Fraction]]:
    """(base, slope) of every item that may be listed, over the whole catalogue."""
    source, fusion = case.source, case.fusion
    unseen = sorted(set(range(source.seen.shape[1])) - set(source.seen[[user]].indices.tolist()))
    lines = {item: [Fraction(0), Fraction(0)] for item in unseen}
    for place, table in enumerate(source.scorers.values()):
        row = table.score([user])[0]  # type: ignore[arg-type]
        for item, value in normalised(fusion, {item: row[item] for item in unseen}).items():
            exact = Fraction(float(value))
            if place == scorer:
                lines[item][1] += exact
            else:
                lines[item][0] += Fraction(fusion.weights[place]) * exact
    open_items = source.eligible
    return {item: (base, slope) for item, (base, slope) in lines.items() if open_items is None or open_items[item]}


def meetings(lines: dict[int, tuple[Fraction, Fraction]], top: Fraction) -> list[Fraction]:
    """Every weight in [0, top) at which two lines meet."""
    found = set()
    every = list(lines.values())
    for at, (base, slope) in enumerate(every):
        for other_base, other_slope in every[at + 1 :]:
            if slope != other_slope:
                meet = (other_base - base) / (slope - other_slope)
                if 0 <= meet < top:
                    found.add(meet)
    return sorted(found)


def exact_list(lines: dict[int, tuple[Fraction, Fraction]], weight: Fraction, k: int) -> list[int]:
    """The k best at `weight`, ties to the lower position, padded with -1."""
    items = sorted(lines, key=lambda item: (-(lines[item][0] + weight * lines[item][1]), item))[:k]
    return items + [-1] * (k - len(items))


@st.composite
def swept_cases(draw: st.DrawFn) -> tuple[Case, int]:
    """A case whose fusion can be swept, and the scorer whose weight moves; the others may all be 0."""
    case = draw(cases())
    scorer = draw(st.integers(0, len(case.source.scorers) - 1))
    weights = list(case.fusion.weights)
    if draw(st.booleans()):
        weights[scorer] = 0.0
    if not any(weights):
        weights[scorer] = 1.0
    fusion: Fusion = replace(case.fusion, weights=tuple(weights))
    return replace(case, fusion=fusion), scorer
