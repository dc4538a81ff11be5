"""Sequence models on the board, whose order of events says nothing."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

SMALL = {"factors": 16, "max_length": 12, "epochs": 40, "batch_size": 8, "learning_rate": 0.01, "dropout": 0.0}

CASES = (
    Case("sasrec", SMALL, silent_items=(COLD_ITEM,), finds=0.8, additive=None, rounding=1e-5),
    Case(
        "sasrec",
        {**SMALL, "loss": "bce", "negatives": 4, "heads": 1, "blocks": 1, "held_out": 10, "patience": 20},
        silent_items=(COLD_ITEM,),
        finds=0.5,
        additive=None,
        rounding=1e-5,
    ),
)
