"""How good each scorer is alone on MovieLens-100K, in the setting of published figures: one JSON line a scorer.

Random 80/20 a user, all ratings positive, fitted on the whole training part, its items hidden, k = 10; means over the
users with a test item, then over the seeds. `--part validation` is what settings are chosen on: fitted without the
validation part and measured on it. `--set als.factors=32` tries another setting. Memory is what the recipe estimates
beforehand, and what its fit added at its peak to a process that had dataset and libraries loaded; of a network, two
rounds of it. Time of an epoch: a network's fit over its rounds, drawing examples and measuring the held-out users
included. A table for people comes last.

Run: python -m benchmarks.quality [--models als,ease] [--seeds 0] [--positive-from 4] [--part validation]
     [--set als.alpha=4] [--device cuda]
"""

from __future__ import annotations

import argparse
import json
import time
from collections import defaultdict
from dataclasses import replace
from typing import Any, cast

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks._peak import peak_mebibytes
from recengine.data import Split, default_cache, load_sample, split_dataset
from recengine.evaluation import item_slices
from recengine.models import RECIPES, Learns, Recipe, Resources, make_recipe
from recengine.models.training import TrainedRecipe
from recengine.ranking import METRICS, Rankings, compute_metrics, take, top_k

SEEDS = (0, 1, 2)
K = 10
LEAST = {
    "ease": 0.288,
    "als": 0.285,
    "user-knn": 0.268,
    "rp3beta": 0.262,
    "item-knn": 0.248,
    "neumf": 0.2,
    "deepfm": 0.2,
    "nfm": 0.2,
    "dlrm": 0.2,
    "bpr": 0.19,
    "multi-task": 0.24,
    "irgan": 0.134,
    "popularity": 0.134,
}
"""NDCG (untruncated) that the final fit must reach with all ratings positive; a popularity of .134 to .143 is known."""
SHOWN = ("ndcg_untruncated", "ndcg", "ndcg_full_k", "recall", "precision", "map", "map_by_relevant", "coverage")

_WARM: set[Recipe] = set()
SLICES = ("long-tail_ndcg_untruncated", "cold_ndcg_untruncated")


def main() -> None:
    """Print the table, best first as the recipes stand."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--positive-from", type=float, default=1.0)
    parser.add_argument("--part", choices=("test", "validation"), default="test")
    parser.add_argument("--device", choices=("cpu", "cuda", "auto"), default="cpu")
    parser.add_argument("--models", default=",".join(name for name in RECIPES if name != "external"))
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--set", action="append", default=[], metavar="MODEL.SETTING=VALUE")
    asked = parser.parse_args()
    dataset, _ = load_sample("movielens-100k", positive_from=asked.positive_from)
    changes = changed_settings(asked.set)
    resources = Resources(vector_cache=default_cache() / "vectors", device=asked.device)
    lines: list[dict[str, Any]] = []
    seeds = [int(seed) for seed in asked.seeds.split(",")]
    for name in asked.models.split(","):
        default, recipe = make_recipe(name), make_recipe(name, changes[name])
        runs = [
            measure(recipe, split_dataset(dataset, seed=seed), asked.part, seed=seed, resources=resources)
            for seed in seeds
        ]
        line = {
            "name": recipe.name,
            "part": asked.part,
            "positive_from": asked.positive_from,
            "settings": recipe.settings(),
            "device": runs[0]["device"],
            "fit_seconds": round(float(np.median([run["fit_seconds"] for run in runs])), 2),
            "rounds": runs[0]["rounds"],
            "epoch_seconds": None
            if runs[0]["rounds"] is None
            else round(float(np.median([run["fit_seconds"] / run["rounds"] for run in runs])), 2),
            "score_seconds": round(float(np.median([run["score_seconds"] for run in runs])), 3),
            "peak_mebibytes": peak_mebibytes(short(recipe, 2), asked.positive_from, resources),
            "estimated_mebibytes": round(
                recipe.memory(dataset.n_users, dataset.n_items, dataset.matrix.nnz) / 2**20, 1
            ),
            "seeds": len(seeds),
        }
        for key in (*SHOWN, *SLICES):
            line[f"{key}@{K}"] = round(float(np.mean([run[key] for run in runs])), 4)
        line["ndcg_untruncated_by_seed"] = [round(run["ndcg_untruncated"], 4) for run in runs]
        if asked.part == "test" and asked.positive_from <= 1 and recipe == default and recipe.name in LEAST:
            ours, target = line[f"ndcg_untruncated@{K}"], LEAST[recipe.name]
            line |= {"ours": ours, "peer": target, "ratio": round(ours / target, 4), "target": 1, "unit": "NDCG"}
            line["holds"] = ours >= target
        lines.append(line)
        print(json.dumps(line), flush=True)
    print(_table(lines))
    print(json.dumps({"metrics": {key: f"{METRICS[key].label}: {METRICS[key].variant}" for key in SHOWN}}))


def measure(recipe: Recipe, split: Split, part: str, *, seed: int, resources: Resources) -> dict[str, Any]:
    """Figures of one fit, by metric, with the seconds that it took and its device."""
    train, relevant = (split.full_train, split.test) if part == "test" else (split.train, split.validation)
    # text vectors and libraries are there before the clock starts: an import fits on a machine that has them
    if recipe not in _WARM:
        short(recipe, 1).fit(train, seed=seed, resources=resources)
        _WARM.add(recipe)
    start = time.perf_counter()
    scorer = recipe.fit(train, seed=seed, resources=resources)
    seconds = time.perf_counter() - start

    users = np.arange(train.n_users, dtype=np.int32)
    start = time.perf_counter()
    scores = scorer.score(users)
    score_seconds = time.perf_counter() - start
    scores[train.seen.nonzero()] = np.nan
    items = top_k(scores, K)
    rankings = Rankings(users, items, take(scores, items, np.nan))
    by_user, overall = compute_metrics(rankings, relevant.matrix, train.popularity(), train.n_users, SHOWN)
    figures = {key: float(np.nanmean(values)) for key, values in by_user.items()}
    for name, mask in item_slices(train.popularity()).items():
        # the slice ranked alone, measured over the users with a relevant item in it
        among = csr_matrix(relevant.matrix.multiply(mask.astype(np.float32)))
        among.eliminate_zeros()
        if among.nnz:
            best = top_k(np.where(mask, scores, np.float32(np.nan)), K)
            listed = Rankings(users, best, take(scores, best, np.nan))
            within, _ = compute_metrics(listed, among, train.popularity(), train.n_users, ["ndcg_untruncated"])
            figures[f"{name}_ndcg_untruncated"] = float(np.nanmean(within["ndcg_untruncated"]))
    rounds = len(scorer.losses) if isinstance(recipe, TrainedRecipe) and isinstance(scorer, Learns) else None
    times = {"fit_seconds": seconds, "score_seconds": score_seconds, "rounds": rounds}
    return figures | overall | times | {"device": scorer.device}


def short(recipe: Recipe, rounds: int) -> Recipe:
    """Of a network one that learns for so many rounds; any other as it is."""
    return cast(Recipe, replace(recipe, epochs=rounds)) if isinstance(recipe, TrainedRecipe) else recipe


def _table(lines: list[dict[str, Any]]) -> str:
    """The figures that people compare first, the best NDCG first."""
    columns = {
        "NDCG": f"ndcg_untruncated@{K}",
        "precision": f"precision@{K}",
        "recall": f"recall@{K}",
        "MAP": f"map@{K}",
        "coverage": f"coverage@{K}",
        "long tail": f"{SLICES[0]}@{K}",
        "cold": f"{SLICES[1]}@{K}",
        "fit s": "fit_seconds",
        "epoch s": "epoch_seconds",
        "score s": "score_seconds",
        "peak MiB": "peak_mebibytes",
        "estimate MiB": "estimated_mebibytes",
    }
    rows = ["| model | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    best_first = sorted(lines, key=lambda line: -float(line[columns["NDCG"]]))
    for line in best_first:
        cells = ["" if line[key] is None else str(line[key]) for key in columns.values()]
        rows.append(f"| {line['name']} | " + " | ".join(cells) + " |")
    return "\n".join(rows)


def changed_settings(texts: list[str]) -> dict[str, dict[str, Any]]:
    """Settings by model; a value is JSON where it can be read so, else text."""
    changes: dict[str, dict[str, Any]] = defaultdict(dict)
    for text in texts:
        path, _, value = text.partition("=")
        model, _, setting = path.partition(".")
        try:
            changes[model][setting] = json.loads(value)
        except json.JSONDecodeError:
            changes[model][setting] = value
    return changes


if __name__ == "__main__":
    main()
