"""Items: how unequally they are taken, and how many hardly or never."""

from __future__ import annotations

from collections.abc import Iterator

from recengine.data.quality import fixes
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import of_all, share_text, verb

CONCENTRATED = 0.9
RARE = 5


def popularity_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Concentration, rare items."""
    spread = evidence.popularity
    concentrated = spread.gini > CONCENTRATED
    line = spread.line
    yield QualityFinding(
        name="popularity-gini",
        severity="note" if concentrated else "good",
        value=spread.gini,
        unit="index",
        n=evidence.dataset.n_items,
        text=f"The most popular tenth of the items holds {share_text(spread.top(0.1))} of the interactions "
        f"(Gini {spread.gini:.2f}).",
        why="A list of the best sellers will look strong here, and models tend to repeat it: compare every figure "
        "with popularity, and look at coverage and the long tail."
        if concentrated
        else "Popularity is unequal everywhere; this much leaves models something to find beyond the best sellers.",
        facts={} if line is None else {"log_log_slope": line[0], "log_log_r_squared": line[2]},
    )
    rare = int(((evidence.by_item > 0) & (evidence.by_item < RARE)).sum())
    if rare:
        n_items = evidence.dataset.n_items
        yield QualityFinding(
            name="rare-items",
            severity="note",
            value=rare,
            unit="items",
            n=n_items,
            text=f"{of_all(rare, n_items, 'items')} {verb(rare, 'was', 'were')} taken by fewer than {RARE} users.",
            why="What is known of them is chance; models that learn from who took what place them badly, and only "
            "their text or attributes can help.",
            fix=fixes.core(),
        )
