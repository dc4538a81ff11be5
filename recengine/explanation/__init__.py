"""The exact parts of a fused score, by scorer and by history item, or a strategy's own account of a place."""

from recengine.explanation.explain import explain
from recengine.explanation.explanation import Explanation, Part
from recengine.explanation.sentence import own_place, sentence, standing

__all__ = ["Explanation", "Part", "explain", "own_place", "sentence", "standing"]
