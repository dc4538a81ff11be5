"""Autoencoders, graphs, games and several tasks at once on the board."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

SMALL = {"factors": 8, "epochs": 30, "batch_size": 64, "learning_rate": 0.02}
CODES = {"hidden": 32, "factors": 8, "epochs": 30, "batch_size": 8, "learning_rate": 0.01}
GAME = {**SMALL, "batch_size": 16, "draws": 8}
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
        {**CODES, "annealing": 50, "held_out": 8},
        silent_items=(COLD_ITEM,),
        finds=0.8,
        additive=None,
        rounding=1e-5,
    ),
    Case(
        "irgan",
        {**GAME, "pretraining": 0, "epochs": 60},
        silent_items=(COLD_ITEM,),
        finds=0.6,
        folds_in=False,
        additive=None,
    ),
    Case(
        "irgan",
        {**GAME, "pretraining": 1, "epochs": 12, "recommender": "discriminator", "held_out": 3},
        silent_items=(COLD_ITEM,),
        finds=0.5,
        folds_in=False,
        additive=None,
    ),
    *(
        Case(
            "multi-task",
            {**TWO_TOWERS, "head": head, "weighting": weighting, "text": text, "held_out": 4},
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
