"""What a re-ranker costs and brings, and which rules were not kept, in words. No Streamlit here."""

from __future__ import annotations

import math

from recengine.evaluation import Change
from recengine.reports.words import metric_label
from recengine.scenario import Outcome, Workbench
from recengine.scenario.price import Price

PRICE_HELP = (
    "The whole chain against the chain without this one, over the users with held-out items, with the paired 95 % "
    "interval."
)


def price_words(price: Price, k: int) -> str:
    """ "NDCG@10 -0.012 (-0.020 to -0.004). Diversity within a list (by genre) +0.081 (0.075 to 0.087)." """
    cost = _change(metric_label(price.metric, k), price.cost, ".3f", "")
    gain = _change(price.aim.label, price.gain, price.aim.format, price.aim.unit)
    return f"{cost} {gain}"


def unpriced_words(workbench: Workbench) -> str:
    """What is said of a re-ranker where not all users are read: how long one takes."""
    facts = workbench.source.facts
    pairs = None if facts is None else facts.pair_scores
    seconds = math.nan if pairs is None else pairs.seconds_a_user
    took = "" if math.isnan(seconds) else f"It takes {seconds:.2g} s a user. "
    return f"{took}What it costs and brings is known when all users are read."


def unmet_words(workbench: Workbench, outcome: Outcome) -> list[str]:
    """One line for each rule that some lists do not keep, with how many."""
    rankings = outcome.lists.rankings
    lines = []
    for reranker in outcome.scenario.fusion.rerankers:
        facts = workbench.source.known(reranker.label)
        for rule, broken in reranker.unmet(rankings.items, facts).items():
            if broken.any():
                lines.append(
                    f"Not kept for {int(broken.sum()):,} of {len(broken):,} users: {rule}. They have seen what it asks "
                    "for, or another rule goes before."
                )
    return lines


def _change(label: str, change: Change, layout: str, unit: str) -> str:
    if math.isnan(change.mean):
        return f"{label}: not known."
    if change.mean == change.low == change.high == 0:
        return f"{label}: no change."
    unit = f" {unit}" if unit else ""
    if math.isnan(change.low):
        return f"{label} {change.mean:+{layout}}{unit}, n = {change.n:,}."
    judged = ", within chance" if change.low <= 0 <= change.high else ""
    return f"{label} {change.mean:+{layout}}{unit} ({change.low:+{layout}} to {change.high:+{layout}}{judged})."
