"""Finding weights: ours against ranx `optimize_fusion` on the same scores, the validation part of MovieLens-100K.

Four scorers fitted without the validation part; for each user the pool of their best 50 unseen items each. Both sides
get these raw scores and no others, bring them to [0, 1] user by user, and look for the weights of the sum with the best
NDCG@10 on the validation positives. ranx looks at its grid (`method="wsum"`, steps of a tenth, 286 settings); ours is
`find_weights` with as many evaluations as below, normalisation included. Before the race both must give equal weights
the same NDCG. One run each, after ranx's functions are compiled.

Two lines: the NDCG reached, which must be at least as good, and the time; ratio = ours / peer, target 0.05 is "a
twentieth of its time".

Run: python -m benchmarks.optimize_fusion
"""

from __future__ import annotations

import json
import time
import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from benchmarks._report import report
from recengine.arrays import Positions, Scores
from recengine.data import default_cache, load_sample
from recengine.fusion import Fusion, Pool, Source, build_pool
from recengine.models import Resources, make_recipe
from recengine.scenario import NoStore, build_workbench, default_scenario
from recengine.tuning import Effort, Goal, WeightQuestion, find_measure, find_weights

NAMES = ("als", "item-knn", "text", "popularity")
DEPTH = 50
K = 10
EVALUATIONS = 400
TARGET = 0.05
TOLERANCE = 1e-4
"""Single and double precision may part two items that are as good as equal."""
WARM_USERS = 20


@dataclass(frozen=True)
class Table:
    """A scorer that looks its scores up."""

    scores: Scores
    device = "CPU"

    def score(self, users: Positions) -> Scores:
        """Rows of the table."""
        return self.scores[users]

    def state(self) -> dict[str, NDArray[Any]]:
        """The table."""
        return {"scores": self.scores}


def main() -> None:
    """Measure and print."""
    # ranx casts unsigned counts to signed ones in compiled code and warns of it
    warnings.filterwarnings("ignore", module="ranx")
    question = candidates()
    judged, runs = for_ranx(question, len(question.pool.users))
    start = Fusion((1.0,) * len(NAMES), "min-max", "floor")
    check_same(question, start, judged, runs)
    optimize(*for_ranx(question, WARM_USERS))

    begun = time.perf_counter()
    weights = optimize(judged, runs)["weights"]
    peer_seconds = time.perf_counter() - begun
    peer = ranx_ndcg(judged, runs, weights)

    question.pool.derived.clear()
    begun = time.perf_counter()
    found = find_weights(question, start, Goal(k=K, effort=Effort(EVALUATIONS)))
    our_seconds = time.perf_counter() - begun
    ours = found.points.at(found.best)["ndcg"]

    line = {
        "name": "find weights, validation NDCG",
        "ours": round(ours, 5),
        "peer": round(peer, 5),
        "ratio": round(ours / peer, 5),
        "target": 1.0,
        "holds": ours >= peer,
        "unit": f"NDCG@{K}",
        "weights": found.points.by_scorer(found.best),
        "peer_weights": dict(zip(NAMES, map(float, weights), strict=True)),
        "evaluations": len(found.points),
    }
    print(json.dumps(line))
    report("find weights, time", ours=our_seconds, peer=peer_seconds, target=TARGET, unit="s")


def candidates() -> WeightQuestion:
    """The pool of the scorers as the whole catalogue: what both sides see."""
    dataset, _ = load_sample("movielens-100k", positive_from=1.0)
    scenario = default_scenario(dataset, recipes={name: make_recipe(name) for name in NAMES}, pool_depth=DEPTH)
    store = NoStore(Resources(vector_cache=default_cache() / "vectors", device="cpu"))
    bench = build_workbench(dataset, scenario, measured="validation", store=store)
    pool = bench.pool
    rows, columns = np.nonzero(pool.items >= 0)
    tables = {}
    for place, name in enumerate(NAMES):
        table = np.full((dataset.n_users, dataset.n_items), np.nan, dtype=np.float32)
        table[pool.users[rows], pool.items[rows, columns]] = pool.scores[place, rows, columns]
        tables[name] = Table(table)
    # outside the pool nothing can be listed, here as there
    closed = np.ones((dataset.n_users, dataset.n_items), dtype=np.bool_)
    closed[pool.users[rows], pool.items[rows, columns]] = False
    source = Source(tables, csr_matrix(closed))
    users = np.flatnonzero(np.diff(bench.relevant.indptr)).astype(np.int32)
    whole: Pool = build_pool(source, users=users, depth=pool.items.shape[1])
    return WeightQuestion(whole, source, bench.relevant, bench.popularity)


def for_ranx(question: WeightQuestion, n_users: int) -> tuple[Any, list[Any]]:
    """The same judgements and scores as ranx takes them, of the first users."""
    import ranx

    pool = question.pool
    judged: dict[str, dict[str, int]] = {}
    runs: list[dict[str, dict[str, float]]] = [{} for _ in NAMES]
    for row, user in enumerate(pool.users[:n_users]):
        name = f"u{user}"
        judged[name] = {f"i{item}": 1 for item in question.relevant[user].indices}
        listed = pool.items[row] >= 0
        items = [f"i{item}" for item in pool.items[row, listed]]
        for place, run in enumerate(runs):
            scores = pool.scores[place, row, listed].astype(np.float64)
            run[name] = {item: score for item, score in zip(items, scores.tolist(), strict=True) if not np.isnan(score)}
    return ranx.Qrels(judged), [ranx.Run(run, name=name) for name, run in zip(NAMES, runs, strict=True)]


def optimize(judged: Any, runs: list[Any]) -> dict[str, Any]:
    """The peer's search."""
    import ranx

    best: dict[str, Any] = ranx.optimize_fusion(
        judged, runs, norm="min-max", method="wsum", metric=f"ndcg@{K}", show_progress=False
    )
    return best


def ranx_ndcg(judged: Any, runs: list[Any], weights: Any) -> float:
    """NDCG of the peer's own fusion with these weights."""
    import ranx

    fused = ranx.fuse(runs, norm="min-max", method="wsum", params={"weights": list(weights)})
    return float(ranx.evaluate(judged, fused, f"ndcg@{K}"))


def check_same(question: WeightQuestion, fusion: Fusion, judged: Any, runs: list[Any]) -> None:
    """Both sides see the same: else neither speed nor quality could be compared."""
    ours = float(question.look(fusion, [find_measure("ndcg")], K)[0][0])
    theirs = ranx_ndcg(judged, runs, fusion.effective)
    if abs(ours - theirs) > TOLERANCE:
        raise SystemExit(f"equal weights: ours is {ours:.6f}, ranx says {theirs:.6f}")


if __name__ == "__main__":
    main()
