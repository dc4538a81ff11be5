"""Neighbours on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

COLD = (COLD_ITEM,)
CASES = (
    Case("item-knn", silent_items=COLD, finds=0.9),
    Case(
        "item-knn",
        {"similarity": "product", "neighbours": 4, "feature_weighting": "bm25", "normalization": "equal"},
        silent_items=COLD,
        finds=0.9,
    ),
    Case("item-knn", {"similarity": "tanimoto", "weighting": "weight"}, silent_items=COLD, finds=0.9),
    Case("user-knn", {"neighbours": 8}, silent_items=COLD, finds=0.9),
    Case(
        "user-knn",
        {"similarity": "cosine", "feature_weighting": "bm25", "weighting": "weight"},
        silent_items=COLD,
        finds=0.9,
    ),
    Case("user-knn", {"similarity": "tanimoto", "feature_weighting": "none"}, silent_items=COLD, finds=0.9),
    Case("p3alpha", silent_items=COLD, finds=0.9),
    Case("p3alpha", {"alpha": 1.5, "weighting": "weight", "neighbours": 5}, silent_items=COLD, finds=0.9),
    Case("rp3beta", silent_items=COLD, finds=0.9),
    Case("rp3beta", {"normalization": "equal", "beta": 1.0}, silent_items=COLD, finds=0.9),
)
