"""Sequence models on the board, whose order of events says nothing."""

from tests.models.cases import Case
from tests.models.checkerboard import COLD_ITEM

SMALL = {"factors": 16, "max_length": 12, "epochs": 40, "batch_size": 16, "learning_rate": 0.01, "dropout": 0.0}


def _case(name: str, finds: float, **settings: object) -> Case:
    return Case(name, {**SMALL, **settings}, silent_items=(COLD_ITEM,), finds=finds, additive=None, rounding=1e-5)


CASES = (
    _case("sasrec", 0.7),
    _case("sasrec", 0.5, loss="bce", negatives=4, heads=1, blocks=1, held_out=10, patience=20),
    _case("gru4rec", 0.5, units=16, negatives=16),
    _case("gru4rec", 0.5, units=16, layers=2, loss="top1-max", negatives=16, sampling="popularity"),
    _case("narm", 0.5, units=16, attention=8, loss="sampled", negatives=16, sampling="batch", contrast=0.1),
    _case("bert4rec", 0.5, blocks=1, contrast=0.1, augmented=0.3),
)
