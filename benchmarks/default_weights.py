"""How the default weights of a scenario were chosen: on the validation part, never on the test part.

Every scorer is fitted on `train` (without validation), lists hide train, NDCG@10 is measured on `validation`; mean of
seeds 0 to 2, min-max normalisation, over all weights in steps of a tenth. One JSON line a setting, best first.

Run: python -m benchmarks.default_weights [--sample synthetic] [--positive-from 1]
"""

from __future__ import annotations

import argparse
import json
from itertools import product

import numpy as np

from recengine.data import default_cache, load_sample, split_dataset
from recengine.fusion import Fusion, Source, build_pool, fuse
from recengine.models import Resources, default_recipes
from recengine.ranking import compute_metrics
from recengine.scenario import DEFAULT_WEIGHTS

STEPS = 10
SEEDS = (0, 1, 2)
K = 10
SHOWN = 15


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sample", default="movielens-100k")
    parser.add_argument("--positive-from", type=float, default=4.0)
    asked = parser.parse_args()
    dataset, _ = load_sample(asked.sample, positive_from=asked.positive_from)
    recipes = default_recipes(dataset)
    names = [recipe.name for recipe in recipes]
    grid = [step for step in product(range(STEPS + 1), repeat=len(names)) if sum(step) == STEPS]
    ndcg = np.zeros((len(SEEDS), len(grid)))
    for row, seed in enumerate(SEEDS):
        split = split_dataset(dataset, seed=seed)
        resources = Resources(vector_cache=default_cache() / "vectors", device="cpu")
        scorers = {recipe.name: recipe.fit(split.train, seed=seed, resources=resources) for recipe in recipes}
        source = Source(scorers, split.train.seen)
        pool = build_pool(source)
        for column, step in enumerate(grid):
            rankings = fuse(pool, source, Fusion(tuple(map(float, step))), K).rankings
            per_user, _ = compute_metrics(
                rankings, split.validation.matrix, split.train.popularity(), dataset.n_users, ["ndcg"]
            )
            ndcg[row, column] = np.nanmean(per_user["ndcg"])
    mean = ndcg.mean(axis=0)
    chosen = tuple(round(STEPS * DEFAULT_WEIGHTS.get(name, 0.0)) for name in names)
    ranked = sorted(range(len(grid)), key=lambda column: -mean[column])
    for place, column in enumerate(ranked, start=1):
        if place <= SHOWN or grid[column] == chosen or max(grid[column]) == STEPS:
            weights = {name: step / STEPS for name, step in zip(names, grid[column], strict=True)}
            line = {
                "name": "default weights" if grid[column] == chosen else "other weights",
                "weights": weights,
                "validation_ndcg@10": round(float(mean[column]), 4),
                "by_seed": [round(float(value), 4) for value in ndcg[:, column]],
                "place": place,
                "of": len(grid),
            }
            print(json.dumps(line))


if __name__ == "__main__":
    main()
