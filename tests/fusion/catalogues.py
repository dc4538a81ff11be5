"""Small catalogues with scores that are looked up, and the definition of fusion, one item at a time."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum, isnan, sqrt
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores
from recengine.fusion import NEUTRALS, NORMALIZATIONS, Fusion, Source

NAN = float("nan")


@dataclass(frozen=True)
class Table:
    """A scorer that looks its scores up."""

    scores: Scores
    device = "CPU"

    def score(self, users: Positions) -> Scores:
        return self.scores[users]

    def state(self) -> dict[str, NDArray[Any]]:
        return {"scores": self.scores}


def source_of(tables: Mapping[str, Any], seen: Any = None, eligible: list[bool] | Mask | None = None) -> Source:
    """A source over tables (users, items) given as anything that makes an array; nothing is seen by default."""
    scorers = {name: Table(np.array(table, dtype=np.float32)) for name, table in tables.items()}
    shape = next(iter(scorers.values())).scores.shape
    matrix = np.zeros(shape, dtype=np.bool_) if seen is None else np.array(seen, dtype=np.bool_)
    return Source(scorers, csr_matrix(matrix), None if eligible is None else np.array(eligible, dtype=np.bool_))


@dataclass(frozen=True)
class Case:
    """One catalogue and one question to it."""

    source: Source
    depth: int
    fusion: Fusion
    k: int


@st.composite
def cases(draw: st.DrawFn) -> Case:
    """Any catalogue of up to 4 users, 16 items and 3 scorers; shallow pools, many ties, holes of every shape."""
    shape = (draw(st.integers(1, 4)), draw(st.integers(1, 16)))
    n_scorers = draw(st.integers(1, 3))
    tables = {f"scorer {number}": draw(tables_of(shape)) for number in range(n_scorers)}
    seen = draw(hnp.arrays(np.bool_, shape))
    eligible = draw(st.none() | hnp.arrays(np.bool_, shape[1]))
    weights = draw(
        st.lists(st.sampled_from([0.0, 0.1, 0.5, 1.0, 3.7]), min_size=n_scorers, max_size=n_scorers).filter(any)
    )
    fusion = Fusion(tuple(weights), draw(st.sampled_from(NORMALIZATIONS)), draw(st.sampled_from(NEUTRALS)))
    return Case(source_of(tables, seen, eligible), draw(st.integers(1, 3)), fusion, draw(st.integers(1, shape[1])))


@st.composite
def tables_of(draw: st.DrawFn, shape: tuple[int, int]) -> Scores:
    """Scores with heavy ties or without, and no opinion on some pairs, users or items."""
    few = st.sampled_from([0.0, 1.0, 2.0])
    many = st.integers(-800, 800).map(lambda eighths: eighths / 8)
    table = draw(hnp.arrays(np.float32, shape, elements=draw(st.sampled_from([few, many]))))
    holes = draw(
        st.sampled_from(["none", "pairs", "users", "items"]).flatmap(
            lambda kind: {
                "none": st.just(np.zeros(1, dtype=np.bool_)),
                "pairs": hnp.arrays(np.bool_, shape),
                "users": hnp.arrays(np.bool_, (shape[0], 1)),
                "items": hnp.arrays(np.bool_, (1, shape[1])),
            }[kind]
        )
    )
    return np.where(holes, np.float32(NAN), table)


def fused_scores(source: Source, fusion: Fusion, user: int) -> dict[int, np.float32]:
    """The fused score of every item that may be listed, by the definition, rounded as the engine says it rounds."""
    unseen = sorted(set(range(source.seen.shape[1])) - set(source.seen[[user]].indices.tolist()))
    total = dict.fromkeys(unseen, np.float32(0))
    for scorer, weight in zip(source.scorers.values(), fusion.effective, strict=True):
        row = scorer.score(np.array([user], dtype=np.int32))[0]
        for item, value in normalised(fusion, {item: row[item] for item in unseen}).items():
            total[item] += np.float32(weight) * value
    return {item: score for item, score in total.items() if source.eligible is None or source.eligible[item]}


def normalised(fusion: Fusion, scores: dict[int, np.float32]) -> dict[int, np.float32]:
    """One scorer's values on a user's unseen items."""
    opinions = [score for score in scores.values() if not isnan(score)]
    n = len(opinions)
    if fusion.normalization == "rank":
        values = {item: by_rank(score, opinions) for item, score in scores.items()}
        neutral = np.float32(0.5 if fusion.neutral == "mean" else 0)
        return {item: neutral if isnan(scores[item]) else value for item, value in values.items()}
    if n == 0 or min(opinions) == max(opinions):
        return dict.fromkeys(scores, np.float32(0))
    mean = fsum(opinions) / n
    deviation = sqrt(fsum((score - mean) ** 2 for score in map(float, opinions)) / n)
    instead = np.float32(mean) if fusion.neutral == "mean" else min(opinions)
    filled = {item: instead if isnan(score) else score for item, score in scores.items()}
    if fusion.normalization == "softmax":
        return softmax(filled, scores, opinions, mean, deviation, fusion)
    if fusion.normalization == "min-max":
        return {item: (score - min(opinions)) / (max(opinions) - min(opinions)) for item, score in filled.items()}
    return {item: (score - np.float32(mean)) / np.float32(deviation) for item, score in filled.items()}


def softmax(
    filled: dict[int, np.float32],
    scores: dict[int, np.float32],
    opinions: list[np.float32],
    mean: float,
    deviation: float,
    fusion: Fusion,
) -> dict[int, np.float32]:
    """exp(z) over the sum of exp(z) of all opinions, rounded as the engine says; 1/n or 0 without an opinion."""
    spread, highest = float(np.float32(deviation)), float(max(opinions))
    mass = np.float32(np.sum(np.exp([(float(score) - highest) / spread for score in opinions])))
    neutral = np.float32(1) / np.float32(len(opinions)) if fusion.neutral == "mean" else np.float32(0)
    exponents = {item: round((float(score) - highest) / spread * 2**30) / 2**30 for item, score in filled.items()}
    return {
        item: neutral if isnan(scores[item]) else np.float32(np.exp(exponent) / float(mass))
        for item, exponent in exponents.items()
    }


def by_rank(score: np.float32, opinions: list[np.float32]) -> np.float32:
    """(n - rank) / (n - 1), ties share their mean rank; 1/2 when it is the only one."""
    n = len(opinions)
    if n < 2:
        return np.float32(0.5)
    higher = sum(other > score for other in opinions)
    equal = sum(other == score for other in opinions)
    return np.float32(n - (higher + (equal + 1) / 2)) / np.float32(n - 1)


def best(scores: dict[int, np.float32], k: int) -> list[int]:
    """The k best items, ties to the lower position, padded with -1."""
    items = sorted(scores, key=lambda item: (-scores[item], item))[:k]
    return items + [-1] * (k - len(items))
