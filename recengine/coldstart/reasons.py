"""Which of the picked items an item is listed for."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from recengine.arrays import Positions, Values, read_only
from recengine.coldstart.blend import NewcomerList
from recengine.coldstart.newcomer import Newcomer
from recengine.data import Sequences
from recengine.models import Scorer, fold_in, folds_in

MAX_EXPLAINED = 50
"""Picks that are left out one by one; the rest are not asked."""


def pick_effects(
    scorers: Mapping[str, Scorer], newcomer: Newcomer, listed: NewcomerList, n_items: int
) -> tuple[Positions, Values]:
    """How much of each listed item's score goes when one pick is left out: picks (n,) and `out[j, place]`, (n, k).

    In units of the score, each scorer's scores on the scale that they have with all picks; positive: the pick speaks
    for the item. These are effects of leaving out, not shares: two picks that say the same have little effect each, and
    the effects do not sum to the score. Without its pick a scorer may have no opinion, which counts as its mean.
    """
    picks = np.array(sorted(newcomer.items)[:MAX_EXPLAINED], dtype=np.int32)
    effects = np.zeros((len(picks), len(listed.items)))
    left = [{item: weight for item, weight in newcomer.items.items() if item != pick} for pick in picks.tolist()]
    without = Sequences.of_weights(left, n_items)
    row = listed.row
    for at, voice in enumerate(listed.voices):
        scorer = scorers.get(voice.scorer)
        if voice.origin != "picks" or not voice.weight or scorer is None or not len(picks):
            continue
        if not folds_in(scorer):
            continue
        raw = row.raw[at].astype(np.float64)
        scale = _scale(raw, float(row.scale[at]))
        less = fold_in(scorer, without)[:, listed.items].astype(np.float64)
        neutral = np.nanmean(raw)
        now = np.where(np.isnan(raw[listed.items]), neutral, raw[listed.items])
        effects += voice.weight * scale * (now - np.where(np.isnan(less), neutral, less))
    return read_only(picks), read_only(effects)


def _scale(raw: Values, scale: float) -> float:
    """What a raw score is multiplied by; by rank, which is no such map, as min-max does it."""
    if not np.isnan(scale):
        return scale
    spread = float(np.nanmax(raw) - np.nanmin(raw))
    return 1 / spread if spread > 0 else 0.0
