"""Groups of users and of items: too small to be judged, or one that is nearly all."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import polars as pl

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding
from recengine.data.quality.wording import counted, cut, quoted_list, share_text, verb

MIN_USERS, MIN_ITEMS = 30, 10
"""Below so many a mean over the group says nothing: its interval is wider than any gap."""
ONE_SIDED = 0.8


def group_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """For users and for items: whether there are groups, the small ones, the overwhelming ones."""
    for side, least in (("users", MIN_USERS), ("items", MIN_ITEMS)):
        groups = evidence.groups.filter((pl.col("table") == side) & pl.col("group").is_not_null())
        one = side[:-1]
        if groups.is_empty():
            yield QualityFinding(
                name=f"no-{one}-groups",
                severity="note",
                value=0,
                unit="attributes",
                text=f"No attribute forms groups of {side}.",
                why="Nobody can say whether some people are served worse than others without knowing who they are."
                if side == "users"
                else "Without categories nothing can be said of which kinds of items are shown, and lists cannot be "
                "varied by kind.",
            )
            continue
        yield _small(groups, side, least)
        yield _balance(groups, side)


def _small(groups: pl.DataFrame, side: str, least: int) -> QualityFinding:
    one = side[:-1]
    small = groups.filter(pl.col("n") < least)
    if small.is_empty():
        return QualityFinding(
            name=f"small-{one}-groups",
            severity="good",
            value=0,
            unit="groups",
            n=groups.height,
            text=f"Every group of {side} has at least {least}.",
            why="So each can be judged in the fairness audit.",
        )
    shown = [
        f"{cut(attribute)} {cut(group)} ({n:,})"
        for attribute, group, n in small.sort("n").select("attribute", "group", "n").iter_rows()
    ]
    return QualityFinding(
        name=f"small-{one}-groups",
        severity="note",
        value=small.height,
        unit="groups",
        n=groups.height,
        text=f"{counted(small.height, 'group')} {verb(small.height, 'has', 'have')} fewer than {least} {side}: "
        f"{quoted_list(shown, 4)}.",
        why=f"A mean over so few {side} is mostly chance, so they cannot be audited: a gap would prove nothing, no gap "
        "neither. Join them to others where that makes sense.",
        facts={"least": least, "groups": shown[:50]},
    )


def _balance(groups: pl.DataFrame, side: str) -> QualityFinding:
    one = side[:-1]
    facts: dict[str, Any] = {}
    for (attribute,), part in groups.group_by(["attribute"], maintain_order=True):
        shares = part["n"].to_numpy() / part["n"].sum()
        entropy = float(-(shares * np.log(shares)).sum() / np.log(len(shares))) if len(shares) > 1 else 0.0
        facts[str(attribute)] = {
            "groups": part.height,
            "largest": cut(part["group"][0]),
            "largest_share": float(shares[0]),
            "evenness": entropy,
        }
    most = max(facts, key=lambda name: facts[name]["largest_share"])
    largest = facts[most]
    one_sided = [name for name, one_of in facts.items() if one_of["largest_share"] >= ONE_SIDED]
    said = f"{largest['largest']} holds {share_text(largest['largest_share'])} of {cut(most)}"
    return QualityFinding(
        name=f"{one}-group-balance",
        severity="note" if one_sided else "good",
        value=largest["largest_share"],
        unit="share",
        text=f"{counted(len(one_sided), 'attribute')} of {side} {verb(len(one_sided), 'is', 'are')} one-sided: {said}."
        if one_sided
        else f"No group outweighs all others; the largest: {said}.",
        why="Models fit the largest group, and an average over everybody is its average: look at the others by "
        "themselves."
        if one_sided
        else "So an average over everybody is not one group's alone.",
        # 1: all groups equally large; 0: one holds all (Shannon's entropy over its highest value)
        facts=facts,
    )
