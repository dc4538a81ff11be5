"""Autoencoders, graphs, games and several tasks at once on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

SMALL = {"factors": 8, "epochs": 30, "batch_size": 64, "learning_rate": 0.02}
TWO_TOWERS = {"factors": 8, "hidden": 16, "epochs": 25, "batch_size": 64, "learning_rate": 0.02, "dropout": 0.1}

CASES: tuple[Case, ...] = (
    Case("lightgcn", SMALL, silent_items=(COLD_ITEM,), finds=0.8, rounding=1e-5),
    Case(
        "lightgcn",
        {**SMALL, "own_vectors": True, "layers": 1, "held_out": 10, "patience": 20, "sampling": "popularity"},
        silent_items=(COLD_ITEM,),
        finds=0.8,
        folds_in=False,
        additive=None,
    ),
    Case(
        "multvae",
        {"hidden": 32, "factors": 8, "epochs": 30, "batch_size": 8, "learning_rate": 0.01, "annealing": 50},
        silent_items=(COLD_ITEM,),
        finds=0.8,
        additive=None,
        rounding=1e-5,
    ),
    Case(
        "irgan",
        {**SMALL, "epochs": 60, "batch_size": 16, "draws": 8},
        silent_items=(COLD_ITEM,),
        finds=0.6,
        folds_in=False,
        additive=None,
    ),
    Case(
        "irgan",
        {**SMALL, "epochs": 12, "pretraining": 1, "batch_size": 16, "draws": 8, "recommender": "discriminator"},
        silent_items=(COLD_ITEM,),
        finds=0.5,
        folds_in=False,
        additive=None,
    ),
    *(
        Case(
            "multi-task",
            {**TWO_TOWERS, "head": head, "weighting": weighting, "text": text},
            silent_users=(),
            finds=finds,
            folds_in=False,
            additive=None,
        )
        for head, weighting, text, finds in (
            ("click", "auto", True, 0.8),
            # what people rate says nothing on the board
            ("rating", "fixed", False, 0.0),
            ("next", "auto", False, 0.6),
        )
    ),
)
