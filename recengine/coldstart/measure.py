"""How good the lists of newcomers are, by how much is known of them: measured on users whom no fit has seen."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.arrays import Positions, Values, read_only
from recengine.coldstart.blend import blend_pool, blend_weights
from recengine.coldstart.newcomer import Origin
from recengine.coldstart.opinions import Known, Opinion, newcomer_scores, with_helpers
from recengine.data import Dataset, Sequences, known_categories
from recengine.errors import ScenarioError
from recengine.evaluation import Evaluation, Figure, Resamples, evaluate
from recengine.fusion import Fusion, fuse
from recengine.models import Resources, Scorer
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

AMOUNTS = (0, 1, 3, 5, 10)
METRIC = "ndcg"
MIN_RELEVANT = 5
"""Items that must be left to find after the largest amount is revealed; users with fewer are not measured."""
MOST_USERS = 1_000
"""Held-out users that are measured; of more as many are drawn."""
WORDS = 3
"""Favourite categories that stand for a taste in words, as nobody has written one down."""
BLEND = "blend"
BLEND_WITH: Mapping[Origin, str] = {"segment": "blend with segment", "words": "blend with words"}


@dataclass(frozen=True)
class NewcomerQuality:
    """NDCG@k of newcomers by method and by the number of their items revealed; arrays read-only.

    users (U,): who was measured, the same for every figure, on the same relevant items and the same candidates.
    curves[method][amount]: mean over users with its interval. per_user[method, amount] (U,).
    Methods: a scorer folded in; "blend": as `recommend_newcomer` blends picks and popularity; and, where something else
    is known, "segment" or "words" alone, and what each adds, "blend with segment" and "blend with words".
    words: what stood for words, by user.
    """

    users: Positions
    k: int
    curves: Mapping[str, Mapping[int, Figure]]
    per_user: Mapping[tuple[str, int], Values]
    words: Sequence[str] | None


def measure_newcomers(
    scorers: Mapping[str, Scorer],
    train: Dataset,
    held_out: csr_matrix,
    fusion: Fusion,
    *,
    amounts: Sequence[int] = AMOUNTS,
    k: int = 10,
    seed: int = 0,
    most_users: int = MOST_USERS,
    resources: Resources = Resources(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> NewcomerQuality:
    """Reveal some items of each held-out user, rank the catalogue, and look for their other items.

    held_out (n_users, n_items): the positives of users who have none in `train`, as the split "cold-users" makes them.
    Of each user with enough of them as many as the largest amount are set aside at random; the rest is what is looked
    for. An amount reveals the first of those set aside, and all of them are left out of every list: so only what is
    known differs between two amounts. fusion: of the scenario, its weights in the order of `scorers`.

    words: the `WORDS` most frequent categories among the items set aside, in words; only where items have categories.

    Raises `ScenarioError` where no user has enough items, `EncoderError`, `CancelledError`.
    """
    most = max(amounts)
    users = np.flatnonzero(np.diff(held_out.indptr) >= most + MIN_RELEVANT).astype(np.int32)
    if not len(users):
        raise ScenarioError(
            f"Newcomers: no held-out user has {most + MIN_RELEVANT} positives or more, {most} to reveal and "
            f"{MIN_RELEVANT} to find. Reveal fewer, or use more data."
        )
    rng = np.random.default_rng(seed)
    if len(users) > most_users:
        users = np.sort(rng.choice(users, most_users, replace=False))
    aside, relevant = _set_aside(held_out[users], most, rng)
    # what was seen without liking is known from the start, and in no list
    hidden = csr_matrix(aside + train.seen[users])
    weights = dict(zip(scorers, fusion.weights, strict=True))
    helped = with_helpers(scorers, train)
    attributes = [attribute.name for attribute in train.user_attributes]
    table = train.users.select(attributes)[users] if attributes else None
    words = _favourites(train, aside)
    judge = _Judge(relevant, hidden, train, fusion, k, Resamples.draw(len(users), seed=seed))
    # what does not depend on how much is revealed is said, and measured, once
    progress(0.0, f"Asking the scorers about {len(users):,} newcomers")
    nothing = Sequences.of_weights([{}] * len(users), train.n_items)
    said = newcomer_scores(helped, Known(nothing, words, table), resources=resources)
    by_origin = {origin: tuple(one for one in said if one.origin == origin) for origin in BLEND_WITH}
    flat: dict[str, Evaluation] = {origin: judge(weights, own) for origin, own in by_origin.items() if own}
    curves: dict[str, dict[int, Evaluation]] = {}
    for position, amount in enumerate(amounts):
        stop_if_asked(cancel)
        progress((position + 1) / (len(amounts) + 1), f"Measuring with {amount} items known")
        picks = Sequences.of_matrix(_revealed(aside, held_out[users], amount))
        folded = newcomer_scores(helped, Known(picks), resources=resources)
        found = {
            one.scorer: judge({one.scorer: 1.0}, (one,), amount)
            for one in folded
            if one.origin == "picks" or not amount
        }
        found |= flat
        found[BLEND] = judge(weights, folded, amount)
        for origin, own in by_origin.items():
            if own:
                found[BLEND_WITH[origin]] = judge(weights, (*folded, *own), amount)
        for name, evaluation in found.items():
            curves.setdefault(name, {})[amount] = evaluation
    for name, curve in curves.items():
        # popularity and its like say the same whatever is known
        if 0 in curve and name in helped:
            curves[name] = {amount: curve.get(amount, curve[0]) for amount in amounts}
    progress(1.0, f"Measured {len(users):,} newcomers")
    return NewcomerQuality(
        users=read_only(users),
        k=k,
        curves={
            name: {amount: evaluation.table[METRIC] for amount, evaluation in curve.items()}
            for name, curve in curves.items()
        },
        per_user={
            (name, amount): evaluation.per_user[METRIC]
            for name, curve in curves.items()
            for amount, evaluation in curve.items()
        },
        words=words,
    )


@dataclass(frozen=True)
class _Judge:
    """Ranks what a blend of opinions says and looks for the relevant items, (U, n_items)."""

    relevant: csr_matrix
    hidden: csr_matrix
    train: Dataset
    fusion: Fusion
    k: int
    resamples: Resamples

    def __call__(self, weights: Mapping[str, float], opinions: Sequence[Opinion], n_picks: int = 0) -> Evaluation:
        """The lists of `opinions`, blended as `weights` and `n_picks` say."""
        voices, _ = blend_weights(opinions, weights, n_picks)
        pool, source = blend_pool(opinions, self.hidden)
        lists = fuse(pool, source, replace(self.fusion, weights=tuple(voice.weight for voice in voices)), self.k)
        return evaluate(
            lists.rankings,
            self.relevant,
            popularity=self.train.popularity(),
            n_users=self.train.n_users,
            resamples=self.resamples,
            keys=(METRIC,),
        )


def _set_aside(held_out: csr_matrix, most: int, rng: np.random.Generator) -> tuple[csr_matrix, csr_matrix]:
    """Of each row `most` entries at random, with their place from 1 as the value, and the entries that are left."""
    order = np.lexsort((rng.random(held_out.nnz), np.repeat(np.arange(held_out.shape[0]), np.diff(held_out.indptr))))
    place = np.empty(held_out.nnz, dtype=np.int64)
    place[order] = np.arange(held_out.nnz) - np.repeat(held_out.indptr[:-1], np.diff(held_out.indptr))
    aside, relevant = held_out.copy(), held_out.copy()
    aside.data = np.where(place < most, place + 1, 0).astype(np.float32)
    relevant.data = (place >= most).astype(np.float32)
    aside.eliminate_zeros()
    relevant.eliminate_zeros()
    return aside, relevant


def _revealed(aside: csr_matrix, held_out: csr_matrix, amount: int) -> csr_matrix:
    """The first `amount` entries of each row of `aside`, with their weights."""
    first = aside.copy()
    first.data = (first.data <= amount).astype(np.float32)
    first.eliminate_zeros()
    return csr_matrix(first.multiply(held_out), dtype=np.float32)


def _favourites(train: Dataset, aside: csr_matrix) -> list[str] | None:
    """For each row the most frequent categories of its items, such as "Drama, Comedy, Romance"; None without any."""
    labels = _first_categories(train)
    if labels is None:
        return None
    matrix, names = labels
    counts = (aside.astype(np.bool_).astype(np.float32) @ matrix).toarray()
    best = np.argsort(-counts, axis=1, kind="stable")[:, :WORDS]
    return [", ".join(names[label] for label in row if counts[at, label] > 0) for at, row in enumerate(best.tolist())]


def _first_categories(train: Dataset) -> tuple[csr_matrix, list[str]] | None:
    """The categories of the first item attribute that has several an item, else of the first that has one."""
    kinds = sorted(
        (one for one in train.item_attributes if one.kind != "number"), key=lambda one: one.kind != "categories"
    )
    if not kinds:
        return None
    attribute = kinds[0]
    names = known_categories(train.items, attribute)
    cells = train.items.select(pl.int_range(pl.len()).alias("item"), pl.col(attribute.name).alias("label"))
    if attribute.kind == "categories":
        cells = cells.explode("label")
    cells = cells.drop_nulls().unique()
    columns = cells["label"].replace_strict(names, list(range(len(names))), return_dtype=pl.Int32).to_numpy()
    shape = (train.n_items, len(names))
    return csr_matrix(
        (np.ones(len(columns), dtype=np.float32), (cells["item"].to_numpy(), columns)), shape=shape
    ), names
