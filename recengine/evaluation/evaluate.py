"""From lists and test positives to the table of metrics."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Values, read_only
from recengine.evaluation.resamples import Resamples
from recengine.evaluation.summary import Figure
from recengine.ranking import METRICS, Rankings, compute_metrics


@dataclass(frozen=True)
class Evaluation:
    """Metrics of one set of lists, in the order in which they were asked for.

    per_user[metric] (U,) float64, read-only, in the order of the rankings: NaN where undefined, and for every user who
    is not evaluated. table[metric]: the mean over the evaluated users with its interval and n, or the one figure of all
    their lists together (coverage, Gini, pooled precision), which has no interval.
    """

    per_user: Mapping[str, Values]
    table: Mapping[str, Figure]


def evaluate(
    rankings: Rankings,
    relevant: csr_matrix,
    *,
    popularity: Positions,
    n_users: int,
    resamples: Resamples,
    keys: Iterable[str] = tuple(METRICS),
    eligible: Mask | None = None,
) -> Evaluation:
    """Measure lists against test positives. Every metric is over the same users: those with a relevant item.

    That holds for novelty, popularity, coverage and Gini too, although they do not look at relevance: so one n stands
    for the whole table, and the table can be computed again from the exported lists.

    relevant (all users, n_items): test positives. popularity (n_items,): training users of each item; n_users: training
    users in all. resamples: for as many users as `rankings` has. eligible (n_items,): the slice of the catalogue that
    the lists were made of, if not all of it; relevant items outside it do not count, and coverage and Gini are over it.

    Raises `ScenarioError` for an unknown key.
    """
    keys = tuple(keys)
    if eligible is not None:
        rankings, relevant, popularity = _within(eligible, rankings, relevant, popularity)
    evaluated = np.diff(relevant.indptr)[rankings.users] > 0
    n = int(evaluated.sum())
    by_user, over_lists = compute_metrics(rankings.only(evaluated), relevant, popularity, n_users, keys)
    per_user = {key: _spread(values, evaluated) for key, values in by_user.items()}
    figures = user_figures(per_user, resamples)
    for key, value in over_lists.items():
        figures[key] = Figure(value if n else float("nan"), None, None, n, METRICS[key].variant)
    return Evaluation(per_user, {key: figures[key] for key in keys})


def user_figures(per_user: Mapping[str, Values], resamples: Resamples) -> dict[str, Figure]:
    """The mean over users with its interval and n, of every metric; values (U,), NaN where undefined."""
    if not per_user:
        return {}
    values = np.column_stack(list(per_user.values()))
    mean, low, high = resamples.interval(values)
    n = (~np.isnan(values)).sum(axis=0)
    return {
        key: Figure(
            mean=float(mean[m]),
            low=float(low[m]) if n[m] >= 2 else None,
            high=float(high[m]) if n[m] >= 2 else None,
            n=int(n[m]),
            variant=METRICS[key].variant,
        )
        for m, key in enumerate(per_user)
    }


def _spread(values: Values, evaluated: Mask) -> Values:
    """Values of the evaluated users in the places of all, NaN elsewhere, (U,)."""
    spread = np.full(len(evaluated), np.nan)
    spread[evaluated] = values
    return read_only(spread)


def _within(
    eligible: Mask, rankings: Rankings, relevant: csr_matrix, popularity: Positions
) -> tuple[Rankings, csr_matrix, Positions]:
    """The same lists and test positives over a catalogue of the eligible items alone, which take new positions."""
    if (~eligible[rankings.items] & (rankings.items >= 0)).any():
        raise ValueError("rankings: a list holds an item that is not eligible")
    position = (np.cumsum(eligible) - 1).astype(np.int32)
    items = np.where(rankings.items >= 0, position[rankings.items], np.int32(-1))
    return Rankings(rankings.users, items, rankings.scores), relevant[:, np.flatnonzero(eligible)], popularity[eligible]
