"""Linear models on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

CASES = (
    Case("ease", silent_items=(COLD_ITEM,), finds=0.9),
    Case("ease", {"weighting": "weight", "regularization": 1.0}, silent_items=(COLD_ITEM,), finds=0.9),
    Case("slim", {"sparsity": 1.0}, silent_items=(COLD_ITEM,), finds=0.9),
    Case("slim", {"nonnegative": False, "weighting": "weight", "sparsity": 0.5}, silent_items=(COLD_ITEM,), finds=0.9),
)
