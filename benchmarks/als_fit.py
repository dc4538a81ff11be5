"""Fitting ALS through the recipe against `implicit` alone with the same settings.

Generated interactions with long tails on both sides, as many as in MovieLens-100K and MovieLens-1M. Ours: confidences,
item factors, and every user solved exactly against the final item factors, ready to score. Peer: `implicit`'s own fit
from the same start on a ready matrix, BLAS on one thread as it advises; its user vectors are one round behind. CPU,
the same threads on both sides, in turn, in one run. ratio = ours / peer; target 1.1.

Run: python -m benchmarks.als_fit
"""

from __future__ import annotations

import numpy as np
import polars as pl
from implicit.cpu.als import AlternatingLeastSquares
from scipy.sparse import csr_matrix

from benchmarks._report import race, report
from recengine.data import Dataset
from recengine.models import Resources
from recengine.models.factors.als import AlsRecipe
from recengine.threads import single_threaded_blas

SIZES = ((943, 1_682, 100_000, 41), (6_040, 3_706, 1_000_000, 7))
"""Users, items, interactions drawn (pairs drawn twice count once), rounds."""


def generate(n_users: int, n_items: int, n_interactions: int) -> Dataset:
    """A dataset of weight 1 throughout: activity log-normal, popularity a power law."""
    rng = np.random.default_rng(0)
    activity = rng.lognormal(0, 1, n_users)
    popularity = np.arange(1, n_items + 1) ** -0.7
    users = rng.choice(n_users, n_interactions, p=activity / activity.sum())
    items = rng.choice(n_items, n_interactions, p=popularity / popularity.sum())
    pairs = np.unique(users * n_items + items)
    interactions = pl.DataFrame(
        {
            "user": (pairs // n_items).astype(np.int32),
            "item": (pairs % n_items).astype(np.int32),
            "weight": np.ones(pairs.size, dtype=np.float32),
            "time": pl.Series([None] * pairs.size, dtype=pl.Int64),
            "positive": np.ones(pairs.size, dtype=np.bool_),
        }
    )
    items_table = pl.DataFrame({"id": [str(item) for item in range(n_items)]}).with_columns(
        title=pl.col("id"), text=pl.lit("")
    )
    users_table = pl.DataFrame({"id": [str(user) for user in range(n_users)]})
    return Dataset("generated", interactions, items_table, users_table, (), (), "generated")


def main() -> None:
    """One claim a size."""
    recipe = AlsRecipe()
    for n_users, n_items, n_interactions, rounds in SIZES:
        dataset = generate(n_users, n_items, n_interactions)
        matrix: csr_matrix = dataset.matrix
        penalty = recipe.penalty(recipe.confidences(matrix))

        def ours(seed: int, dataset: Dataset = dataset) -> None:
            recipe.fit(dataset, seed=seed, resources=Resources(device="cpu"))

        def peer(seed: int, matrix: csr_matrix = matrix, penalty: float = penalty) -> None:
            with single_threaded_blas():
                AlternatingLeastSquares(
                    factors=recipe.factors,
                    regularization=penalty,
                    alpha=recipe.alpha,
                    iterations=recipe.iterations,
                    random_state=seed,
                ).fit(matrix, show_progress=False)

        ours(0)
        peer(0)
        times = race(ours, peer, rounds=rounds)
        name = f"ALS fit, {n_users:,} x {n_items:,}, {matrix.nnz:,} interactions, against implicit alone"
        report(name, ours=times[0], peer=times[1], target=1.1, unit="ms")


if __name__ == "__main__":
    main()
