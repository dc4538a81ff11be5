"""The built-in sample datasets."""

from recengine.data.samples.synthetic import build_synthetic, synthetic, synthetic_preferences

__all__ = ["build_synthetic", "synthetic", "synthetic_preferences"]
