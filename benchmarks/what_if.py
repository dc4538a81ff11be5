"""What a weight move costs for ALL users: fuse, rank and measure, against ranx on the same scores and judgements.

6,040 users x 500 candidates x 3 scorers; NDCG, recall and MAP (over all relevant items, as ranx defines it) at 10.
Ours: `fuse` and `compute_metrics`, other weights in every run. Peer: ranx `fuse(norm="min-max", method="wsum")` and
`evaluate`. Both after their loops are compiled, in one run, in turn; their figures must agree.

Two lines: "weight move" is what the studio does; the last one forgets in every run what the pool keeps between moves,
so that it normalises anew as ranx must, and is the claim. ratio = ours / peer; target 0.0025 is "400 times faster".

Run: python -m benchmarks.what_if
"""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from benchmarks._report import race, report
from recengine.arrays import Positions, Scores
from recengine.fusion import FusedLists, Fusion, Pool, Source, build_pool, fuse, linear
from recengine.ranking import compute_metrics, judged

N_USERS = 6_040
N_CANDIDATES = 500
N_SCORERS = 3
N_RELEVANT = 20
K = 10
ROUNDS = 5
TARGET = 0.0025
OURS_BY_PEER = {f"ndcg@{K}": "ndcg", f"recall@{K}": "recall", f"map@{K}": "map_by_relevant"}
# a user's 10th and 11th place may swap where double precision parts what single precision does not
TOLERANCE = 5e-5


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


def weights_of(run: int) -> tuple[float, ...]:
    """Other weights in every run."""
    return (0.5, 0.3 + run / 100, 0.2)


def main() -> None:
    """Measure and print."""
    rng = np.random.default_rng(0)
    relevant_items = np.argsort(rng.random((N_USERS, N_CANDIDATES)), axis=1)[:, :N_RELEVANT]
    tables = rng.standard_normal((N_SCORERS, N_USERS, N_CANDIDATES), dtype=np.float32)
    for table in tables:  # so that the lists hold hits
        np.put_along_axis(table, relevant_items, np.take_along_axis(table, relevant_items, axis=1) + 1, axis=1)
    rows = np.repeat(np.arange(N_USERS), N_RELEVANT)
    relevant = csr_matrix((np.ones(rows.size), (rows, relevant_items.ravel())), shape=(N_USERS, N_CANDIDATES))

    scorers = {f"scorer {number}": Table(table) for number, table in enumerate(tables)}
    source = Source(scorers, csr_matrix(np.zeros((N_USERS, N_CANDIDATES), dtype=np.bool_)))
    pool = build_pool(source)
    popularity = np.bincount(relevant.indices, minlength=N_CANDIDATES).astype(np.int32)

    def ours(run: int) -> dict[str, float]:
        lists: FusedLists = fuse(pool, source, Fusion(weights_of(run)), K)
        values, _ = compute_metrics(lists.rankings, relevant, popularity, N_USERS, OURS_BY_PEER.values())
        return {key: float(value.mean()) for key, value in values.items()}

    def ours_anew(run: int) -> dict[str, float]:
        forget(pool)
        return ours(run)

    peer = ranx_what_if(tables, relevant_items)
    for loops in (linear.LOOPS, judged.LOOPS):  # as after some moves
        loops.load_now()
    check_same(ours(0), peer(0))  # also compiles both
    peer_time, move_time, anew_time = race(peer, ours, ours_anew, rounds=ROUNDS)
    report("what-if, weight move", ours=move_time, peer=peer_time, target=TARGET, unit="ms")
    report("what-if, normalised anew", ours=anew_time, peer=peer_time, target=TARGET, unit="ms")


def forget(pool: Pool) -> None:
    """Drop what the pool keeps for the next move."""
    pool.derived.clear()


def ranx_what_if(tables: Scores, relevant_items: NDArray[np.intp]) -> Any:
    """The same work by ranx, a function of the run's number."""
    import ranx

    # ranx casts unsigned counts to signed ones in compiled code and warns of it
    warnings.filterwarnings("ignore", module="ranx")
    users = [f"u{user}" for user in range(N_USERS)]
    items = [f"i{item}" for item in range(N_CANDIDATES)]
    runs = [
        ranx.Run(
            {user: dict(zip(items, row, strict=True)) for user, row in zip(users, table.tolist(), strict=True)},
            name=str(number),
        )
        for number, table in enumerate(tables)
    ]
    judged = ranx.Qrels(
        {user: {items[item]: 1 for item in row} for user, row in zip(users, relevant_items, strict=True)}
    )

    def what_if(run: int) -> dict[str, float]:
        weights = Fusion(weights_of(run)).effective
        fused = ranx.fuse(runs, norm="min-max", method="wsum", params={"weights": list(weights)})
        figures: dict[str, float] = ranx.evaluate(judged, fused, list(OURS_BY_PEER))
        return figures

    return what_if


def check_same(ours: dict[str, float], peer: dict[str, float]) -> None:
    """Both sides computed the same figures; a speed between different ones would mean nothing."""
    for theirs, our_key in OURS_BY_PEER.items():
        if abs(ours[our_key] - peer[theirs]) > TOLERANCE:
            raise SystemExit(f"{theirs}: ours is {ours[our_key]:.6f}, ranx says {peer[theirs]:.6f}")


if __name__ == "__main__":
    main()
