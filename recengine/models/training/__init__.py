"""How networks learn: settings, examples, held-out users, one loop for all, and checkpoints."""

from recengine.models.training.curves import HELD_OUT_NDCG, Curves, Round
from recengine.models.training.held_out import HeldOut, hold_out
from recengine.models.training.recipe import (
    TrainedRecipe,
    batch_size_setting,
    epochs_setting,
    learning_rate_setting,
    weight_decay_setting,
)
from recengine.models.training.runs import Run, delete_run, find_run, list_runs, prune_runs, run_key
from recengine.models.training.sampling import SAMPLINGS, Negatives
from recengine.models.training.stopwatch import Stopwatch
from recengine.models.training.task import Task

__all__ = [
    "HELD_OUT_NDCG",
    "SAMPLINGS",
    "Curves",
    "HeldOut",
    "Negatives",
    "Round",
    "Run",
    "Stopwatch",
    "Task",
    "TrainedRecipe",
    "batch_size_setting",
    "delete_run",
    "epochs_setting",
    "find_run",
    "hold_out",
    "learning_rate_setting",
    "list_runs",
    "prune_runs",
    "run_key",
    "weight_decay_setting",
]
