"""What a fitted network loses and gains by eight bits: size, speed and NDCG, over the same users."""

from __future__ import annotations

import time
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Scores, Values
from recengine.data import Dataset
from recengine.evaluation import Change, Figure, Resamples, change, user_figures
from recengine.models import Scorer
from recengine.models.sequence.quantised import Quantised, QuantisedScorer
from recengine.models.sequence.recipe import SequenceScorer
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within
from recengine.ranking import compute_metrics
from recengine.tuning.validation import rank_unseen

TIMES = 3
"""Measurements of the speed, of which the fastest counts."""
TIMED = 256
"""Users of each."""


@dataclass(frozen=True)
class QuantisedMeasure:
    """Before and after, in pairs; after is what the scorer in eight bits really holds and does.

    bytes_: of the network's weights in a file of safetensors. milliseconds: a user, to read the history and score the
    catalogue, on the CPU. ndcg: at k, over the users with something relevant. change: of NDCG, after minus before, over
    the same users.
    """

    bytes_: tuple[int, int]
    milliseconds: tuple[float, float]
    ndcg: tuple[Figure, Figure]
    change: Change


def measure_quantised(
    made: Quantised,
    train: Dataset,
    relevant: csr_matrix,
    *,
    k: int,
    seed: int = 0,
    progress: Progress = silent,
    cancel: Cancel = never,
) -> QuantisedMeasure:
    """Measure both scorers of `made`, by their forward pass over the histories of `train`.

    relevant (n_users, n_items): what counts as a hit. Raises `CancelledError`.
    """
    both = (_ByForwardPass(made.plain, train), _ByForwardPass(made.scorer, train))
    users = np.flatnonzero(np.diff(relevant.indptr)).astype(np.int32)
    per_user: list[Values] = []
    for place, one in enumerate(both):
        bar = within(progress, 0.45 * place, 0.45 * (place + 1))
        rankings = rank_unseen(one, train, users, k, bar, cancel)
        by_user, _ = compute_metrics(rankings, relevant, train.popularity(), train.n_users, ("ndcg",))
        per_user.append(by_user["ndcg"])
    stop_if_asked(cancel)
    progress(0.9, "Measuring the speed")
    timed = users[:TIMED] if len(users) else np.arange(min(TIMED, train.n_users), dtype=np.int32)
    seconds = [_fastest(one, timed) for one in both]
    resamples = Resamples.draw(len(users), seed=seed)
    figures = [user_figures({"ndcg": values}, resamples)["ndcg"] for values in per_user]
    progress(1.0, "Measured")
    return QuantisedMeasure(
        bytes_=(made.bytes_before, made.bytes_after),
        milliseconds=(1000 * seconds[0] / len(timed), 1000 * seconds[1] / len(timed)),
        ndcg=(figures[0], figures[1]),
        change=change({"ndcg": per_user[1]}, {"ndcg": per_user[0]}, resamples)["ndcg"],
    )


class _ByForwardPass:
    """Scores known users as if they were new: by their histories."""

    def __init__(self, scorer: SequenceScorer | QuantisedScorer, train: Dataset) -> None:
        self._scorer = scorer
        self._histories = scorer.histories(train)
        self.device = "CPU"

    def score(self, users: Positions) -> Scores:
        return self._scorer.fold_in_order(self._histories.take(users))

    def state(self) -> dict[str, np.ndarray]:
        return {}


def _fastest(scorer: Scorer, users: Positions) -> float:
    times = []
    for _ in range(TIMES):
        started = time.perf_counter()
        scorer.score(users)
        times.append(time.perf_counter() - started)
    return min(times)
