"""Example users for a report: whom to show, their lists with parts, and the reason for the first place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from recengine.arrays import Values
from recengine.explanation import Explanation, explain
from recengine.fusion import fuse_row
from recengine.scenario import Outcome, Workbench

METRIC = "ndcg"


def pick_examples(workbench: Workbench, outcome: Outcome) -> tuple[int, ...]:
    """Positions of up to three users that together show the range: best served, typical, worst served.

    By NDCG; among equals the one with the longer history, then the lower position. Without any measured user: those
    with the longest and the shortest history.
    """
    users = outcome.lists.rankings.users
    history = np.diff(workbench.fitted_on.matrix.indptr)[users]
    values = outcome.per_user.get(METRIC, np.full(len(users), np.nan))
    measured = np.flatnonzero(~np.isnan(values))
    if len(measured) == 0:
        order = np.lexsort((users, -history))
        picked = [order[0], order[-1]] if len(order) else []
    else:
        order = measured[np.lexsort((users[measured], -history[measured], -values[measured]))]
        middle = np.median(values[measured])
        typical = order[np.argmin(np.abs(values[order] - middle))]
        # the last of the order has the lowest value and the shortest history; of the lowest take the longest
        worst = order[np.argmax(values[order] == values[order[-1]])]
        picked = [order[0], typical, worst]
    return tuple(dict.fromkeys(int(users[row]) for row in picked))


def explain_examples(workbench: Workbench, outcome: Outcome, users: Sequence[int]) -> tuple[Explanation, ...]:
    """The explanation of the first place of each user's list."""
    rankings = outcome.lists.rankings
    first = dict(zip(rankings.users.tolist(), rankings.items[:, 0].tolist(), strict=True))
    return tuple(
        explain(
            workbench.pool,
            workbench.source,
            outcome.scenario.fusion,
            user,
            first[user],
            k=outcome.scenario.k,
            dataset=workbench.dataset,
        )
        for user in users
        if first.get(user, -1) >= 0
    )


@dataclass(frozen=True)
class ListedBy:
    """What each scorer makes of the items of a list, one value an item, by the name of the scorer.

    parts: what it adds to the score; they sum to the fused score, NaN where the strategy is not additive. ranks: its
    own rank of the item among all that the user has not seen; NaN without an opinion.
    """

    parts: dict[str, Values]
    ranks: dict[str, Values]


def listed_by(workbench: Workbench, outcome: Outcome, user: int, items: Sequence[int]) -> ListedBy:
    """What each scorer makes of `items` for `user`."""
    scenario = outcome.scenario
    row = fuse_row(workbench.pool, workbench.source, scenario.fusion, user, scenario.k)
    at = list(items)
    names = workbench.pool.scorers
    return ListedBy(
        {name: row.parts[c, at] for c, name in enumerate(names)},
        {name: row.ranks[c, at].astype(np.float64) for c, name in enumerate(names)},
    )
