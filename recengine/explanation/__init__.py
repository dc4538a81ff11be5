"""The exact parts of a fused score, by scorer and by history item."""

from recengine.explanation.explain import explain
from recengine.explanation.explanation import Explanation, Part
from recengine.explanation.sentence import sentence

__all__ = ["Explanation", "Part", "explain", "sentence"]
