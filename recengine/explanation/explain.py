"""Taking a fused score apart: by scorer, and inside a scorer by history item."""

from __future__ import annotations

import numpy as np

from recengine.arrays import Positions, Values, read_only
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.explanation.explanation import Explanation, Part
from recengine.fusion import DEFAULT_K, FusedRow, Fusion, Pointwise, Pool, Remark, Source, account, fuse_row
from recengine.models import Explains, Scorer, ScoreShares


def explain(
    pool: Pool,
    source: Source,
    fusion: Fusion,
    user: int,
    item: int,
    *,
    k: int = DEFAULT_K,
    dataset: Dataset | None = None,
) -> Explanation:
    """Why `item` stands where it does for `user`: the parts of its fused score, scorer by scorer.

    A scorer adds `m * normalised`, m being its weight under a weighted sum (and under CombMNZ that times the weight of
    all scorers that list the item), where `normalised = a * raw + b` and, where the scorer can say so,
    `raw = sum of s_j + other` over the history items j. So item j's share is `m * a * s_j`, and the rest is
    `m * b + m * a * other`: exact. Where a scorer has no opinion on the item, cannot take its score apart, or gives all
    items the same score, all of the contribution is rest.

    Rank, softmax, reciprocal rank and Borda points are no such map. There the scorer's contribution is divided in
    proportion to the parts of the raw score, share j = `contribution * s_j / (sum of abs(s_j) + abs(other))`, which
    keeps the sign of each part and stays bounded where they cancel out; what cancels is rest. Those parts say
    `exact=False`.

    The score is the sum of the contributions in float64: the score of the list, which is float32, but for rounding.
    A strategy that is not additive has no contributions: they are NaN, the score is the strategy's own, and `account`
    says how the item came to its place.
    k: length of the lists, for re-rankers. dataset: lets errors name the user and the item by id instead of position.

    Raises `ScenarioError` for a user or an item that does not exist, a user the pool does not have, and an item that is
    never recommended to the user: already seen, or outside the slice of the catalogue.
    """
    _check(pool, source, user, item, dataset)
    row = fuse_row(pool, source, fusion, user, k)
    parts = tuple(_part(name, source.scorers[name], fusion, row, c, user, item) for c, name in enumerate(pool.scorers))
    return Explanation(
        user=user,
        item=item,
        rank=int(row.rank[item]),
        fused_rank=int(row.fused_rank[item]),
        score=sum(part.contribution for part in parts) if fusion.strategy.additive else float(row.score[item]),
        additive=fusion.strategy.additive,
        parts=parts,
        strategy=fusion.strategy.label,
        account=_account(pool, source, fusion, row, user, item, k),
    )


def _account(
    pool: Pool, source: Source, fusion: Fusion, row: FusedRow, user: int, item: int, k: int
) -> tuple[Remark, ...]:
    if isinstance(fusion.strategy, Pointwise):
        return fusion.strategy.remarks(row.ranks[:, item], row.weights, pool.scorers)
    return account(pool, source, fusion, user, item, k)


def _part(name: str, scorer: Scorer, fusion: Fusion, row: FusedRow, c: int, user: int, item: int) -> Part:
    multiplier = float(row.multipliers[c, item])
    contribution = float(row.parts[c, item])
    items, shares = np.zeros(0, dtype=np.int32), np.zeros(0)
    exact = fusion.strategy.additive
    # NaN where the strategy is not additive
    if row.opinion[c, item] and isinstance(scorer, Explains) and multiplier > 0:
        raw = scorer.explain(user, item)
        if np.isnan(row.scale[c]):
            items, shares = raw.items, _in_proportion(contribution, raw)
            exact = len(shares) == 0
        elif row.scale[c] > 0:
            items, shares = raw.items, multiplier * float(row.scale[c]) * raw.shares
    items, shares = _largest_first(items, shares)
    return Part(
        scorer=name,
        weight=float(row.weights[c]),
        raw=float(row.raw[c, item]),
        normalised=float(row.normalised[c, item]),
        contribution=contribution,
        exact=exact,
        items=items,
        shares=shares,
        # what is left after the shares, so the two sum to the contribution whatever float32 rounded in the row
        rest=contribution - float(shares.sum()),
        rank=float(row.ranks[c, item]),
        divisible=isinstance(scorer, Explains),
    )


def _in_proportion(contribution: float, raw: ScoreShares) -> Values:
    mass = float(np.abs(raw.shares).sum()) + abs(raw.rest)
    return contribution * raw.shares / mass if mass > 0 else np.zeros(len(raw.shares))


def _largest_first(items: Positions, shares: Values) -> tuple[Positions, Values]:
    order = np.argsort(-shares, kind="stable")
    return read_only(items[order]), read_only(shares[order])


def _check(pool: Pool, source: Source, user: int, item: int, dataset: Dataset | None) -> None:
    n_users, n_items = source.seen.shape
    if not 0 <= user < n_users:
        raise ScenarioError(
            f"user: there are {n_users:,}, at positions 0 to {n_users - 1}; got {user}. Choose one of them."
        )
    if not 0 <= item < n_items:
        raise ScenarioError(
            f"item: there are {n_items:,}, at positions 0 to {n_items - 1}; got {item}. Choose one of them."
        )
    user_name = f'"{dataset.user_ids[user]}"' if dataset is not None else f"at position {user}"
    item_name = f'"{dataset.item_ids[item]}"' if dataset is not None else f"at position {item}"
    if not (pool.users == user).any():
        raise ScenarioError(
            f"user {user_name}: not among the {len(pool.users):,} users with scores here. Choose one of them."
        )
    if item in source.seen.indices[source.seen.indptr[user] : source.seen.indptr[user + 1]]:
        raise ScenarioError(
            f"item {item_name}: user {user_name} already has it in the history, so it is never recommended and has no "
            "score. Choose an item that the user has not seen."
        )
    if source.eligible is not None and not source.eligible[item]:
        raise ScenarioError(
            f"item {item_name}: outside the slice of the catalogue that is ranked. Choose an item of the slice."
        )
