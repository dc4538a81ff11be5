"""Finding a user: labels for search, and short lists of users worth a look."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import polars as pl

from recengine.arrays import Positions, Values
from recengine.data import Dataset
from recengine.scenario import Outcome, Workbench

SHORT = 20
EVERYONE = "All users"
WORST = "Worst served"
SHORTEST = "Shortest history"
CHANGED = "Most changed"
RANDOM = "Random"
SHORT_LISTS = (EVERYONE, WORST, SHORTEST, CHANGED, RANDOM)


def user_labels(dataset: Dataset) -> list[str]:
    """Id and attributes of each user, for search: "405 · F · 18-24 · student"."""
    columns = [pl.col("id")]
    for attribute in dataset.user_attributes:
        if attribute.kind == "category":
            columns.append(pl.col(attribute.name))
        elif attribute.kind == "number":
            columns.append(pl.col(attribute.name).map_elements(lambda value: f"{value:g}", return_dtype=pl.String))
    labels: list[str] = (
        dataset.users.select(pl.concat_str(columns, separator=" · ", ignore_nulls=True)).to_series().to_list()
    )
    return labels


def short_list(name: str, workbench: Workbench, outcome: Outcome, baseline: Outcome, seed: int) -> Positions:
    """Positions of the users of a short list, the most telling first; ties to the lower position.

    Everyone, where the list would be empty, as the worst served are where nobody has a held-out item.
    """
    finders: Mapping[str, Callable[[], Positions]] = {
        EVERYONE: lambda: outcome.lists.rankings.users,
        WORST: lambda: _worst(workbench, outcome),
        SHORTEST: lambda: _lowest(
            outcome.lists.rankings.users, history_lengths(workbench)[outcome.lists.rankings.users]
        ),
        CHANGED: lambda: _lowest(outcome.lists.rankings.users, -places_changed(outcome, baseline)),
        RANDOM: lambda: np.random.default_rng(seed).permutation(outcome.lists.rankings.users)[:SHORT],
    }
    found = finders[name]()
    return found if len(found) else outcome.lists.rankings.users


def history_lengths(workbench: Workbench) -> Values:
    """Positives that the scorers know of each user, (n_users,)."""
    lengths: Values = np.diff(workbench.fitted_on.matrix.indptr).astype(np.float64)
    return lengths


def places_changed(outcome: Outcome, baseline: Outcome) -> Values:
    """Share of each user's places whose item the baseline's list has not, (U,), in [0, 1]."""
    items, before = outcome.lists.rankings.items, baseline.lists.rankings.items
    kept = (items[:, :, None] == before[:, None, :]).any(axis=2)
    filled = items >= 0
    share: Values = (filled & ~kept).sum(axis=1) / np.maximum(filled.sum(axis=1), 1)
    return share


def _worst(workbench: Workbench, outcome: Outcome) -> Positions:
    """Lowest NDCG first; of equals, whoever had most to be found."""
    users, ndcg = outcome.lists.rankings.users, outcome.per_user["ndcg"]
    held_out = np.diff(workbench.relevant.indptr)[users]
    order = np.lexsort((-held_out, ndcg))
    return users[order[~np.isnan(ndcg[order])][:SHORT]]


def _lowest(users: Positions, values: Values) -> Positions:
    """The users with the lowest values; those without a value are left out."""
    order = np.argsort(values, kind="stable")
    return users[order[~np.isnan(values[order])][:SHORT]]
