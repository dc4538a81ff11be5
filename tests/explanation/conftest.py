from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.fusion import DEFAULT_DEPTH, Pool, Source, build_pool
from recengine.models import Scorer, ScoreShares


@dataclass(frozen=True)
class Plain:
    """Scores from a table; does not say where they come from."""

    table: Values
    device: str = "CPU"

    def score(self, users: Positions) -> Scores:
        return self.table[users].astype(np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        return {"table": self.table}


@dataclass(frozen=True)
class Additive:
    """`score(u, i) = sum of similarity[j, i] over the history j of u, + other[i]`; NaN in `other` is no opinion."""

    history: csr_matrix
    similarity: Values
    other: Values
    device: str = "CPU"

    def score(self, users: Positions) -> Scores:
        return (self.history[users].toarray().astype(np.float64) @ self.similarity + self.other).astype(np.float32)

    def state(self) -> dict[str, NDArray[Any]]:
        return {"similarity": self.similarity, "other": self.other}

    def explain(self, user: int, item: int) -> ScoreShares:
        items = self.history.indices[self.history.indptr[user] : self.history.indptr[user + 1]]
        return ScoreShares(items.astype(np.int32), self.similarity[items, item], float(self.other[item]))


@dataclass(frozen=True)
class World:
    """Four users over eight items: "near" and "far" are additive, "plain" is not; far has no opinion on item 7."""

    seen: csr_matrix
    scorers: dict[str, Scorer]

    def source(self, **kwargs: Any) -> Source:
        return Source(self.scorers, self.seen, **kwargs)

    def pool(self, source: Source | None = None, users: Positions | None = None) -> Pool:
        return build_pool(source or self.source(), users=users, depth=DEFAULT_DEPTH)


@pytest.fixture(scope="session")
def make_world() -> Callable[[int], World]:
    def make(seed: int) -> World:
        generator = np.random.default_rng(seed)
        # no user has seen items 6 and 7, so that everybody has something to rank
        seen = np.zeros((4, 8))
        seen[:, :6] = generator.random((4, 6)) < 0.4
        history = csr_matrix(seen.astype(np.float32))
        other = generator.normal(size=8)
        other[7] = np.nan
        scorers: dict[str, Scorer] = {
            "near": Additive(history, generator.normal(size=(8, 8)), generator.normal(size=8)),
            "far": Additive(history, generator.normal(size=(8, 8)), other),
            "plain": Plain(generator.random((4, 8))),
        }
        return World(history, scorers)

    return make


@pytest.fixture(scope="session")
def world(make_world: Callable[[int], World]) -> World:
    return make_world(0)
