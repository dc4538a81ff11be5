"""Preparing text vectors: away with what all texts of a catalogue share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from recengine.arrays import Scores, Values, read_only

PREPARATIONS = ("as is", "centred", "whitened")
SHRINKAGE = 3.0
"""Of whitening: how many mean variances are added to the variance of each axis."""
SMALLEST_LENGTH = 1e-5
"""Vectors of unit length whose sum, over their number, is shorter cancel out but for rounding."""


@dataclass(frozen=True)
class Preparation:
    """What is done to every vector of one encoder, fitted on a catalogue.

    mean (d,) float64 is taken away, then the rows are multiplied by matrix (d, d) float64, which is (0, 0) for none,
    then brought to unit length.
    """

    mean: Values
    matrix: Values

    def apply(self, vectors: Scores) -> Scores:
        """Unit vectors (n, d) float32. NaN rows stay NaN; so becomes a vector that is the mean: it tells nothing."""
        rows = np.flatnonzero(~np.isnan(vectors).any(axis=1))
        prepared = vectors[rows].astype(np.float64) - self.mean
        tells = np.linalg.norm(prepared, axis=1) > SMALLEST_LENGTH
        rows, prepared = rows[tells], prepared[tells]
        if self.matrix.size:
            prepared = prepared @ self.matrix
        out = np.full(vectors.shape, np.nan, dtype=np.float32)
        out[rows] = prepared / np.linalg.norm(prepared, axis=1, keepdims=True)
        return read_only(out)


def fit_preparation(vectors: Scores, preparation: str) -> Preparation:
    """One of `PREPARATIONS` for the vectors (n, d) of a catalogue; NaN rows count nothing.

    "centred" takes their mean away. "whitened" also shrinks the axes along which the catalogue differs most, each by
    the root of its variance plus `SHRINKAGE` mean variances.
    """
    there = vectors[~np.isnan(vectors).any(axis=1)].astype(np.float64)
    none = np.empty((0, 0))
    if preparation == "as is" or not len(there):
        return Preparation(np.zeros(vectors.shape[1]), none)
    mean: Values = there.mean(axis=0)
    centred = there - mean
    centred = centred[np.linalg.norm(centred, axis=1) > SMALLEST_LENGTH]
    if preparation == "centred" or not len(centred):
        return Preparation(mean, none)
    variances, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    scale = 1 / np.sqrt(np.maximum(variances, 0) + SHRINKAGE * variances.mean())
    # back in the old axes: the sign and order of eigenvectors, which are arbitrary, cancel out
    return Preparation(mean, (axes * scale) @ axes.T)
