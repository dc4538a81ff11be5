"""Head, tail and cold: the catalogue by how many users an item has in training."""

from recengine.data.popularity import HEAD_SHARE, head_items

__all__ = ["HEAD_SHARE", "head_items"]
