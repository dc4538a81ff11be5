"""Content recommenders on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import WORDLESS_ITEM

CASES = (
    # texts are alike by meaning alone
    Case("text", silent_items=(WORDLESS_ITEM,), finds=0.75),
    Case("text", {"preparation": "as is", "weighting": "weight"}, silent_items=(WORDLESS_ITEM,), finds=0.75),
    Case("category", finds=0.9),
    Case("category", {"weighting": "weight", "numbers": 0}, finds=0.9),
    # an item that nobody took has an opinion by its attributes
    Case("cfcbf", finds=0.9),
    Case("cfcbf", {"similarity": "cosine", "weighting": "weight", "neighbours": 6, "numbers": 0}, finds=0.9),
)
