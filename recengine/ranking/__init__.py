"""Top-k with decided ties, ranked lists and the metric functions."""

from recengine.ranking.judged import JudgedLists, hits, judge
from recengine.ranking.metrics import METRICS, Metric, compute_metrics, find_metric, metrics_of
from recengine.ranking.overlap import overlap, rank_biased_overlap
from recengine.ranking.rankings import Rankings
from recengine.ranking.ranks import average_ranks
from recengine.ranking.top_k import PADDING, take, top_k

__all__ = [
    "METRICS",
    "PADDING",
    "JudgedLists",
    "Metric",
    "Rankings",
    "average_ranks",
    "compute_metrics",
    "find_metric",
    "hits",
    "judge",
    "metrics_of",
    "overlap",
    "rank_biased_overlap",
    "take",
    "top_k",
]
