"""What each strategy's list is by definition: plain Python over the whole catalogue, one item at a time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import isnan
from typing import Any

import numpy as np
from hypothesis import strategies as st

from recengine.fusion import Fusion, Source, make_strategy
from tests.fusion.catalogues import Case, cases, normalised

Row = dict[int, np.float32]
"""One scorer's numbers by item."""


@dataclass(frozen=True)
class View:
    """What one user's list is made of: all unseen items, and those among them that may be listed, ascending."""

    raw: list[Row]
    ranks: list[Row]
    weights: list[float]
    listable: list[int]


def view(source: Source, fusion: Fusion, user: int) -> View:
    seen = set(source.seen[[user]].indices.tolist())
    unseen = [item for item in range(source.seen.shape[1]) if item not in seen]
    rows = [scorer.score(np.array([user], dtype=np.int32))[0] for scorer in source.scorers.values()]
    raw = [{item: row[item] for item in unseen} for row in rows]
    listable = [item for item in unseen if source.eligible is None or source.eligible[item]]
    return View(raw, [ranks(row) for row in raw], list(fusion.weights), listable)


def ranks(scores: Row) -> Row:
    """From 1 for the highest, ties share their mean; NaN without an opinion."""
    opinions = [score for score in scores.values() if not isnan(score)]
    found = {}
    for item, score in scores.items():
        higher, equal = sum(other > score for other in opinions), sum(other == score for other in opinions)
        found[item] = score if isnan(score) else np.float32(higher + (equal + 1) / 2)
    return found


def summed(parts: Sequence[tuple[np.float32, np.float32]]) -> np.float32:
    """Weight times value, added from left to right, rounded as the engine says; without the scorers of no weight."""
    total = np.float32(0)
    for weight, value in parts:
        if weight > 0:
            total = total + weight * value
    return total


def effective(fusion: Fusion) -> list[np.float32]:
    return [np.float32(weight) for weight in fusion.effective]


def reciprocal_rank(seen: View, fusion: Fusion) -> dict[int, np.float32]:
    constant = np.float32(fusion.strategy.settings()["constant"])

    def value(rank: np.float32) -> np.float32:
        return np.float32(0) if isnan(rank) else np.float32(1) / (constant + rank)

    weights = effective(fusion)
    return {
        item: summed([(weight, value(own[item])) for weight, own in zip(weights, seen.ranks, strict=True)])
        for item in seen.listable
    }


def borda(seen: View, fusion: Fusion) -> dict[int, np.float32]:
    def value(own: Row, item: int) -> np.float32:
        m, n = len(own), sum(not isnan(rank) for rank in own.values())
        if not isnan(own[item]):
            return np.float32(m + 1 - own[item]) / np.float32(m)
        if n == 0 or fusion.neutral == "floor":
            return np.float32(0)
        # the points left are 1 + 2 + ... + (m - n), shared by m - n items
        return np.float32(sum(range(1, m - n + 1)) / (m - n)) / np.float32(m)

    weights = effective(fusion)
    return {
        item: summed([(weight, value(own, item)) for weight, own in zip(weights, seen.ranks, strict=True)])
        for item in seen.listable
    }


def comb_mnz(seen: View, fusion: Fusion) -> dict[int, np.float32]:
    settings = fusion.strategy.settings()
    values = [normalised(fusion, row) for row in seen.raw]
    scores = {}
    for item in seen.listable:
        by = [
            (weight, max(value[item], np.float32(0)))
            for weight, value, own in zip(effective(fusion), values, seen.ranks, strict=True)
            if own[item] <= settings["listed"] and weight > 0
        ]
        total = summed([(weight if settings["weigh"] == "both" else np.float32(1), value) for weight, value in by])
        scores[item] = total * summed([(weight, np.float32(1)) for weight, _ in by])
    return scores


def by_place(seen: View, fusion: Fusion) -> list[Row]:
    """Rank normalisation, which Condorcet and the cascade read."""
    as_rank = replace(fusion, normalization="rank")
    return [normalised(as_rank, row) for row in seen.raw]


def condorcet(seen: View, fusion: Fusion, items: Sequence[int]) -> list[int]:
    """Duels among `items`: the whole catalogue, or what the pool holds."""
    values = by_place(seen, fusion)
    weights = [Fraction(str(weight)) for weight in fusion.weights]
    mean = {
        item: summed([(weight, own[item]) for weight, own in zip(effective(fusion), values, strict=True)])
        for item in items
    }
    order = sorted(items, key=lambda item: (-mean[item], item))
    shortlist = order[: fusion.strategy.settings()["shortlist"]]

    def votes(one: int, other: int) -> Fraction:
        return sum((w for w, own in zip(weights, values, strict=True) if own[one] > own[other]), Fraction(0))

    points = {
        one: sum(
            1 if votes(one, other) > votes(other, one) else 0.5 if votes(one, other) == votes(other, one) else 0
            for other in shortlist
            if other != one
        )
        for one in shortlist
    }
    score = {item: np.float32(points[item]) + mean[item] / np.float32(4) for item in shortlist}
    return sorted(shortlist, key=lambda item: (-score[item], item)) + order[len(shortlist) :]


def interleaving(seen: View, fusion: Fusion, items: Sequence[int]) -> list[int]:
    total = sum(Fraction(str(weight)) for weight in fusion.weights)
    quota = {at: Fraction(str(weight)) / total for at, weight in enumerate(fusion.weights) if weight > 0}
    order = fusion.strategy.settings()["order"]
    turns = sorted(quota, key=lambda at: -quota[at]) if order == "weight" else list(quota)
    lists = {
        at: sorted(
            (item for item in items if not isnan(seen.raw[at][item])),
            key=lambda item: (seen.ranks[at][item], item),
        )
        for at in quota
    }
    taken: list[int] = []
    counts = dict.fromkeys(quota, 0)
    while any(lists.values()):
        backwards = order == "snake" and len(taken) // len(turns) % 2 == 1
        asked = turns[::-1] if backwards else turns
        able = [at for at in asked if lists[at]]
        chosen = max(able, key=lambda at: quota[at] * (len(taken) + 1) - counts[at])  # the first of equals
        item = lists[chosen][0]
        counts[chosen] += 1
        taken.append(item)
        lists = {at: [other for other in own if other != item] for at, own in lists.items()}
    return taken + [item for item in items if item not in taken]


def cascade(seen: View, fusion: Fusion, items: Sequence[int], scorers: Sequence[str]) -> list[int]:
    values = by_place(seen, fusion)
    order, behind = list(items), list[int]()
    for text in fusion.strategy.settings()["stages"].split(","):
        name, _, keeps = text.partition(":")
        own = values[list(scorers).index(name)]
        order = sorted(order, key=lambda item: -own[item])  # Python sorts stably: ties stay as they were
        if keeps:
            order, behind = order[: int(keeps)], order[int(keeps) :] + behind
    return order + behind


POINTWISE = {"reciprocal-rank": reciprocal_rank, "borda": borda, "comb-mnz": comb_mnz}
LISTWISE = ("condorcet", "interleaving", "cascade")


def listed_by_definition(case: Case, user: int, items: Sequence[int] | None = None) -> list[int]:
    """The user's whole order, best first, of the catalogue or of the `items` of a pool."""
    fusion = case.fusion
    seen = view(case.source, fusion, user)
    among = seen.listable if items is None else sorted(items)
    name = fusion.strategy.name
    if name in POINTWISE:
        scores = POINTWISE[name](seen, fusion)
        return sorted(among, key=lambda item: (-scores[item], item))
    if name == "condorcet":
        return condorcet(seen, fusion, among)
    if name == "interleaving":
        return interleaving(seen, fusion, among)
    return cascade(seen, fusion, among, list(case.source.scorers))


@st.composite
def settings_of(draw: st.DrawFn, name: str, scorers: Sequence[str]) -> Mapping[str, Any]:
    """Settings small enough to matter in a small catalogue."""
    if name == "reciprocal-rank":
        return {"constant": draw(st.sampled_from([0.0, 1.0, 60.0]))}
    if name == "comb-mnz":
        return {"listed": draw(st.integers(1, 6)), "weigh": draw(st.sampled_from(["both", "votes"]))}
    if name == "condorcet":
        return {"shortlist": draw(st.sampled_from([2, 4, 100]))}
    if name == "interleaving":
        return {"order": draw(st.sampled_from(["listed", "weight", "snake"]))}
    if name == "cascade":
        keeps = sorted(draw(st.lists(st.integers(1, 6), min_size=0, max_size=3)), reverse=True)
        names = draw(st.lists(st.sampled_from(list(scorers)), min_size=len(keeps) + 1, max_size=len(keeps) + 1))
        return {"stages": ",".join([*(f"{one}:{n}" for one, n in zip(names, keeps, strict=False)), names[-1]])}
    return {}


@st.composite
def strategy_cases(draw: st.DrawFn, *names: str) -> Case:
    """Any catalogue of `cases`, fused by one of the strategies."""
    case = draw(cases())
    name = draw(st.sampled_from(names or (*POINTWISE, *LISTWISE)))
    strategy = make_strategy(name, draw(settings_of(name, list(case.source.scorers))))
    return replace(case, fusion=replace(case.fusion, strategy=strategy))


def padded(items: Sequence[int], k: int) -> list[int]:
    return [*items[:k], *([-1] * (k - len(items)))]
