"""The candidate pool, normalisation, the weighted sum and its certificate."""

from recengine.fusion.fusion import (
    NEUTRALS,
    NORMALIZATIONS,
    FusedLists,
    FusedRow,
    Fusion,
    Neutral,
    Normalization,
    contributions,
    fuse,
    fuse_row,
)
from recengine.fusion.pool import DEFAULT_DEPTH, Pool, Source, build_pool

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
    "contributions",
    "fuse",
    "fuse_row",
]
