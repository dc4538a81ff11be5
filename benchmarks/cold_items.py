"""How good each scorer is on items that nobody took yet, on MovieLens-100K: one JSON line a scorer.

Split "cold-items": a fifth of the items is held out whole, all ratings positive. Fitted on the rest, the held-out items
are ranked among each other for each user who took one of them, k = 10; means over these users, then over the seeds.
"text, as it comes" is the text profile without any preparation of its vectors; "als that has seen them" is fitted on
everything and so is no forecast, but the most that a map to its factors could reach. The last two lines are claims:
text-to-factors against the two text profiles, ratio = ours / peer, which must be at least the target.
`--part validation` is what settings are chosen on; `--set text-to-factors.strength=2` tries another setting.

Run: python -m benchmarks.cold_items [--seeds 0] [--part validation] [--set text-to-factors.strength=2]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping

import numpy as np

from benchmarks.quality import changed_settings
from recengine.arrays import Scores
from recengine.data import Dataset, Split, default_cache, load_sample, split_dataset
from recengine.models import Recipe, Resources, make_recipe
from recengine.ranking import Rankings, compute_metrics, take, top_k

SEEDS = (0, 1, 2)
K = 10
SHOWN = ("ndcg_untruncated", "ndcg", "recall", "precision")
OURS = "text-to-factors"
PEERS = {"text, as it comes": 2.0, "text": 1.0}
"""What text-to-factors must reach, in units of each."""
SEEN = "als that has seen them"


def main() -> None:
    """Print the table and the claims."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--part", choices=("test", "validation"), default="test")
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--set", action="append", default=[], metavar="MODEL.SETTING=VALUE")
    asked = parser.parse_args()
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    changes = changed_settings(asked.set)
    recipes: dict[str, Recipe] = {
        name: make_recipe(name, changes[name]) for name in ("random", "text", "category", OURS)
    }
    recipes["text, as it comes"] = make_recipe("text", {"preparation": "as is"})
    recipes[SEEN] = make_recipe("als", changes["als"])
    resources = Resources(vector_cache=default_cache() / "vectors", device="cpu")
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    found: dict[str, float] = {}
    for name, recipe in recipes.items():
        runs = [
            measure(dataset, split_dataset(dataset, "cold-items", seed=seed), recipe, asked.part, seed, resources, name)
            for seed in seeds
        ]
        line = {"name": name, "part": asked.part, "settings": recipe.settings(), "seeds": len(seeds)}
        line |= {f"{key}@{K}": round(float(np.mean([run[key] for run in runs])), 4) for key in SHOWN}
        line["ndcg_untruncated_by_seed"] = [round(run["ndcg_untruncated"], 4) for run in runs]
        found[name] = float(np.mean([run["ndcg_untruncated"] for run in runs]))
        print(json.dumps(line), flush=True)
    for peer, target in PEERS.items():
        ratio = found[OURS] / found[peer]
        claim = {"name": f"{OURS} on cold items, against {peer}", "ours": round(found[OURS], 4)}
        claim |= {"peer": round(found[peer], 4), "ratio": round(ratio, 4), "target": target}
        print(json.dumps(claim | {"holds": ratio >= target, "unit": "NDCG"}))


def measure(
    dataset: Dataset, split: Split, recipe: Recipe, part: str, seed: int, resources: Resources, name: str
) -> Mapping[str, float]:
    """Means over the users who took a held-out item, by metric."""
    train, relevant = (split.full_train, split.test) if part == "test" else (split.train, split.validation)
    scorer = recipe.fit(dataset if name == SEEN else train, seed=seed, resources=resources)
    held_out = relevant.popularity() > 0
    users = np.arange(train.n_users, dtype=np.int32)
    scores: Scores = np.where(held_out, scorer.score(users), np.float32(np.nan))
    items = top_k(scores, K)
    rankings = Rankings(users, items, take(scores, items, np.nan))
    by_user, _ = compute_metrics(rankings, relevant.matrix, train.popularity(), train.n_users, SHOWN)
    return {key: float(np.nanmean(by_user[key])) for key in SHOWN}


if __name__ == "__main__":
    main()
