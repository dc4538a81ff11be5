"""How good the lists are: per user first, then means with intervals."""

from recengine.evaluation.summary import Figure

__all__ = ["Figure"]
