"""The lists that weights are looked for on, and what they should hold; an evaluation takes milliseconds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Values, read_only
from recengine.data import Split
from recengine.errors import ScenarioError
from recengine.fairness.groups import UNKNOWN
from recengine.fusion import DEFAULT_DEPTH, Fusion, Neutral, Normalization, Pool, Source, Strategy, build_pool, fuse
from recengine.models import Scorer
from recengine.progress import Cancel, Progress, never, silent
from recengine.ranking import JudgedLists, Rankings, metrics_of
from recengine.tuning.measures import Measure, figures

BY_USER = ("users", "items", "unseen", "left_out")
"""Arrays of a pool with the users first; all others have them second."""
MAX_CELLS = 100_000_000
"""Scores that a search reads, 400 MB of them: 50,000 users of four scorers who propose 500 items in all."""


@dataclass(frozen=True)
class WeightQuestion:
    """Lists to rank and what they should hold.

    pool and source: of the users who have a relevant item, from scorers fitted without the validation part.
    relevant (n_users, n_items): the validation positives. popularity (n_items,): training users of each item.
    groups[attribute]: the label of each user of the pool, (U,), for gaps between groups.
    """

    pool: Pool
    source: Source
    relevant: csr_matrix
    popularity: Positions
    groups: Mapping[str, pl.Series] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        scorers: Mapping[str, Scorer],
        split: Split,
        *,
        eligible: Mask | None = None,
        depth: int = DEFAULT_DEPTH,
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> WeightQuestion:
        """From scorers fitted on `split.train`. eligible (n_items,): what lists are made of, if not of all items."""
        source = Source(scorers, split.train.seen, eligible)
        relevant = split.validation.matrix
        if eligible is not None:
            relevant = csr_matrix(relevant.multiply(eligible))
            relevant.eliminate_zeros()
        users = np.flatnonzero(np.diff(relevant.indptr)).astype(np.int32)
        pool = build_pool(source, users=users, depth=depth, progress=progress, cancel=cancel)
        return cls(pool, source, relevant, split.train.popularity())

    def measured(self, max_cells: int = MAX_CELLS) -> WeightQuestion:
        """The same of the users with a relevant item alone: nobody else's list is measured.

        Where their scores are more than `max_cells`, it is of as many users, drawn once and for all: means hardly
        change, while coverage is of fewer lists and so lower than of all.
        Raises `ScenarioError` where nobody has a relevant item.
        """
        rows = rows_to_measure(self.pool, self.relevant, max_cells)
        if len(rows) == len(self.pool.users):
            return self
        groups = {name: labels.gather(rows) for name, labels in self.groups.items()}
        return replace(self, pool=pool_of(self.pool, rows), groups=groups)

    def measure(
        self,
        weights: Values,
        metrics: Sequence[str],
        k: int,
        normalization: Normalization = "min-max",
        neutral: Neutral = "mean",
    ) -> tuple[dict[str, Values], dict[str, float]]:
        """Metrics of a weighted sum's lists: those by user, in the order of the pool, and those of all together."""
        return self.metrics(Fusion(tuple(map(float, weights)), normalization, neutral), metrics, k)

    def metrics(self, fusion: Fusion, metrics: Sequence[str], k: int) -> tuple[dict[str, Values], dict[str, float]]:
        """Metrics of the fused lists: those by user, in the order of the pool, and those of all lists together."""
        return metrics_of(self.judge(fuse(self.pool, self.source, fusion, k).rankings), metrics)

    def look(self, fusion: Fusion, measures: Sequence[Measure], k: int) -> tuple[Values, dict[str, Values]]:
        """The value of each measure, (len(measures),), and the values by user of their metrics, (U,) each."""
        per_user, overall = self.metrics(fusion, list(dict.fromkeys(one.metric for one in measures)), k)
        return figures(measures, per_user, overall, self.codes), per_user

    def judge(self, rankings: Rankings) -> JudgedLists:
        """Lists of all users of the pool beside what is relevant to them."""
        known, n_relevant = self._known
        n_items = self.relevant.shape[1]
        asked = self.pool.users[:, None].astype(np.int64) * n_items + rankings.items
        if len(known) == 0:
            hits = np.zeros(asked.shape, dtype=np.bool_)
        else:
            place = np.minimum(np.searchsorted(known, asked), len(known) - 1)
            hits = (known[place] == asked) & (rankings.items >= 0)
        return JudgedLists(rankings, hits, n_relevant, self.popularity, self.relevant.shape[0])

    def check(self, measures: Sequence[Measure]) -> None:
        """Raise `ScenarioError` where a measure is of groups that the users do not have."""
        for measure in measures:
            if measure.attribute is not None and measure.attribute not in self.groups:
                known = f"Choose among {', '.join(self.groups)}." if self.groups else "Leave it out."
                raise ScenarioError(f'{measure.text}: the users have no groups by "{measure.attribute}". {known}')

    @cached_property
    def codes(self) -> dict[str, NDArray[np.intp]]:
        """The group of each user by attribute as a number from 0, (U,) each."""
        return {
            name: np.unique(labels.fill_null(UNKNOWN).to_numpy(), return_inverse=True)[1]
            for name, labels in self.groups.items()
        }

    @cached_property
    def _known(self) -> tuple[NDArray[np.int64], Positions]:
        """Keys of the relevant pairs, ascending, and the number of relevant items of each user of the pool, (U,)."""
        relevant = self.relevant if self.relevant.has_sorted_indices else self.relevant.sorted_indices()
        counts = np.diff(relevant.indptr)
        rows = np.repeat(np.arange(relevant.shape[0], dtype=np.int64), counts)
        keys = rows * relevant.shape[1] + relevant.indices
        return read_only(keys), read_only(counts[self.pool.users].astype(np.int32))


def pool_of(pool: Pool, rows: NDArray[np.intp]) -> Pool:
    """The pool of some of its users, by row; a copy."""
    taken: dict[str, Any] = {}
    for part in fields(Pool):
        value = getattr(pool, part.name)
        if isinstance(value, np.ndarray):
            taken[part.name] = read_only(value[rows] if part.name in BY_USER else value[:, rows])
    return replace(pool, **taken)


def rows_to_measure(pool: Pool, relevant: csr_matrix, max_cells: int = MAX_CELLS) -> NDArray[np.intp]:
    """Rows of a pool whose users have a relevant item; some of them, where their scores would be more than `max_cells`.

    Raises `ScenarioError` where nobody has one.
    """
    rows = np.flatnonzero(np.diff(relevant.indptr)[pool.users])
    if len(rows) == 0:
        raise ScenarioError("weights: nobody has a positive in the validation part. Use a larger dataset.")
    most = max(1, max_cells // (len(pool.scorers) * pool.items.shape[1]))
    return np.sort(np.random.default_rng(0).choice(rows, size=most, replace=False)) if len(rows) > most else rows


def check_weighs(strategy: Strategy, what: str) -> None:
    """Under `strategy` the weights decide, and a scorer of weight 0 has no say, so that one can be alone.

    what: the question, for errors. Raises `ScenarioError`.
    """
    if not strategy.weighs:
        raise ScenarioError(f"{what}: the strategy {strategy.name} does not weigh scorers. Choose another.")
    if not strategy.zero_is_silent:
        raise ScenarioError(
            f"{what}: under {strategy.name} a scorer of weight 0 still has a say, so weights do not tell all. Choose "
            "another strategy; weights per segment are learned by learn-weights."
        )
