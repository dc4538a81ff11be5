"""How good the lists of new users are on MovieLens-100K, by how many of their items are known: one JSON line a method.

Split "cold-users": a fifth of the users is held out whole; all ratings positive, k = 10, NDCG. Of each held-out user 10
items are set aside, of which 0, 1, 3, 5 or 10 are revealed, and the other items are looked for; the same users, items
and candidates at every amount. Means over the users, then over the seeds. Compared are the blend of picks and
popularity, each scorer folded in, and what attributes, and three favourite genres as words, add.

Three claims: mean NDCG of the blend over the amounts against popularity; against the best scorer folded in alone, over
the amounts from 1; and of attributes and popularity against popularity alone where nothing is picked.

Run: python -m benchmarks.cold_users [--part validation] [--seeds 0]
"""

from __future__ import annotations

import argparse
import json

import numpy as np

from recengine.coldstart.measure import AMOUNTS, BLEND, BLEND_WITH, NewcomerQuality, measure_newcomers
from recengine.data import default_cache, load_sample, split_dataset
from recengine.models import Resources, default_recipes
from recengine.scenario import default_scenario

SEEDS = (0, 1, 2)
K = 10


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("test", "validation"), default="test")
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    asked = parser.parse_args()
    runs = [measure(int(seed), asked.part) for seed in asked.seeds.split(",")]
    means: dict[str, dict[int, float]] = {}
    for name in runs[0].curves:
        means[name] = {
            amount: float(np.mean([run.curves[name][amount].mean for run in runs])) for amount in runs[0].curves[name]
        }
        figures = {str(amount): round(value, 4) for amount, value in means[name].items()}
        print(json.dumps({"name": name, "part": asked.part, "seeds": len(runs), "known items": figures}), flush=True)
    over = {name: float(np.mean(list(curve.values()))) for name, curve in means.items()}
    claim("new users, blend against popularity", over[BLEND], over["popularity"])
    picked = {name: np.mean([curve[amount] for amount in AMOUNTS[1:]]) for name, curve in means.items()}
    alone = max(float(value) for name, value in picked.items() if name in ("als", "text", "popularity"))
    claim("new users, blend against the best scorer alone", float(picked[BLEND]), alone)
    claim("new users, attributes against popularity", means[BLEND_WITH["segment"]][0], means["popularity"][0])


def measure(seed: int, part: str) -> NewcomerQuality:
    """The figures of one seed, with the scorers and weights of a first look."""
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    split = split_dataset(dataset, "cold-users", seed=seed)
    train, held_out = (split.full_train, split.test) if part == "test" else (split.train, split.validation)
    resources = Resources(vector_cache=default_cache() / "vectors", device="cpu")
    scorers = {recipe.name: recipe.fit(train, seed=seed, resources=resources) for recipe in default_recipes(dataset)}
    fusion = default_scenario(dataset).fusion
    return measure_newcomers(scorers, train, held_out.matrix, fusion, k=K, seed=seed, resources=resources)


def claim(name: str, ours: float, peer: float) -> None:
    """A line that holds where ours is at least as good."""
    line = {"name": name, "ours": round(ours, 4), "peer": round(peer, 4), "ratio": round(ours / peer, 4)}
    print(json.dumps(line | {"target": 1, "holds": ours >= peer, "unit": "NDCG@10"}), flush=True)


if __name__ == "__main__":
    main()
