"""Factor models on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

CASES = (
    Case("als", silent_items=(COLD_ITEM,), finds=0.9),
    Case("als", {"confidence": "weight", "alpha": 0.4, "factors": 5}, silent_items=(COLD_ITEM,), finds=0.9),
)
