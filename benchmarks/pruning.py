"""What ending hopeless trials saves: the same search with and without pruning, on the validation part.

MovieLens-100K, all ratings positive, 40 trials of ALS by NDCG@10 on each seed; processor seconds of both searches, and
the best value that each found. One JSON line a seed, then the claim over all of them.

Run: python -m benchmarks.pruning [--model als] [--trials 40] [--seeds 0]
"""

from __future__ import annotations

import argparse
import json
import time
from collections import Counter

from benchmarks._report import report
from recengine.data import default_cache, load_sample
from recengine.models import Resources, make_recipe
from recengine.tuning import Budget, ask, tune

SEEDS = (0, 1, 2)


def main() -> None:
    """Search twice a seed, and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--model", default="als")
    parser.add_argument("--trials", type=int, default=40)
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    asked = parser.parse_args()
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    resources = Resources(vector_cache=default_cache() / "vectors", device="cpu")
    recipe = make_recipe(asked.model)
    # libraries are loaded before the clock starts
    tune(ask(recipe, dataset), recipe, dataset, budget=Budget(2), resources=resources)
    total = {True: 0.0, False: 0.0}
    for seed in map(int, asked.seeds.split(",")):
        line: dict[str, object] = {"name": f"{asked.model}, seed {seed}, {asked.trials} trials"}
        for prune in (True, False):
            question = ask(recipe, dataset, seed=seed, prune=prune)
            start = time.process_time()
            study = tune(question, recipe, dataset, budget=Budget(asked.trials), resources=resources)
            seconds = time.process_time() - start
            total[prune] += seconds
            line["pruned" if prune else "full"] = {
                "seconds": round(seconds, 1),
                "best": None if study.best is None else round(study.best.value or 0.0, 4),
                "trials": dict(Counter(trial.state for trial in study.trials)),
            }
        print(json.dumps(line), flush=True)
    report("search with pruning, processor time", ours=total[True], peer=total[False], target=0.95, unit="s")


if __name__ == "__main__":
    main()
