"""An item that came after the fit: which users would get it today, and at which rank."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fairness.groups import in_natural_order, user_groupings
from recengine.fusion import Fusion, Pool, Source, ValueMap, check_k, fuse, prepare
from recengine.fusion.prepared import weighted_sum
from recengine.models import Resources, TakesNewItems

SHOWN_RANKS = 100
"""Ranks that are told apart; whoever would get the item further down gets none."""
BLOCK = 256


@dataclass(frozen=True)
class Audience:
    """A new item in the list of every user of a pool. Arrays read-only.

    users (U,) int32; scores (U,) float32, fused; ranks (U,) int32: its place in the user's list from 1, behind equals;
    0 beyond `depth`. k: length of the lists; depth: the deepest rank that is told.
    parts (C, U) float64: what each scorer adds; they sum to the score. opinions (C,) bool: which scorers have one on
    the item for anybody; for the others it counts as neutral.
    """

    users: Positions
    scores: Scores
    ranks: Positions
    parts: Values
    opinions: Mask
    k: int
    depth: int

    @property
    def reached(self) -> Mask:
        """Who would get it among their best k, (U,)."""
        return (self.ranks > 0) & (self.ranks <= self.k)

    def by_likelihood(self) -> NDArray[np.intp]:
        """Places in `users`, those who would get it highest first, then by score."""
        depth = np.where(self.ranks > 0, self.ranks, self.depth + 1)
        return np.lexsort((self.users, -self.scores, depth))


def place_new_item(
    pool: Pool, source: Source, fusion: Fusion, item: pl.DataFrame, k: int, *, resources: Resources = Resources()
) -> Audience:
    """Put a new item into everybody's list under `fusion`: each scorer's score on the scale of the user's own list.

    The scorers' opinions are summed by their weights, whatever the strategy of `fusion`.

    item: one row as `recengine.data.describe_item` gives it. A scorer that takes no new items has no opinion, as on any
    item that nobody took. Raises `ScenarioError` where no scorer with a weight tells users apart, or `EncoderError`.
    """
    n_items = source.seen.shape[1]
    check_k(k, n_items)
    fusion = fusion.as_sum
    raw = np.full((len(pool.scorers), len(pool.users), 1), np.nan, dtype=np.float32)
    for at, scorer in enumerate(source.scorers.values()):
        if isinstance(scorer, TakesNewItems):
            raw[at] = scorer.score_new_items(pool.users, item, resources)
    opinions: Mask = np.logical_not(np.isnan(raw[:, :, 0]).all(axis=1))
    # popularity has one, the same for all: nobody took it
    tells = [len(np.unique(scores[~np.isnan(scores)])) > min(1, len(pool.users) - 1) for scores in raw]
    if not any(weight and tell for weight, tell in zip(fusion.weights, tells, strict=True)):
        raise ScenarioError(
            "new item: no scorer with a weight can tell whom it suits. Give it a text or categories that the catalogue "
            "has, or a weight to a scorer that reads them, such as text or category."
        )
    depth = min(max(k, SHOWN_RANKS), n_items)
    lists = fuse(pool, source, fusion, depth)
    normaliser = prepare(pool, ValueMap(fusion.normalization, fusion.neutral)).normaliser
    ranks = _ranks(pool, source, raw) if normaliser.by_rank else raw
    values = normaliser.apply(raw, ranks)
    weights = np.array(fusion.effective, dtype=np.float32)
    scores = weighted_sum(values, weights)[:, 0]
    # padding is NaN, which is above nothing
    place = 1 + (lists.rankings.scores >= scores[:, None]).sum(axis=1)
    return Audience(
        users=pool.users,
        scores=read_only(scores),
        ranks=read_only(np.where(place <= depth, place, 0).astype(np.int32)),
        parts=read_only(weights[:, None].astype(np.float64) * values[:, :, 0]),
        opinions=read_only(opinions),
        k=k,
        depth=depth,
    )


def audience_by_group(audience: Audience, dataset: Dataset, attribute: str) -> pl.DataFrame:
    """Whom the item would reach: `group`, `users` (of the pool), `reached` and `share` in [0, 1], a row a group.

    attribute: a key of `recengine.fairness.groups.user_groupings`. Raises `ScenarioError` for another.
    """
    groupings = user_groupings(dataset)
    if attribute not in groupings:
        raise ScenarioError(f"new item: users have no groups by {attribute!r}. Choose among {', '.join(groupings)}.")
    rows = pl.DataFrame({"group": groupings[attribute][audience.users], "reached": audience.reached})
    table = rows.group_by("group").agg(pl.len().alias("users"), pl.col("reached").sum())
    order = {label: at for at, label in enumerate(in_natural_order(table["group"].to_list()))}
    table = table.with_columns((pl.col("reached") / pl.col("users")).alias("share"))
    return table.sort(pl.col("group").replace_strict(order, return_dtype=pl.Int32))


def _ranks(pool: Pool, source: Source, raw: Scores) -> Scores:
    """The rank of each raw score (C, U, 1) among the user's unseen items, from 1, behind equals; NaN where it is."""
    ranks = np.full_like(raw, np.nan)
    for start in range(0, len(pool.users), BLOCK):
        rows = slice(start, start + BLOCK)
        users = pool.users[rows]
        ahead = (source.scores(users) >= raw[:, rows]) & source.unseen(users)
        ranks[:, rows, 0] = np.where(np.isnan(raw[:, rows, 0]), np.nan, 1 + ahead.sum(axis=2))
    return ranks
