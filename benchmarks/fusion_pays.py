"""Where a fusion pays on MovieLens-100K: weights tuned on validation against the best single scorer chosen there.

All ratings positive, k = 10. On each seed every scorer is fitted without the validation part, weights and the best
single scorer are chosen by NDCG on it, then everything is fitted again on the whole training part and both are
measured on the test part. Where the gain on validation is within noise, the fusion is the best single scorer. A
difference is per user, averaged over the seeds, with its 95 % bootstrap interval over users: "within noise" where that
holds 0.

random: warm items and long histories, where one scorer is hard to beat. last: each user's last event, later than what
was learnt from. short histories: the random split with five training items a user; what was left out is hidden. Shown,
not claimed: cold items, a fifth of the items held out whole, with lists made of items without a training user; and
coverage on the random split, of 300 weights around the tuned ones (z-score) those that show most of the catalogue
while they are no worse on validation than the best single scorer.

Run: python -m benchmarks.fusion_pays [--seeds 0] [--models als,ease,popularity]
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Mask, Values
from recengine.data import Dataset, Split, default_cache, load_sample, split_dataset
from recengine.evaluation import Resamples
from recengine.fusion import Fusion, Normalization, Pool, Source, build_pool, fuse
from recengine.models import RECIPES, Resources, Scorer, make_recipe
from recengine.ranking import compute_metrics
from recengine.tuning import WeightQuestion, tune_weights

SEEDS = (0, 1, 2)
K = 10
NAMES = ("als", "ease", "user-knn", "item-knn", "rp3beta", "text", "category", "text-to-factors", "popularity")
SHOWN = ("ndcg", "recall", "coverage", "novelty")
KNOWN = 5
"""Items in a short history."""
EVALUATIONS = 600
"""Weights that a search looks at."""
DRAWN = 300
"""Weights among which variety is looked for."""
VARIED: Normalization = "z-score"
"""How scores are made comparable there: it lets scorers with flat scores say more."""


@dataclass(frozen=True)
class Choice:
    """Weights in the order of the scorers, and what they have on the test part."""

    weights: Values
    ndcg: Values
    figures: Mapping[str, float]


@dataclass(frozen=True)
class Run:
    """One seed: the best single scorer, the tuned fusion, and the varied one where it was looked for."""

    scorers: tuple[str, ...]
    single: Choice
    fused: Choice
    varied: Choice | None


def main() -> None:
    """Print a line a claim."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seeds", default=",".join(map(str, SEEDS)))
    parser.add_argument("--models", default=",".join(name for name in NAMES if name in RECIPES))
    asked = parser.parse_args()
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    seeds, names = [int(seed) for seed in asked.seeds.split(",")], asked.models.split(",")
    warm = [run(dataset, "random", seed, names, variety=True) for seed in seeds]
    tell("fusion, random split", warm, "not worse")
    tell("fusion, time split (last)", [run(dataset, "last", seed, names) for seed in seeds], "not worse")
    tell("fusion, short histories", [run(dataset, "random", seed, names, known=KNOWN) for seed in seeds], "better")
    tell("fusion, cold items", [run(dataset, "cold-items", seed, names) for seed in seeds], None)
    tell_variety(warm)


def run(
    dataset: Dataset,
    method: str,
    seed: int,
    names: list[str],
    *,
    variety: bool = False,
    known: int | None = None,
) -> Run:
    """Choose on validation, measure on test. known: how many positives of each user are learnt from; None is all."""
    split = split_dataset(dataset, method, seed=seed)
    cold = method == "cold-items"
    scorers = _fit(names, _shortened(split.train, known, seed), seed)
    question = WeightQuestion.of(scorers, split, eligible=_cold(split.train) if cold else None)
    tuned = tune_weights(question, k=K, seed=seed, evaluations=EVALUATIONS)
    alone = np.array(list(tuned.alone.values()))
    single = np.eye(len(names))[int(alone.argmax())]
    certain = tuned.gain is not None and tuned.gain.low > 0
    fused = np.array(list(tuned.weights.values())) if certain else single

    scorers = _fit(names, _shortened(split.full_train, known, seed), seed)
    source = Source(scorers, split.full_train.seen, _cold(split.full_train) if cold else None)
    pool = build_pool(source, users=np.flatnonzero(np.diff(split.test.matrix.indptr)).astype(np.int32))
    varied = _varied(question, single, fused, seed) if variety else None
    return Run(
        tuple(names),
        measure(pool, source, split, single),
        measure(pool, source, split, fused),
        None if varied is None else measure(pool, source, split, varied, VARIED),
    )


def measure(
    pool: Pool, source: Source, split: Split, weights: Values, normalization: Normalization = "min-max"
) -> Choice:
    """The figures of one choice of weights on the test part."""
    relevant = split.test.matrix
    rankings = fuse(pool, source, Fusion(tuple(map(float, weights)), normalization), K).rankings
    popularity = split.full_train.popularity()
    per_user, overall = compute_metrics(rankings, relevant, popularity, relevant.shape[0], SHOWN)
    ndcg = np.full(relevant.shape[0], np.nan)
    ndcg[pool.users] = per_user["ndcg"]
    return Choice(weights, ndcg, {key: float(np.nanmean(values)) for key, values in per_user.items()} | overall)


def tell(name: str, runs: list[Run], target: str | None) -> None:
    """Print the tuned fusion against the best single scorer, as a claim where there is a target."""
    mean, low, high = difference([each.fused for each in runs], [each.single for each in runs])
    ours, peer = (float(np.mean([choice.figures["ndcg"] for choice in side])) for side in _sides(runs))
    line = {
        "name": name,
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "ratio": round(ours / peer, 4),
        "unit": f"NDCG@{K}",
        "difference": {"mean": round(mean, 4), "low": round(low, 4), "high": round(high, 4)},
        "verdict": verdict(low, high),
        "single": [_words(each.scorers, each.single.weights) for each in runs],
        "weights": [_words(each.scorers, each.fused.weights) for each in runs],
    }
    if target is not None:
        line |= {"target": target, "holds": low > 0 if target == "better" else high >= 0}
    for key in SHOWN:
        line[key] = {
            side: round(float(np.mean([choice.figures[key] for choice in choices])), 4)
            for side, choices in zip(("fused", "single"), _sides(runs), strict=True)
        }
    print(json.dumps(line), flush=True)


def tell_variety(runs: list[Run]) -> None:
    """Print how much more of the catalogue is shown at the quality of the best single scorer."""
    varied = [each.varied for each in runs if each.varied is not None]
    singles = [each.single for each in runs]
    mean, low, high = difference(varied, singles)
    ours, peer = (float(np.mean([choice.figures["coverage"] for choice in side])) for side in (varied, singles))
    line = {
        "name": "fusion, coverage at no loss of NDCG",
        "ours": round(ours, 4),
        "peer": round(peer, 4),
        "ratio": round(ours / peer, 4),
        "unit": f"coverage@{K}",
        "ndcg_difference": {"mean": round(mean, 4), "low": round(low, 4), "high": round(high, 4)},
        "verdict": f"NDCG {verdict(low, high)}",
        "novelty": {
            side: round(float(np.mean([choice.figures["novelty"] for choice in choices])), 3)
            for side, choices in (("fused", varied), ("single", singles))
        },
        "weights": [_words(each.scorers, each.varied.weights) for each in runs if each.varied is not None],
    }
    print(json.dumps(line), flush=True)


def difference(ours: list[Choice], peer: list[Choice]) -> tuple[float, float, float]:
    """Mean over users of the NDCG that ours has more, averaged over the seeds, with its paired interval."""
    by_seed = np.stack([mine.ndcg - other.ndcg for mine, other in zip(ours, peer, strict=True)])
    defined = ~np.isnan(by_seed)
    with np.errstate(invalid="ignore"):
        by_user = np.where(defined, by_seed, 0.0).sum(axis=0) / defined.sum(axis=0)
    mean, low, high = Resamples.draw(by_seed.shape[1]).interval(by_user)
    return float(mean), float(low), float(high)


def verdict(low: float, high: float) -> str:
    """What an interval of differences says."""
    return "better" if low > 0 else "worse" if high < 0 else "within noise"


def _varied(question: WeightQuestion, single: Values, fused: Values, seed: int) -> Values:
    """Of weights around `fused` those with the highest coverage among the ones that keep the NDCG of `single`."""
    generator = np.random.default_rng(seed)
    drawn = generator.dirichlet(np.full(len(single), 0.5), size=DRAWN)
    share = generator.random((DRAWN, 1))

    def look(weights: Values) -> tuple[float, float]:
        per_user, overall = question.measure(weights, ("ndcg", "coverage"), K, VARIED)
        return float(np.nanmean(per_user["ndcg"])), overall["coverage"]

    best = single
    least, most = look(single)
    for weights in share * drawn + (1 - share) * fused:
        ndcg, coverage = look(weights)
        if coverage > most and ndcg >= least:
            best, most = weights, coverage
    return best


def _shortened(train: Dataset, known: int | None, seed: int) -> Dataset:
    """`train` with at most `known` rows of each user, drawn at random."""
    if known is None:
        return train
    place = pl.Series("place", np.random.default_rng(seed).random(train.interactions.height))
    rows = train.interactions.with_columns(place.rank("ordinal"))
    kept = rows.filter(pl.col("place").rank("ordinal").over("user") <= known).drop("place")
    return train.with_interactions(kept, f"{train.fingerprint} with {known} of each user, seed {seed}")


def _sides(runs: list[Run]) -> tuple[list[Choice], list[Choice]]:
    return [each.fused for each in runs], [each.single for each in runs]


def _fit(names: list[str], train: Dataset, seed: int) -> dict[str, Scorer]:
    resources = Resources(vector_cache=default_cache() / "vectors", device="cpu")
    return {name: make_recipe(name).fit(train, seed=seed, resources=resources) for name in names}


def _cold(train: Dataset) -> Mask:
    cold: Mask = train.popularity() == 0
    return cold


def _words(scorers: tuple[str, ...], weights: Values) -> dict[str, float]:
    """The weights above 0."""
    return {name: round(float(weight), 2) for name, weight in zip(scorers, weights, strict=True) if weight > 0}


if __name__ == "__main__":
    main()
