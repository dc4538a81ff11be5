"""How good and how fast the sequence models are on MovieLens-100K, where time says what is to be found.

All ratings positive; each user's last event by time is the test, ties by the order of the file, and the one before it
is what settings and weights are chosen on. Every item is ranked, what was seen is left out, k = 10. `--part test`:
fitted on all but the test event; `validation`: without the one before it either, and measured on that. NDCG is the mean
over the users, then over the model seeds; its standard error is over users, of each user's mean. Differences are per
user, with their 95 % bootstrap interval over users. Time of an epoch: the fit's seconds over its rounds. Memory: what
a fit of two rounds added at its peak, and what the recipe estimates.

fusion: weights of SASRec, ALS and EASE found on validation for each seed, against each alone.

`--peer PYTHON`, an interpreter that has rectools 0.19 installed (it needs a NumPy below 2, so it cannot be ours), fits
the SASRec of RecTools at equal settings on the same part, seed by seed after ours, with as many threads.

Run: python -m benchmarks.sequence [--models sasrec,als] [--seeds 0] [--part validation] [--set sasrec.epochs=30]
     [--peer PYTHON] [--device cuda]
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import numpy as np
from scipy.sparse import csr_matrix

from benchmarks._peak import peak_mebibytes
from benchmarks.fusion_pays import measure, verdict
from benchmarks.quality import changed_settings, short
from recengine.arrays import Positions, Values
from recengine.data import Dataset, Split, load_sample, split_dataset
from recengine.evaluation import Resamples
from recengine.fusion import Source, build_pool
from recengine.models import Learns, Recipe, Resources, Scorer, make_recipe
from recengine.models.sequence import SasRecRecipe
from recengine.models.training import TrainedRecipe
from recengine.ranking import Rankings, compute_metrics, top_k
from recengine.tuning import WeightQuestion, tune_weights

K = 10
SEEDS = (0, 1, 2)
NAMES = ("popularity", "als", "ease", "sasrec", "gru4rec", "narm", "bert4rec")
FUSED = ("sasrec", "als", "ease")
AGAINST = ("als", "ease")
LEAST = {"gru4rec": 0.075, "narm": 0.075, "bert4rec": 0.075}
"""NDCG that is to be reached."""
PEER_SHARE = 0.5
"""Of the peer's time for an epoch that ours may take."""
PEER = Path(__file__).with_name("_rectools_sasrec.py")


@dataclass
class Runs:
    """One model over the seeds. ndcg: (n_users,) a seed, NaN where nothing is to be found."""

    label: str
    ndcg: list[Values] = field(default_factory=list)
    epochs: list[float] = field(default_factory=list)
    """Seconds of one; of the whole fit where it does not learn in rounds."""
    scoring: list[float] = field(default_factory=list)
    peak: float | None = None
    estimated: float | None = None

    @property
    def by_user(self) -> Values:
        """Mean over the seeds, (n_users,)."""
        mean: Values = np.mean(self.ndcg, axis=0)
        return mean

    @property
    def mean(self) -> float:
        """Over users and seeds."""
        return float(np.nanmean(self.by_user))

    @property
    def error(self) -> float:
        """Standard error over users."""
        known = self.by_user[~np.isnan(self.by_user)]
        return float(known.std(ddof=1) / np.sqrt(len(known)))


def main() -> None:
    """Print a line a model, a line a claim, and the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--models", default=",".join(NAMES))
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--part", choices=("test", "validation"), default="test")
    parser.add_argument("--set", action="append", default=[], metavar="MODEL.SETTING=VALUE")
    parser.add_argument("--device", choices=("cpu", "cuda", "auto"), default="cpu")
    parser.add_argument("--peer", metavar="PYTHON")
    asked = parser.parse_args()
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    split = split_dataset(dataset, "last", seed=0)
    train, relevant = (
        (split.full_train, split.test.matrix) if asked.part == "test" else (split.train, split.validation.matrix)
    )
    seeds, changes = [int(seed) for seed in asked.seeds.split(",")], changed_settings(asked.set)
    resources = Resources(device=asked.device)
    recipes = {name: make_recipe(name, changes[name]) for name in asked.models.split(",")}

    found: dict[str, Runs] = {}
    fitted: dict[int, dict[str, Scorer]] = {seed: {} for seed in seeds}
    # what the first fit of a process imports is no part of an epoch
    first = next((recipe for recipe in recipes.values() if isinstance(recipe, TrainedRecipe)), None)
    if first is not None:
        short(cast(Recipe, first), 1).fit(train, resources=resources)
    for name, recipe in recipes.items():
        runs = found[name] = Runs(name)
        for seed in seeds:
            fitted[seed][name] = _fit(recipe, train, relevant, seed, resources, runs)
            if name == "sasrec" and asked.peer:
                _peer(asked.peer, cast(SasRecRecipe, recipe), train, relevant, seed, found)
        runs.peak = peak_mebibytes(short(recipe, 2), 1.0, resources)
        runs.estimated = recipe.memory(train.n_users, train.n_items, train.matrix.nnz) / 2**20
        _tell(runs, recipe, found, asked.part)
    if "rectools" in found:
        _tell_peer(found["sasrec"], found["rectools"])
    if asked.part == "test" and set(FUSED) <= set(recipes):
        found["fusion"] = Runs("fusion")
        for seed in seeds:
            found["fusion"].ndcg.append(_fused(recipes, split, fitted[seed], seed, resources))
        _tell_fusion(found)
    print(_table(found))


def _fit(recipe: Recipe, train: Dataset, relevant: csr_matrix, seed: int, resources: Resources, runs: Runs) -> Scorer:
    """Fit, measure and note."""
    start = time.perf_counter()
    scorer = recipe.fit(train, seed=seed, resources=resources)
    seconds = time.perf_counter() - start
    runs.epochs.append(seconds / (len(scorer.losses) if isinstance(scorer, Learns) else 1))
    start = time.perf_counter()
    scores = scorer.score(np.arange(train.n_users, dtype=np.int32))
    runs.scoring.append(time.perf_counter() - start)
    scores[train.seen.nonzero()] = np.nan
    runs.ndcg.append(_ndcg(top_k(scores, K), train, relevant))
    return scorer


def _ndcg(items: Positions, train: Dataset, relevant: csr_matrix) -> Values:
    """Of lists (n_users, K), a user."""
    users = np.arange(train.n_users, dtype=np.int32)
    rankings = Rankings(users, items, np.full(items.shape, np.nan, dtype=np.float32))
    by_user, _ = compute_metrics(rankings, relevant, train.popularity(), train.n_users, ["ndcg"])
    return by_user["ndcg"]


def _peer(
    python: str, recipe: SasRecRecipe, train: Dataset, relevant: csr_matrix, seed: int, found: dict[str, Runs]
) -> None:
    """The same by RecTools."""
    runs = found.setdefault("rectools", Runs("rectools sasrec"))
    histories = train.sequences
    with tempfile.TemporaryDirectory() as folder:
        users = np.repeat(np.arange(train.n_users), histories.lengths)
        np.savez(Path(folder, "train.npz"), users=users, items=histories.items)
        asked = {**recipe.settings(), "seed": seed, "k": K, "folder": folder}
        command = [python, "-W", "ignore", str(PEER), json.dumps(asked)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        items = np.load(Path(folder, "lists.npy")).astype(np.int32)
    said = json.loads(done.stdout.splitlines()[-1])
    runs.epochs.append(said["fit_seconds"] / recipe.epochs)
    runs.scoring.append(said["score_seconds"])
    runs.ndcg.append(_ndcg(items, train, relevant))


def _fused(
    recipes: Mapping[str, Recipe], split: Split, fitted: Mapping[str, Scorer], seed: int, resources: Resources
) -> Values:
    """NDCG a user of the fusion, its weights found on validation."""
    early = {name: recipes[name].fit(split.train, seed=seed, resources=resources) for name in FUSED}
    tuned = tune_weights(WeightQuestion.of(early, split), k=K, seed=seed)
    source = Source({name: fitted[name] for name in FUSED}, split.full_train.seen, None)
    pool = build_pool(source, users=np.flatnonzero(np.diff(split.test.matrix.indptr)).astype(np.int32))
    weights = np.array([tuned.weights[name] for name in FUSED])
    print(json.dumps({"fusion": "weights", "seed": seed, **{n: round(float(w), 3) for n, w in tuned.weights.items()}}))
    return measure(pool, source, split, weights).ndcg


def _difference(ours: Runs, peer: Runs) -> dict[str, Any]:
    """Paired, with its interval and what that says."""
    by_user = ours.by_user - peer.by_user
    mean, low, high = map(float, Resamples.draw(len(by_user)).interval(by_user))
    return {"mean": round(mean, 4), "low": round(low, 4), "high": round(high, 4), "verdict": verdict(low, high)}


def _tell(runs: Runs, recipe: Recipe, found: Mapping[str, Runs], part: str) -> None:
    """The line of one model."""
    line = {
        "name": f"sequence, {runs.label}",
        "part": part,
        "settings": recipe.settings(),
        "ndcg": round(runs.mean, 4),
        "standard_error": round(runs.error, 4),
        "by_seed": [round(float(np.nanmean(ndcg)), 4) for ndcg in runs.ndcg],
        "epoch_seconds": round(float(np.median(runs.epochs)), 3),
        "score_seconds": round(float(np.median(runs.scoring)), 3),
        "peak_mebibytes": runs.peak,
        "estimated_mebibytes": None if runs.estimated is None else round(runs.estimated, 1),
        "unit": f"NDCG@{K}",
    }
    for name in AGAINST:
        if name in found and name != runs.label:
            line[f"against_{name}"] = _difference(runs, found[name])
    if part == "test" and runs.label in LEAST:
        least = LEAST[runs.label]
        line |= {"ours": line["ndcg"], "peer": least, "ratio": round(runs.mean / least, 3), "target": 1}
        line["holds"] = runs.mean >= least
    print(json.dumps(line), flush=True)


def _tell_peer(ours: Runs, peer: Runs) -> None:
    """Quality and time against RecTools."""
    found = _difference(ours, peer)
    quality = {"ours": round(ours.mean, 4), "peer": round(peer.mean, 4), "ratio": round(ours.mean / peer.mean, 4)}
    claim = {"name": "sequence, SASRec against RecTools", **quality, "target": "not worse", "unit": f"NDCG@{K}"}
    print(json.dumps(claim | {"difference": found, "holds": found["high"] >= 0}))
    mine, other = float(np.median(ours.epochs)), float(np.median(peer.epochs))
    times = {"ours": round(mine, 3), "peer": round(other, 3), "ratio": round(mine / other, 3), "target": PEER_SHARE}
    claim = {"name": "sequence, SASRec's time of an epoch", **times, "unit": "s"}
    print(json.dumps(claim | {"holds": mine / other <= PEER_SHARE}), flush=True)


def _tell_fusion(found: Mapping[str, Runs]) -> None:
    """The fusion against each of its scorers."""
    ours = found["fusion"]
    for name in FUSED:
        apart = _difference(ours, found[name])
        figures = {"ours": round(ours.mean, 4), "peer": round(found[name].mean, 4)}
        claim = {"name": f"sequence, fusion against {name}", **figures, "ratio": round(ours.mean / found[name].mean, 4)}
        claim |= {"target": "better", "unit": f"NDCG@{K}", "difference": apart, "holds": apart["low"] > 0}
        print(json.dumps(claim), flush=True)


def _table(found: Mapping[str, Runs]) -> str:
    """For people, the best first."""
    rows = ["| model | NDCG@10 | standard error | epoch s | score s | peak MiB | estimate MiB |"]
    rows.append("| --- |" + " ---: |" * 6)
    for runs in sorted(found.values(), key=lambda runs: -runs.mean):
        times = [f"{np.median(each):.2f}" if each else "" for each in (runs.epochs, runs.scoring)]
        sizes = ["" if size is None else f"{size:.0f}" for size in (runs.peak, runs.estimated)]
        rows.append(f"| {runs.label} | {runs.mean:.4f} | {runs.error:.4f} | " + " | ".join(times + sizes) + " |")
    return "\n".join(rows)


if __name__ == "__main__":
    main()
