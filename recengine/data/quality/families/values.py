"""Values: one only, most at the top, a few that dwarf all others."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from recengine.data.quality import fixes
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.histogram import Histogram
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import share_text

TOP_HEAVY = 0.4
MOST_STARS = 11
DWARFED = 1_000.0


def value_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """What the values of the interactions look like."""
    values = evidence.values
    if values is None:
        return
    n_rows = evidence.rows.height
    distinct = len(values.counts)
    if values.single_values and distinct == 1:
        rated = evidence.column_of("value") is not None
        yield QualityFinding(
            name="one-value",
            severity="note" if rated else "good",
            value=1,
            unit="values",
            n=n_rows,
            text=f"Every interaction has the value {values.low[0]:g}.",
            why="The column tells likes from dislikes no more than none would; perhaps another column does."
            if rated
            else "What was taken is known, not how much it was liked: the usual case of clicks and purchases.",
        )
    elif values.single_values and distinct <= MOST_STARS:
        # weights of types of events are no ratings
        rated = evidence.column_of("event") is None
        yield _stars(values, n_rows, rated=rated)
        if rated and evidence.dataset.positive_from is None and _rating_like(values):
            low = float(values.counts[values.low <= (values.low[0] + values.low[-1]) / 2].sum() / n_rows)
            yield QualityFinding(
                name="low-ratings-positive",
                severity="warning",
                value=low,
                unit="share",
                n=n_rows,
                text=f"Every rating counts as liked, the lower half of the scale too: {share_text(low)} of all.",
                why="Models then recommend what resembles things that people disliked. Choose from which rating on one "
                "counts as positive, if these are ratings.",
            )
    else:
        yield from _tail(evidence)


def _stars(values: Histogram, n_rows: int, *, rated: bool) -> QualityFinding:
    shares = values.counts / n_rows
    top, low = float(shares[-1]), values.low
    # the extremes beat their neighbours: the J of people who speak up when delighted, or angry (Hu, Pavlou & Zhang,
    # 2009, CACM 52(10))
    shaped = rated and len(shares) >= 3 and top >= TOP_HEAVY and shares[-1] > shares[-2] and shares[0] > shares[1]
    facts = {"values": {f"{value:g}": float(share) for value, share in zip(low.tolist(), shares.tolist(), strict=True)}}
    if shaped:
        return QualityFinding(
            name="j-shape",
            severity="note",
            value=top,
            unit="share",
            n=n_rows,
            text=f"Ratings are J-shaped: {share_text(top)} are {low[-1]:g}; {low[0]:g} is commoner than {low[1]:g}.",
            why="Who was neither delighted nor angry did not rate, so a missing rating is no dislike, and the mean "
            "says little.",
            facts=facts,
        )
    return QualityFinding(
        name="values",
        severity="good",
        value=len(shares),
        unit="values",
        n=n_rows,
        text=f"{len(shares)} values from {low[0]:g} to {low[-1]:g}, the commonest {low[int(np.argmax(shares))]:g} "
        f"({share_text(float(shares.max()))}).",
        why="A scale that is used as a whole tells what people like from what they do not.",
        facts=facts,
    )


def _rating_like(values: Histogram) -> bool:
    return len(values.low) >= 3 and float(values.low[-1]) <= 10 and bool(((values.low * 2) % 1 == 0).all())


def _tail(evidence: Evidence) -> Iterator[QualityFinding]:
    weights = evidence.rows["weight"]
    median, highest = float(weights.median() or 0), float(weights.max())  # type: ignore[arg-type]
    top = float(weights.top_k(max(len(weights) // 100, 1)).cast(float).sum()) / float(weights.cast(float).sum())
    dwarfed = highest > DWARFED * median
    yield QualityFinding(
        name="value-tail",
        severity="warning" if dwarfed else "good",
        value=top,
        unit="share",
        n=len(weights),
        text=f"The highest hundredth of the values holds {share_text(top)} of their sum; the median is "
        f"{median:,.4g}, the highest {highest:,.4g}.",
        why="A few heavy users or machines outweigh everybody else in a model that weighs by value; their logarithm, "
        "or a cap, keeps the order and takes the weight."
        if dwarfed
        else "No value dwarfs the others.",
        # weights of types of events are no column that has a rule
        fix=fixes.logarithm() if dwarfed and evidence.column_of("value") is not None else None,
    )
