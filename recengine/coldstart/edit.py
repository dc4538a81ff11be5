"""A user's history edited: the list before and after, by folding both in. Nothing is fitted."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix, vstack

from recengine.arrays import Scores
from recengine.coldstart.blend import Rows
from recengine.coldstart.newcomer import check_weight, history_row
from recengine.data import Dataset, Sequences
from recengine.errors import ScenarioError
from recengine.fusion import FusedRow, Fusion, Source, build_pool, fuse_row
from recengine.models import Scorer, fold_in, folds_in


@dataclass(frozen=True)
class EditedList:
    """One user's whole catalogue with the history as it was and as it was edited.

    history, edited: weight by item position. before, after: `FusedRow`s, so `rank` tells what moved and `parts` are
    what each scorer adds; an item of a history has no rank in its row. fixed: scorers that cannot fold in, and so still
    say what they said.
    """

    user: int
    history: Mapping[int, float]
    edited: Mapping[int, float]
    before: FusedRow
    after: FusedRow
    fixed: tuple[str, ...]


def history_of(train: Dataset, user: int) -> dict[int, float]:
    """The user's training positives, the oldest first: weight by item position.

    Raises `ScenarioError` for a user who does not exist.
    """
    if not 0 <= user < train.n_users:
        raise ScenarioError(f"user: there are {train.n_users:,}, at positions 0 to {train.n_users - 1}; got {user}.")
    own = train.sequences.take(np.array([user]))
    return dict(zip(own.items.tolist(), own.weights.tolist(), strict=True))


def edit_history(
    scorers: Mapping[str, Scorer], train: Dataset, fusion: Fusion, user: int, changes: Mapping[int, float | None]
) -> EditedList:
    """Re-rank the catalogue for `user` after `changes`: by item position its new weight, or None to take it away.

    The weights of `fusion` are those of the scenario, in the order of `scorers`; they are summed, whatever its
    strategy. Both histories are folded in, so what differs between the two lists comes from the edit alone. What is
    taken away may be recommended again; what is added was taken last. What the user has seen without liking stays out
    of both. Raises `ScenarioError` for an item or a weight that cannot be.
    """
    history = history_of(train, user)
    edited = dict(history)
    for item, weight in changes.items():
        if not 0 <= item < train.n_items:
            raise ScenarioError(
                f"items: there are {train.n_items:,}, at positions 0 to {train.n_items - 1}; got {item}."
            )
        if weight is None:
            edited.pop(item, None)
        else:
            check_weight(weight)
            edited[item] = weight
    histories = Sequences.of_weights([history, edited], train.n_items)
    source = Source(
        {name: Rows(_scores(scorer, histories, user)) for name, scorer in scorers.items()},
        vstack([_seen(train, user, history, one) for one in (history, edited)], format="csr"),
    )
    pool = build_pool(source)
    before, after = (fuse_row(pool, source, fusion.as_sum, row) for row in (0, 1))
    fixed = tuple(name for name, scorer in scorers.items() if not folds_in(scorer))
    return EditedList(user, history, edited, before, after, fixed)


def _scores(scorer: Scorer, histories: Sequences, user: int) -> Scores:
    if folds_in(scorer):
        return fold_in(scorer, histories)
    return scorer.score(np.full(len(histories), user, dtype=np.int32))


def _seen(train: Dataset, user: int, history: Mapping[int, float], now: Mapping[int, float]) -> csr_matrix:
    """What must not be shown, (1, n_items): all that was seen but not liked, and the history as it is now."""
    seen = train.seen[user]
    other = {item: 1.0 for item in seen.indices.tolist() if item not in history}
    return history_row({**other, **now}, train.n_items)
