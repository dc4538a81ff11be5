"""How much each item of a history says of a taste: its weight, and how long ago it was taken."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.data import Dataset
from recengine.models.settings import Among, Choice, setting

WEIGHTINGS = ("uniform", "weight")
_DAY = 86_400


def weighting_setting() -> Any:
    """The setting `weighting`, the same wherever a recipe has it."""
    return setting(
        "uniform",
        Choice(WEIGHTINGS),
        "Whether every interaction counts the same, or in proportion to its weight, such as the rating.",
        search=Among(WEIGHTINGS),
    )


def interaction_weights(histories: csr_matrix, weighting: str) -> csr_matrix:
    """A float32 copy without zeros: all ones where `weighting` is "uniform", as they are where it is "weight"."""
    weights = csr_matrix(histories, dtype=np.float32, copy=True)
    weights.eliminate_zeros()
    weights.sort_indices()
    if weighting == "uniform":
        weights.data[:] = 1
    return weights


def training_weights(train: Dataset, weighting: str, half_life: float) -> csr_matrix:
    """In the places of `train.matrix`, float32: `interaction_weights`, halved every `half_life` days; 0 is for never.

    Days are counted back from the user's own latest event: what counts is the newer against the older, so counting from
    the end of the training data would change a profile by a factor only, and no cosine. An event without a time is as
    old as the user's oldest with one.
    """
    weights = interaction_weights(train.matrix, weighting)
    if not half_life or not train.has_times:
        return weights
    time = pl.col("time")
    known = time.fill_null(time.min().over("user"))
    ages = ((known.max().over("user") - known) / _DAY).fill_null(0.0)
    rows = train.interactions.filter("positive").select("user", "item", ages.alias("age"))
    halved = np.exp2(-rows["age"].to_numpy() / half_life).astype(np.float32)
    factors = csr_matrix((halved, (rows["user"].to_numpy(), rows["item"].to_numpy())), shape=weights.shape)
    factors.sort_indices()
    # an explicit 0, of an event very long ago, stays in its place
    weights.data *= factors.data
    return weights
