"""Factor models on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

CASES = (
    Case("als", silent_items=(COLD_ITEM,), finds=0.9),
    Case("als", {"confidence": "weight", "alpha": 0.4, "factors": 5}, silent_items=(COLD_ITEM,), finds=0.9),
    Case("als", {"solver": "cholesky", "factors": 5}, silent_items=(COLD_ITEM,), finds=0.9),
    Case("bpr", {"factors": 8}, silent_items=(COLD_ITEM,), finds=0.8, prior=True),
    Case("bpr", {"factors": 4, "popularity": 0, "iterations": 150}, silent_items=(COLD_ITEM,), finds=0.8, prior=True),
    # the board's few users and items suffer less regularization than the thousands of a real dataset
    Case("logistic-mf", {"factors": 4, "regularization": 0.5}, silent_items=(COLD_ITEM,), finds=0.8, prior=True),
    Case(
        "logistic-mf",
        {"factors": 4, "regularization": 0.5, "confidence": "weight", "alpha": 0.4, "popularity": 0.0},
        silent_items=(COLD_ITEM,),
        finds=0.8,
        prior=True,
    ),
)
