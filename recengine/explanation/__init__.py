"""The exact parts of a fused score, by scorer and by history item."""

from recengine.explanation.explanation import Explanation, Part

__all__ = ["Explanation", "Part"]
