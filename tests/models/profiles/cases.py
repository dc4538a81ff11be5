"""What a user is about, in words, against what an item is about on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import N_USERS, WORDLESS_ITEM

CASES = (
    Case("user-text", silent_items=(WORDLESS_ITEM,), finds=0.6, additive=None),
    Case(
        "user-text",
        {"items": 20, "likes": 0, "preparation": "centred"},
        silent_items=(WORDLESS_ITEM,),
        finds=0.6,
        additive=None,
    ),
    Case(
        "two-tower",
        {"epochs": 3, "batch_size": 64},
        silent_items=(WORDLESS_ITEM,),
        finds=0.75,
        additive=None,
        rounding=1e-5,
    ),
    Case(
        "two-tower",
        {"epochs": 3, "profile": "user-text", "sampling": "in-batch", "weighting": "weight", "held_out": 5},
        silent_items=(WORDLESS_ITEM,),
        finds=0.6,
        additive=None,
        rounding=1e-5,
    ),
    # proposes nothing itself
    Case(
        "bert-click",
        {"pairs": 16, "upper": 1, "tokens": 24, "history": 2},
        silent_users=tuple(range(N_USERS)),
        finds=0,
        folds_in=False,
        additive=None,
        personal=False,
    ),
)
