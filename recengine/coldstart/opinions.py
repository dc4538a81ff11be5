"""What each scorer says of newcomers, from whatever of them it can use."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Scores
from recengine.coldstart.newcomer import Newcomer, Origin
from recengine.data import Dataset, Sequences, describe_user
from recengine.models import (
    Resources,
    Scorer,
    TakesAttributes,
    TakesTexts,
    fold_in,
    folds_in,
    make_recipe,
    recipes,
)

EVERYBODY = "popularity"
SEGMENT = "segment-popularity"


@dataclass(frozen=True)
class Opinion:
    """rows (n, n_items) float32: the scores of `scorer` for n newcomers, NaN = no opinion, from what `origin` tells.

    also_from_picks: it comes out of the fold-in of the picks, but would be the same whatever was picked.
    """

    origin: Origin
    scorer: str
    rows: Scores
    also_from_picks: bool = False


@dataclass(frozen=True)
class Known:
    """What is known of n newcomers, as scorers take it; None where nothing of the kind is known of any.

    histories: n of them, the picks in their order. texts: n of them. users: n rows of attribute columns.
    """

    histories: Sequences
    texts: Sequence[str] | None = None
    users: pl.DataFrame | None = None


def known_of(newcomer: Newcomer, dataset: Dataset) -> Known:
    """What is known of one newcomer, checked. Raises `ScenarioError`."""
    words = newcomer.words()
    users = describe_user(dataset, newcomer.attributes)
    told = any(value is not None for row in users.iter_rows() for value in row)
    return Known(newcomer.history(dataset.n_items), [words] if words else None, users if told else None)


def with_helpers(scorers: Mapping[str, Scorer], train: Dataset) -> dict[str, Scorer]:
    """`scorers`, and what newcomers need besides and takes no time to fit: popularity, and popularity by segment."""
    found = dict(scorers)
    if EVERYBODY not in found:
        found[EVERYBODY] = make_recipe(EVERYBODY).fit(train)
    reads_attributes = any(isinstance(scorer, TakesAttributes) for scorer in found.values())
    if not reads_attributes and SEGMENT in recipes():
        recipe = make_recipe(SEGMENT)
        if recipe.obstacle(train) is None:
            found[SEGMENT] = recipe.fit(train)
    return found


def newcomer_scores(
    scorers: Mapping[str, Scorer], known: Known, *, resources: Resources = Resources()
) -> tuple[Opinion, ...]:
    """Every opinion on the newcomers, by origin: those with an opinion on at least one of them.

    Scorers that fold in say what the picks tell. What such a scorer says of an empty history is what it says of
    everybody: popularity says the same of all picks, and so tells nothing about them. Scorers that take texts or
    attributes say what those tell; a text loads the text model. Raises `EncoderError`.
    """
    opinions = []
    picked = len(known.histories.items) > 0
    with_a_blank = known.histories.append([{}])
    for name, scorer in scorers.items():
        if folds_in(scorer):
            rows = fold_in(scorer, with_a_blank)
            told, untold = rows[:-1], np.broadcast_to(rows[-1], rows[:-1].shape)
            same = np.array_equal(told, untold, equal_nan=True)
            opinions.append(Opinion("everybody", name, untold, also_from_picks=picked and same))
            if picked and not same:
                opinions.append(Opinion("picks", name, told))
        if known.texts is not None and isinstance(scorer, TakesTexts):
            opinions.append(Opinion("words", name, scorer.score_texts(known.texts, resources)))
        if known.users is not None and isinstance(scorer, TakesAttributes):
            opinions.append(Opinion("segment", name, scorer.score_attributes(known.users)))
    return tuple(opinion for opinion in opinions if not np.isnan(opinion.rows).all())
