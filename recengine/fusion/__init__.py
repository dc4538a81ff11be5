"""The candidate pool, normalisation, strategies with their certificates, re-rankers."""

from recengine.fusion.building import DEFAULT_DEPTH, build_pool
from recengine.fusion.checks import check_k, check_weights
from recengine.fusion.facts import Facts
from recengine.fusion.fused_lists import FusedLists
from recengine.fusion.fused_row import FusedRow, account, fuse_row
from recengine.fusion.fusing import fuse
from recengine.fusion.fusion import DEFAULT_K, Fusion
from recengine.fusion.memory import PoolMemory, pool_memory
from recengine.fusion.normalization import NEUTRALS, NORMALIZATIONS, Neutral, Normalization, ValueMap
from recengine.fusion.pool import Pool, Source
from recengine.fusion.prepared import prepare
from recengine.fusion.rerankers import RERANKERS, Reranker, make_reranker
from recengine.fusion.strategies import STRATEGIES, Listwise, Pointwise, Strategy, WeightedSum, make_strategy
from recengine.fusion.strategies.base import Remark

__all__ = [
    "DEFAULT_DEPTH",
    "DEFAULT_K",
    "NEUTRALS",
    "NORMALIZATIONS",
    "RERANKERS",
    "STRATEGIES",
    "Facts",
    "FusedLists",
    "FusedRow",
    "Fusion",
    "Listwise",
    "Neutral",
    "Normalization",
    "Pointwise",
    "Pool",
    "PoolMemory",
    "Remark",
    "Reranker",
    "Source",
    "Strategy",
    "ValueMap",
    "WeightedSum",
    "account",
    "build_pool",
    "check_k",
    "check_weights",
    "fuse",
    "fuse_row",
    "make_reranker",
    "make_strategy",
    "pool_memory",
    "prepare",
]
