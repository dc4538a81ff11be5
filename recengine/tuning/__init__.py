"""Better settings of a recipe and better weights of a fusion, found on validation alone."""

from recengine.tuning.budget import DEFAULT_TRIALS, MAX_TRIALS, Budget
from recengine.tuning.searching import tune
from recengine.tuning.study import Question, Study, ask, higher_is_better, search_space
from recengine.tuning.trials import Trial, TrialFile, TrialState
from recengine.tuning.validation import Validation, paired, validate, validation_key
from recengine.tuning.weights import TunedWeights, WeightQuestion, tune_weights

__all__ = [
    "DEFAULT_TRIALS",
    "MAX_TRIALS",
    "Budget",
    "Question",
    "Study",
    "Trial",
    "TrialFile",
    "TrialState",
    "TunedWeights",
    "Validation",
    "WeightQuestion",
    "ask",
    "higher_is_better",
    "paired",
    "search_space",
    "tune",
    "tune_weights",
    "validate",
    "validation_key",
]
