"""Opinions on newcomers put together, weighted by how much is known, in parts that sum to the score."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Positions, Scores, Values, read_only
from recengine.coldstart.newcomer import ORIGINS, Newcomer, Origin
from recengine.coldstart.opinions import EVERYBODY, Opinion, known_of, newcomer_scores, with_helpers
from recengine.coldstart.trust import EVIDENCE, trust
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion import DEFAULT_DEPTH, FusedRow, Fusion, Pool, Source, build_pool, check_k, fuse_row
from recengine.models import Resources, Scorer


@dataclass(frozen=True)
class Rows:
    """A scorer that has its scores already, (n, n_items)."""

    rows: Scores
    device: str = "CPU"

    def score(self, users: Positions) -> Scores:
        """Rows of the table, a new array."""
        return self.rows[users]

    def state(self) -> dict[str, NDArray[Any]]:
        """The table."""
        return {"rows": self.rows}


@dataclass(frozen=True)
class Voice:
    """One opinion in a blend. weight: effective; those of all voices sum to 1."""

    origin: Origin
    scorer: str
    weight: float


@dataclass(frozen=True)
class NewcomerList:
    """The list of one newcomer. Arrays read-only.

    items (k,) int32, best first; scores (k,) float64; parts (V, k) float64: what each voice adds, so that
    `parts.sum(axis=0) == scores`; opinion (V, k) bool: whether it has one, else it counts as neutral.
    trust: the share of each origin that is known. row: the whole catalogue, see `FusedRow`; picked items have no rank.
    """

    voices: tuple[Voice, ...]
    trust: Mapping[Origin, float]
    items: Positions
    scores: Values
    parts: Values
    opinion: Mask
    row: FusedRow

    def by_origin(self) -> dict[Origin, Values]:
        """What each origin that is known adds, (k,) each; they sum to the scores."""
        origins = np.array([voice.origin for voice in self.voices])
        return {origin: self.parts[origins == origin].sum(axis=0) for origin in ORIGINS if (origins == origin).any()}

    def unheard(self, newcomer: Newcomer) -> list[Origin]:
        """What is known of the newcomer and yet has no say, as no scorer makes anything of it."""
        told: dict[Origin, bool] = {
            "picks": bool(newcomer.items),
            "words": bool(newcomer.text.strip()),
            "segment": bool(newcomer.attributes),
        }
        return [origin for origin, known in told.items() if known and origin not in self.trust]


def recommend_newcomer(
    scorers: Mapping[str, Scorer],
    newcomer: Newcomer,
    train: Dataset,
    fusion: Fusion,
    k: int,
    *,
    evidence: Mapping[Origin, float] = EVIDENCE,
    resources: Resources = Resources(),
) -> NewcomerList:
    """The best k of the catalogue for a newcomer, picked items left out.

    fusion: of the scenario, its weights in the order of `scorers`; see `blend_weights` for what becomes of them. They
    are summed, whatever the strategy: the others ask for people of the dataset.
    evidence: see `trust`. What newcomers need besides is fitted now, see `with_helpers`. Raises `ScenarioError` or
    `EncoderError`.
    """
    check_k(k, train.n_items)
    known = known_of(newcomer, train)
    weights = dict(zip(scorers, fusion.weights, strict=True))
    opinions = newcomer_scores(with_helpers(scorers, train), known, resources=resources)
    if not opinions:
        raise ScenarioError(
            "Nothing known of this user tells the items apart, and all are equally popular. Pick an item or say more."
        )
    voices, shares = blend_weights(opinions, weights, len(newcomer.items), evidence)
    pool, source = blend_pool(opinions, known.histories.matrix, depth=max(k, DEFAULT_DEPTH))
    fusion = replace(fusion.as_sum, weights=tuple(voice.weight for voice in voices))
    row = fuse_row(pool, source, fusion, 0)
    ranked = np.flatnonzero((row.rank > 0) & (row.rank <= k)).astype(np.int32)
    items = ranked[np.argsort(row.rank[ranked], kind="stable")]
    parts = row.parts[:, items]
    return NewcomerList(
        voices=voices,
        trust=shares,
        items=read_only(items),
        scores=read_only(parts.sum(axis=0)),
        parts=read_only(parts),
        opinion=read_only(row.opinion[:, items]),
        row=row,
    )


def blend_weights(
    opinions: Sequence[Opinion],
    weights: Mapping[str, float],
    n_picks: int,
    evidence: Mapping[Origin, float] = EVIDENCE,
) -> tuple[tuple[Voice, ...], dict[Origin, float]]:
    """The weight of each opinion, in their order, and the trust in each origin; both sum to 1.

    Of the trust in the picks each scorer that folds in gets a share as the scenario weighs it, popularity too: so the
    more is picked, the nearer the list is to what the scenario gives a user of that history. The trust in any other
    origin goes to its scorers as the scenario weighs them, or to all alike where it weighs none of them; in everybody
    to popularity alone, where it weighs none.

    weights: of the scenario, by scorer; one that it does not name has 0.
    """
    folded = [weights.get(one.scorer, 0.0) * (one.origin == "picks" or one.also_from_picks) for one in opinions]
    # what the scenario gives no weight has no say, and what is left tells everybody the same
    heard = any(weight and one.origin == "picks" for one, weight in zip(opinions, folded, strict=True))
    shares = trust(n_picks if heard else 0, {one.origin for one in opinions}, evidence)
    values = np.zeros(len(opinions))
    if heard:
        values += shares["picks"] * np.array(folded) / sum(folded)
    for origin, share in shares.items():
        if origin == "picks":
            continue
        own = np.array([weights.get(one.scorer, 0.0) * (one.origin == origin) for one in opinions])
        if not own.any():
            among = [one.origin == origin and (origin != "everybody" or one.scorer == EVERYBODY) for one in opinions]
            own = np.array(among if any(among) else [one.origin == origin for one in opinions], dtype=np.float64)
        values += share * own / own.sum()
    voices = zip(opinions, values.tolist(), strict=True)
    return tuple(Voice(one.origin, one.scorer, value) for one, value in voices), shares


def blend_pool(opinions: Sequence[Opinion], hidden: csr_matrix, *, depth: int = DEFAULT_DEPTH) -> tuple[Pool, Source]:
    """Opinions on n newcomers as a pool and its source, which `fuse` and `fuse_row` take; users are 0 to n - 1.

    hidden (n, n_items): what each must not be shown. The scorers are called "origin:scorer".
    """
    source = Source({f"{one.origin}:{one.scorer}": Rows(one.rows) for one in opinions}, hidden)
    return build_pool(source, depth=depth), source
