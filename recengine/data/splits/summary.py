"""What a split leaves in each part, in counts."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recengine.data.dataset import Dataset
from recengine.data.splits.split import Split


@dataclass(frozen=True)
class SplitPart:
    """One part. users, items: with a positive in it. first, last: seconds since 1970 of its positives that have a time,
    None where none has.
    """

    name: str
    users: int
    items: int
    positives: int
    first: int | None
    last: int | None


@dataclass(frozen=True)
class SplitSummary:
    """Counts of a split.

    split, seed: text of the cut, and what chance went by. sentence: the cut in words. parts: train, validation, test,
    which have no positive in common. users, items, positives: of all of it, with those without a positive.
    not_positive: rows that are only seen; they are in train and never a target. undated: positives without a time.
    users_measured: with a test positive. cold_users, cold_items: with a test positive and none in train or validation,
    so unknown to what is fitted; cold_positives: test positives of such an item.
    """

    split: str
    seed: int
    sentence: str
    parts: tuple[SplitPart, SplitPart, SplitPart]
    users: int
    items: int
    positives: int
    not_positive: int
    undated: int
    users_measured: int
    cold_users: int
    cold_items: int
    cold_positives: int

    def to_json(self) -> dict[str, Any]:
        """Keys as the field names; parts as a list."""
        return asdict(self)


def split_summary(split: Split) -> SplitSummary:
    """Count what is in the parts of `split`."""
    parts = _part("train", split.train), _part("validation", split.validation), _part("test", split.test)
    positives = sum(part.positives for part in parts)
    known_users, known_items = (np.diff(split.full_train.matrix.indptr) > 0, split.full_train.popularity() > 0)
    asked_users, asked = np.diff(split.test.matrix.indptr) > 0, split.test.popularity()
    undated = sum(part.interactions.filter("positive")["time"].null_count() for part in (split.full_train, split.test))
    return SplitSummary(
        split=split.spec.text,
        seed=split.seed,
        sentence=split.spec.sentence,
        parts=parts,
        users=split.train.n_users,
        items=split.train.n_items,
        positives=positives,
        not_positive=split.train.interactions.height - parts[0].positives,
        undated=undated,
        users_measured=parts[2].users,
        cold_users=int((asked_users & ~known_users).sum()),
        cold_items=int(((asked > 0) & ~known_items).sum()),
        cold_positives=int(asked[~known_items].sum()),
    )


def _part(name: str, part: Dataset) -> SplitPart:
    positives = part.interactions.filter("positive")
    first, last = positives["time"].min(), positives["time"].max()
    return SplitPart(
        name=name,
        users=positives["user"].n_unique(),
        items=positives["item"].n_unique(),
        positives=positives.height,
        first=first if isinstance(first, int) else None,
        last=last if isinstance(last, int) else None,
    )
