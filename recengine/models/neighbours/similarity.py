"""What makes two items, or two users, alike: the settings that item-KNN and user-KNN share."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from scipy.sparse import csr_matrix

from recengine.arrays import Values
from recengine.models.histories import interaction_weights, weighting_setting
from recengine.models.neighbours.features import FEATURE_WEIGHTINGS, FeatureWeights, learn_features
from recengine.models.settings import Among, Choice, Number, Settings, Span, Whole, setting

SIMILARITIES = ("cosine", "asymmetric", "tanimoto", "product")


@dataclass(frozen=True)
class SimilaritySettings(Settings):
    """The similarity of a row a to its neighbour b is (p / (n + shrinkage))^amplification, with p = Σ_f a_f b_f.

    n depends on the kind:

    | kind       | n                                        |
    | cosine     | √(Σ a² · Σ b²)                           |
    | asymmetric | (Σ a²)^(1 - asymmetry) (Σ b²)^asymmetry  |
    | tanimoto   | Σ a² + Σ b² - p                          |
    | product    | 1, without shrinkage                     |

    a_f is the weight of an interaction times that of its feature (`FeatureWeights`). Sources: Aiolli (2013), RecSys,
    for asymmetry; Bell, Koren, Volinsky (2007), KDD, for shrinkage; Breese, Heckerman, Kadie (1998), UAI, for
    amplification.
    """

    neighbours: int = setting(
        100,
        Whole(1, 10_000),
        "How many of the most similar are asked.",
        search=Span(10, 500, log=True),
    )
    similarity: str = setting(
        "asymmetric",
        Choice(SIMILARITIES),
        "What the sum of common interactions is divided by; nothing for the product.",
        search=Among(SIMILARITIES),
    )
    asymmetry: float = setting(
        0.7,
        Number(1.0, zero=True),
        "For the asymmetric similarity: above 0.5, neighbours with many interactions count less than for the cosine.",
        search=Span(0.0, 1.0),
    )
    shrinkage: float = setting(
        10.0,
        Number(1e6, zero=True),
        "Makes a similarity that rests on few common interactions smaller, in numbers of interactions.",
        search=Span(0.0, 100.0),
    )
    amplification: float = setting(
        1.0,
        Number(10.0),
        "Power of the similarities: above 1, the most similar count more against the others.",
        search=Span(0.5, 4.0),
    )
    feature_weighting: str = setting(
        "tf-idf",
        Choice(FEATURE_WEIGHTINGS),
        "Whether what is common counts more when it is rare.",
        search=Among(FEATURE_WEIGHTINGS),
    )
    bm25_k1: float = setting(
        1.2,
        Number(1000.0),
        "For BM25: how far a large weight counts more than a small one.",
        search=Span(0.1, 10.0, log=True),
    )
    bm25_b: float = setting(
        0.75,
        Number(1.0, zero=True),
        "For BM25: how far many interactions make each count less.",
        search=Span(0.0, 1.0),
    )
    weighting: str = weighting_setting()

    def weights(self, histories: csr_matrix) -> csr_matrix:
        """How much each interaction counts, in the places of `histories`, float32."""
        return interaction_weights(histories, self.weighting)

    def features(self, matrix: csr_matrix) -> FeatureWeights:
        """Learned from the training matrix (rows that are compared, features)."""
        return learn_features(matrix, self.feature_weighting, k1=self.bm25_k1, b=self.bm25_b)

    def similarities(self, products: Values, rows: Values, others: Values) -> Values:
        """(b, n) of `products` (b, n), for sums of squares of rows (b,) and others (n,); 0 where nothing is common.

        Overwrites `products`.
        """
        if self.similarity != "product":
            scale = self._scale(products, rows[:, None], others)
            scale += self.shrinkage
            # of a row without interactions, which has nothing in common with any
            np.maximum(scale, np.finfo(np.float64).tiny, out=scale)
            products /= scale
        if self.amplification != 1:
            products **= self.amplification
        return products

    def _scale(self, products: Values, rows: Values, others: Values) -> Values:
        if self.similarity == "tanimoto":
            return rows + others - products
        asymmetry = 0.5 if self.similarity == "cosine" else self.asymmetry
        scale: Values = rows ** (1 - asymmetry) * others**asymmetry
        return scale


def squares(matrix: csr_matrix) -> Values:
    """Σ_f a_f² of each row, float64; of a row alone as among others, to the last bit."""
    square = csr_matrix((matrix.data**2, matrix.indices, matrix.indptr), shape=matrix.shape)
    sums: Values = square @ np.ones(matrix.shape[1])
    return sums
