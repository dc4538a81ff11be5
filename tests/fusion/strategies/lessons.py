"""A catalogue in which one scorer is right and one knows nothing, with the relevant items that teach it."""

from __future__ import annotations

import numpy as np
from scipy.sparse import csr_matrix

from recengine.fusion import Pool, Source, build_pool
from recengine.fusion.strategies import Learned, Lesson, Taught
from tests.fusion.catalogues import source_of
from tests.fusion.strategies.people import facts_of, knowing

N_USERS, N_ITEMS = 60, 40


def catalogue(seed: int = 0) -> tuple[Source, csr_matrix]:
    """Scores of "right" and "wrong"; each user's five best of "right" are relevant."""
    generator = np.random.default_rng(seed)
    right = generator.random((N_USERS, N_ITEMS))
    wrong = generator.random((N_USERS, N_ITEMS))
    wrong[:, :3] = np.nan
    lengths = generator.integers(1, 20, N_USERS).tolist()
    groups = ["x", "y", None] * (N_USERS // 3)
    facts = facts_of(lengths, n_items=N_ITEMS, groups=groups, ages=[30.0, None] * (N_USERS // 2))
    relevant = csr_matrix((np.argsort(np.argsort(-right, axis=1), axis=1) < 5).astype(np.float32))
    return knowing(source_of({"right": right, "wrong": wrong}), facts), relevant


def lesson(source: Source, relevant: csr_matrix, *, folds: int = 1, pool: Pool | None = None) -> Lesson:
    """From the whole catalogue, or from `pool`."""
    return Lesson(pool or build_pool(source), source.known("test"), relevant, folds=folds)


def knowing_of(source: Source, strategy: Learned, taught: Taught) -> Source:
    """The source with what the strategy was taught."""
    facts = source.known("test")
    return knowing(source, type(facts)(facts.train, facts.scorers, {strategy: taught}))
