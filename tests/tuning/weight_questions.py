"""Small questions about weights."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.fusion import build_pool
from recengine.tuning import WeightQuestion
from tests.fusion.catalogues import source_of


def question_of(
    tables: Mapping[str, object], relevant: object, groups: Mapping[str, Sequence[str]] | None = None
) -> WeightQuestion:
    """Scores by scorer and what is relevant, (users, items) each, as anything that makes an array."""
    source = source_of(tables)
    matrix = csr_matrix(np.array(relevant, dtype=np.float32))
    labels = {name: pl.Series(values, dtype=pl.String) for name, values in (groups or {}).items()}
    return WeightQuestion(build_pool(source), source, matrix, np.ones(matrix.shape[1], dtype=np.int32), labels)


def drawn(n_scorers: int, seed: int, n_users: int = 30, n_items: int = 60) -> WeightQuestion:
    """Scorers that each know a little of what is relevant, the first mostly what all like, and two groups of users."""
    generator = np.random.default_rng(seed)
    relevant = generator.random((n_users, n_items)) < 0.2
    relevant[:, 0] |= ~relevant.any(axis=1)
    noise = generator.standard_normal((n_scorers, n_users, n_items))
    tables: dict[str, object] = {
        f"s{place}": noise[place] + relevant * generator.uniform(0.2, 1.5) for place in range(n_scorers)
    }
    tables["s0"] = generator.standard_normal(n_items) + 0.3 * noise[0] + relevant
    groups = {"half": ["left", "right"] * (n_users // 2), "alone": ["all"] * n_users}
    return question_of(tables, relevant, groups)
