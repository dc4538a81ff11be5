"""How good the lists are: per user first, then means with intervals."""

from recengine.evaluation.change import FLIPS, Change, change, p_values
from recengine.evaluation.evaluate import Evaluation, evaluate, user_figures
from recengine.evaluation.resamples import Interval, Resamples
from recengine.evaluation.slices import SLICES, Slice, SliceName, item_slices
from recengine.evaluation.summary import Figure

__all__ = [
    "FLIPS",
    "SLICES",
    "Change",
    "Evaluation",
    "Figure",
    "Interval",
    "Resamples",
    "Slice",
    "SliceName",
    "change",
    "evaluate",
    "item_slices",
    "p_values",
    "user_figures",
]
