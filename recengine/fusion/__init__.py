"""The candidate pool, normalisation, the weighted sum and its certificate."""

from recengine.fusion.building import DEFAULT_DEPTH, build_pool
from recengine.fusion.checks import check_k, check_weights
from recengine.fusion.fusion import FusedLists, FusedRow, Fusion, contributions, fuse, fuse_row
from recengine.fusion.normalization import NEUTRALS, NORMALIZATIONS, Neutral, Normalization
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import prepare

__all__ = [
    "DEFAULT_DEPTH",
    "NEUTRALS",
    "NORMALIZATIONS",
    "FusedLists",
    "FusedRow",
    "Fusion",
    "Neutral",
    "Normalization",
    "Pool",
    "Source",
    "build_pool",
    "check_k",
    "check_weights",
    "contributions",
    "fuse",
    "fuse_row",
    "prepare",
]
