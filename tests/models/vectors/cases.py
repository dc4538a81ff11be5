"""Vectors on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

CASES = (
    Case("item2vec", {"factors": 8, "epochs": 60, "learning_rate": 0.1}, silent_items=(COLD_ITEM,), finds=0.8),
    Case(
        "item2vec",
        {"factors": 8, "epochs": 60, "learning_rate": 0.1, "scoring": "cosine", "weighting": "weight", "window": 20},
        silent_items=(COLD_ITEM,),
        finds=0.8,
    ),
)
