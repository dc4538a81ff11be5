"""Networks over a user and an item, known by who they are alone, on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

SMALL = {"factors": 8, "epochs": 25, "batch_size": 64, "learning_rate": 0.03, "negatives": 4, "dropout": 0.0}
DEEP = {**SMALL, "hidden": 16}

CASES = (
    Case("gmf", SMALL, silent_items=(COLD_ITEM,), finds=0.8, folds_in=False, additive=None),
    Case("mlp", DEEP, silent_items=(COLD_ITEM,), finds=0.8, folds_in=False, additive=None, rounding=1e-5),
    Case("neumf", DEEP, silent_items=(COLD_ITEM,), finds=0.8, folds_in=False, additive=None, rounding=1e-5),
    Case(
        "neumf",
        {**DEEP, "loss": "bce", "sampling": "in-batch", "held_out": 10, "patience": 20, "layers": 1},
        silent_items=(COLD_ITEM,),
        finds=0.7,
        folds_in=False,
        additive=None,
        rounding=1e-5,
    ),
)
