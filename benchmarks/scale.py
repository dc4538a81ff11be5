"""The studio at the size of MovieLens-20M: 138,493 users x 26,744 items x 20 million events, 4 scorers, generated.

The pool (200 best of each scorer) is built block by block into mapped files; what it takes is said before. Then what a
move of weights costs for ALL users: `fuse` and `compute_metrics` (NDCG, recall, MAP at 10), other weights in every run.
Peer: torch, the bare weighted sum of the same raw scores, added up in place, and `torch.topk`; no normalisation, no
opinions missing, no decided ties, no proof, no metrics. In turn, in one run.

Claims, one line each: memory that building adds to the process against the bound stated before, and all of the process
at its peak (build and what-if) against 4 GB; the what-if against torch, target 0.5; the what-if for all users against 4
times that for a quarter of them, target 1.2; the what-if on a pool from the whole catalogue against one from a quarter
of its items, per candidate, target 1.2. Lines without a target tell the rest: the stated bound, the share of lists
that the pool proves (the others are scored anew, which is part of the time), times at a quarter and a half.

The scorers are factor models that share most of what they know, so that they agree about as much as fitted ones do.

Run: python -m benchmarks.scale [--users 5000]; in full it takes a quarter of an hour on two cores, 5 GB of disk and
10 GB of memory (most of it torch's) and runs only when it is named.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import psutil
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from benchmarks._report import race, report
from recengine.arrays import Positions, Scores
from recengine.fusion import DEFAULT_DEPTH, Fusion, Pool, Source, build_pool, building, fuse, linear, pool_memory
from recengine.ranking import compute_metrics, judged

N_USERS = 138_493
N_ITEMS = 26_744
N_EVENTS = 20_000_263
REPEATS = 1.19
TEST_SHARE = 0.1
N_SCORERS = 4
N_FACTORS = 24
AGREEMENT = 0.75
"""Correlation of two scorers' scores."""
K = 10
ROUNDS = 5
CATALOGUE_USERS = 4_000
METRICS = ("ndcg", "recall", "map")
LIMIT = 4e9
TARGET = 0.5
GROWTH = 1.2
MEBIBYTE = 2**20


@dataclass(frozen=True)
class Factors:
    """A scorer whose rows come out of one matrix product."""

    users: Scores
    items: Scores
    device = "CPU"

    def score(self, users: Positions) -> Scores:
        """Scores of the whole catalogue."""
        scores: Scores = self.users[users] @ self.items.T
        return scores

    def state(self) -> dict[str, NDArray[Any]]:
        """Both tables."""
        return {"users": self.users, "items": self.items}


@dataclass(frozen=True)
class World:
    """What is given: scorers and seen items, held-out positives, training users of each item."""

    source: Source
    relevant: csr_matrix
    popularity: Positions

    def smaller(self, n_items: int) -> World:
        """The same over the first `n_items` of the catalogue."""
        scorers = {
            name: Factors(scorer.users, scorer.items[:n_items])
            for name, scorer in self.source.scorers.items()
            if isinstance(scorer, Factors)
        }
        source = Source(scorers, self.source.seen[:, :n_items].tocsr())
        return World(source, self.relevant[:, :n_items].tocsr(), self.popularity[:n_items])


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale")
    parser.add_argument("--users", type=int, default=N_USERS, help="fewer for a quick look")
    n_users = parser.parse_args().users
    started = time.perf_counter()
    world = generate(n_users)
    tell("scale, generated", users=n_users, items=N_ITEMS, events=int(world.source.seen.nnz + world.relevant.nnz))
    told = pool_memory(n_users, N_ITEMS, N_SCORERS, DEFAULT_DEPTH, mapped=True)
    tell("scale, stated before", peak_mib=told.peak / MEBIBYTE, disk_mib=told.disk / MEBIBYTE, columns=told.width)
    for loops in (building.LOOPS, linear.LOOPS, judged.LOOPS):
        loops.load_now()
    warm_up(world)
    tell("scale, ready", seconds=time.perf_counter() - started)

    with tempfile.TemporaryDirectory(prefix="recengine-scale-") as folder:
        before = psutil.Process().memory_info().rss
        reset_peak()
        started = time.perf_counter()
        pool = build_pool(world.source, folder=Path(folder))
        tell("scale, built", seconds=time.perf_counter() - started, columns=pool.items.shape[1])
        built = peak()
        reset_peak()
        lists = fuse(pool, world.source, Fusion(weights_of(0)), K)
        what_if(world, pool)(0)
        whole = max(built, peak())
        tell("scale, certified", share=float(lists.certified.mean()), rescored=lists.rescored)
        report(
            "scale, memory to build",
            ours=(built - before) / MEBIBYTE,
            peer=told.peak / MEBIBYTE,
            target=1.0,
            unit="MiB",
        )
        report("scale, memory of all", ours=whole / MEBIBYTE, peer=LIMIT / MEBIBYTE, target=1.0, unit="MiB")

        catalogue(world)
        quarter, half = (what_if(world, first_users(pool, n_users // part)) for part in (4, 2))
        quarter_time, half_time, all_time = race(quarter, half, what_if(world, pool), rounds=ROUNDS)
        del quarter, half
        tell("scale, growth", quarter_ms=quarter_time, half_ms=half_time, all_ms=all_time)
        report("scale, growth in users", ours=all_time, peer=4 * quarter_time, target=GROWTH, unit="ms")
        bare = torch_what_if(pool)
        bare(0)
        peer_time, our_time = race(bare, what_if(world, pool), rounds=ROUNDS)
        report("scale", ours=our_time, peer=peer_time, target=TARGET, unit="ms")


def generate(n_users: int) -> World:
    """Events by popularity and activity, a tenth of them held out; scorers of correlation `AGREEMENT`."""
    rng = np.random.default_rng(0)
    share = 1 / np.arange(10, N_ITEMS + 10)
    share = rng.permutation(share / share.sum())
    activity = rng.lognormal(0, 1, n_users)
    # popular items are drawn more than once by one user, and count once
    wanted = int(REPEATS * N_EVENTS * n_users / N_USERS)
    counts = np.maximum(20, activity / activity.sum() * wanted).astype(np.int64)
    rows = np.repeat(np.arange(n_users), counts)
    keys = rows * N_ITEMS + rng.choice(N_ITEMS, rows.size, p=share)
    keys = np.unique(keys)
    test = rng.random(keys.size) < TEST_SHARE
    seen, relevant = (
        csr_matrix((np.ones(part.size, dtype=np.bool_), (part // N_ITEMS, part % N_ITEMS)), shape=(n_users, N_ITEMS))
        for part in (keys[~test], keys[test])
    )
    # what all know: tastes, and how popular an item is; what one knows alone: other tastes
    popular = np.log(share)
    known = factors(rng, n_users)
    known.items[:, 0] = (popular - popular.mean()) / popular.std()
    known.users[:, 0] = np.abs(known.users[:, 0])
    scorers = {}
    for number in range(N_SCORERS):
        own = factors(rng, n_users)
        scorers[f"scorer {number}"] = Factors(
            np.hstack([np.sqrt(np.float32(AGREEMENT)) * known.users, np.sqrt(np.float32(1 - AGREEMENT)) * own.users]),
            np.hstack([known.items, own.items]),
        )
    popularity = np.bincount(seen.indices, minlength=N_ITEMS).astype(np.int32)
    return World(Source(scorers, seen), relevant, popularity)


def factors(rng: np.random.Generator, n_users: int) -> Factors:
    """Tastes that give scores of unit variance."""
    users = rng.standard_normal((n_users, N_FACTORS), dtype=np.float32) / np.sqrt(np.float32(N_FACTORS))
    return Factors(users, rng.standard_normal((N_ITEMS, N_FACTORS), dtype=np.float32))


def weights_of(run: int) -> tuple[float, ...]:
    """Other weights in every run."""
    return (0.4, 0.3 + run / 100, 0.2, 0.1)


def what_if(world: World, pool: Pool) -> Callable[[int], object]:
    """A move of weights for all users of the pool, a function of the run's number."""

    def work(run: int) -> dict[str, float]:
        lists = fuse(pool, world.source, Fusion(weights_of(run)), K)
        values, _ = compute_metrics(lists.rankings, world.relevant, world.popularity, len(pool.users), METRICS)
        return {key: float(np.nanmean(value)) for key, value in values.items()}

    work(-1)
    return work


def torch_what_if(pool: Pool) -> Callable[[int], object]:
    """Weighted sum and top k of the same scores, without more."""
    import torch

    torch.set_grad_enabled(False)
    scores = [torch.from_numpy(np.array(layer)) for layer in pool.scores]

    def work(run: int) -> object:
        weights = Fusion(weights_of(run)).effective
        total = scores[0] * weights[0]
        for layer, weight in zip(scores[1:], weights[1:], strict=True):
            total.add_(layer, alpha=weight)
        return torch.topk(total, K)

    return work


def catalogue(world: World) -> None:
    """The same users and depth over a catalogue of a quarter of the items: what-if times for each candidate."""
    users = np.arange(min(CATALOGUE_USERS, world.source.seen.shape[0]), dtype=np.int32)
    worlds = (world, world.smaller(N_ITEMS // 4))
    pools = [build_pool(one.source, users=users) for one in worlds]
    certified = [
        fuse(pool, one.source, Fusion(weights_of(0)), K).certified for one, pool in zip(worlds, pools, strict=True)
    ]
    # re-scoring goes back to the catalogue; this is about what the pool proves by itself
    proven = np.flatnonzero(certified[0] & certified[1])
    kept = [rows_of(pool, proven) for pool in pools]
    large, small = race(*map(what_if, worlds, kept), rounds=4 * ROUNDS)
    sizes = [int(pool.lengths.sum()) for pool in kept]
    tell("scale, catalogue", items=[N_ITEMS, N_ITEMS // 4], users=len(proven), candidates=sizes, ms=[large, small])
    report(
        "scale, growth in items",
        ours=1e6 * large / sizes[0],
        peer=1e6 * small / sizes[1],
        target=GROWTH,
        unit="ns a candidate",
    )


def first_users(pool: Pool, n: int) -> Pool:
    """The first n users of a pool, in memory."""
    return rows_of(pool, np.arange(n))


def rows_of(pool: Pool, rows: NDArray[np.intp]) -> Pool:
    """Some users of a pool, in memory."""
    by_user = ("users", "items", "unseen", "left_out")
    names = [field.name for field in fields(Pool) if field.init and field.name not in ("scorers", "depth")]
    parts: dict[str, Any] = {
        name: np.take(getattr(pool, name), rows, axis=0 if name in by_user else 1) for name in names
    }
    return replace(pool, **parts)


def warm_up(world: World) -> None:
    """Compile and load what is used, on a few users."""
    some = Source(world.source.scorers, world.source.seen)
    pool = build_pool(some, users=np.arange(50, dtype=np.int32))
    what_if(world, pool)


def reset_peak() -> None:
    """The peak counts from here, where the system can be told so; elsewhere it is that of the process so far."""
    forget = Path("/proc/self/clear_refs")
    if forget.exists():
        forget.write_text("5")


def peak() -> float:
    """Bytes of memory that the process held at its peak, mapped pages included."""
    status = Path("/proc/self/status")
    if not status.exists():
        return float(psutil.Process().memory_info().rss)
    line = next(line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return 1024 * float(line.split()[1])


def tell(name: str, **facts: Any) -> None:
    """Print a line that is no claim."""
    rounded = {key: round(value, 3) if isinstance(value, float) else value for key, value in facts.items()}
    print(json.dumps({"name": name, **rounded}), flush=True)


if __name__ == "__main__":
    main()
