"""Top-k with decided ties, ranked lists and the metric functions."""

from recengine.ranking.rankings import Rankings

__all__ = ["Rankings"]
