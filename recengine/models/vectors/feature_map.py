"""From what is known of an item to its factors: ridge regression on the items that people took."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Mask, Scores, Values
from recengine.models.content.preparation import Preparation


@dataclass(frozen=True)
class FeatureMap:
    """factors = intercept + (features - centre) · coefficients; features are text columns, then attribute columns.

    preparation: of text vectors. centre (d,), coefficients (d, factors), intercept (factors,): float64.
    """

    preparation: Preparation
    centre: Values
    coefficients: Values
    intercept: Values

    def of_items(self, texts: Scores, attributes: csr_matrix) -> Scores:
        """Factors (n, factors) float32 of items with these text vectors and attributes; NaN where neither is known.

        What is not known of an item counts as 0, as it did for the regression.
        """
        features, known = _features(self.preparation.apply(texts), attributes)
        return self._apply(features - self.centre, known)

    def of_texts(self, texts: Scores) -> Scores:
        """Factors of an item of that text and average attributes; NaN where the text vector is, or tells nothing."""
        prepared = self.preparation.apply(texts)
        offsets = np.zeros((len(texts), len(self.centre)))
        offsets[:, : texts.shape[1]] = np.nan_to_num(prepared) - self.centre[: texts.shape[1]]
        known: Mask = ~np.isnan(prepared[:, 0])
        return self._apply(offsets, known)

    def state(self) -> dict[str, NDArray[Any]]:
        """Its arrays by name."""
        return {
            "text_mean": self.preparation.mean,
            "text_matrix": self.preparation.matrix,
            "centre": self.centre,
            "coefficients": self.coefficients,
            "intercept": self.intercept,
        }

    @classmethod
    def restore(cls, state: dict[str, NDArray[Any]]) -> FeatureMap:
        """Of the arrays by name."""
        preparation = Preparation(state["text_mean"], state["text_matrix"])
        return cls(preparation, state["centre"], state["coefficients"], state["intercept"])

    def _apply(self, offsets: Values, known: Mask) -> Scores:
        factors = (self.intercept + offsets @ self.coefficients).astype(np.float32)
        factors[~known] = np.nan
        return factors


def fit_feature_map(
    preparation: Preparation,
    texts: Scores,
    attributes: csr_matrix,
    factors: Scores,
    weights: Values,
    strength: float,
) -> FeatureMap:
    """The ridge regression of `factors` (n, f) on the features of the items that have both, in closed form.

    It minimises Σ_i w_i |y_i - map(i)|² + strength |coefficients|², w being `weights` (n,) brought to a mean of 1; the
    intercept goes free. Text vectors (n, d) float32, NaN rows where there is none.
    """
    features, known = _features(preparation.apply(texts), attributes)
    fitted = known & ~np.isnan(factors[:, 0])
    width = features.shape[1]
    if not fitted.any():
        return FeatureMap(preparation, np.zeros(width), np.zeros((width, factors.shape[1])), np.zeros(factors.shape[1]))
    given, wanted = features[fitted], factors[fitted].astype(np.float64)
    weight = weights[fitted] / weights[fitted].mean()
    centre = np.average(given, axis=0, weights=weight)
    intercept = np.average(wanted, axis=0, weights=weight)
    given = given - centre
    weighted = given.T * weight
    coefficients = np.linalg.solve(weighted @ given + strength * np.eye(width), weighted @ (wanted - intercept))
    return FeatureMap(preparation, centre, coefficients, intercept)


def _features(prepared: Scores, attributes: csr_matrix) -> tuple[Values, Mask]:
    """Both side by side, (n, d) float64, with 0 for what is not known; and of which items anything is known."""
    told = np.asarray(attributes.toarray(), dtype=np.float64)
    # a text vector is all known or all NaN; without texts it has no columns
    known: Mask = np.asarray(np.hstack([~np.isnan(prepared[:, :1]), told != 0]).any(axis=1))
    return np.hstack([np.nan_to_num(prepared).astype(np.float64), told]), known
