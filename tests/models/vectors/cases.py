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
    # nobody took the cold item, and the text tells what it is
    Case("text-to-factors", finds=0.9),
    Case("text-to-factors", {"mapped": "all items", "factors": 5, "popular": 0.5, "strength": 1.0}, finds=0.8),
)
