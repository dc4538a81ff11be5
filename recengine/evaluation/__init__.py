"""How good the lists are: per user first, then means with intervals."""

from recengine.evaluation.change import Change, change
from recengine.evaluation.evaluate import Evaluation, evaluate, user_figures
from recengine.evaluation.resamples import Interval, Resamples
from recengine.evaluation.slices import SLICES, Slice, SliceName, item_slices
from recengine.evaluation.summary import Figure

__all__ = [
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
    "user_figures",
]
