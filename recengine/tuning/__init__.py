"""Better settings of a recipe and better weights of a fusion, found on validation alone."""

from recengine.tuning.budget import DEFAULT_TRIALS, MAX_TRIALS, Budget
from recengine.tuning.exploring import Effort, Points, Setting
from recengine.tuning.front import hypervolume, non_dominated
from recengine.tuning.measures import Limit, Measure, find_measure, read_limit
from recengine.tuning.question import WeightQuestion
from recengine.tuning.searching import tune
from recengine.tuning.study import Question, Study, ask, higher_is_better, search_space
from recengine.tuning.trials import Trial, TrialFile, TrialState
from recengine.tuning.validation import Validation, paired, validate, validation_key
from recengine.tuning.weights import FoundWeights, Goal, TunedWeights, find_weights, tune_weights

__all__ = [
    "DEFAULT_TRIALS",
    "MAX_TRIALS",
    "Budget",
    "Effort",
    "FoundWeights",
    "Goal",
    "Limit",
    "Measure",
    "Points",
    "Question",
    "Setting",
    "Study",
    "Trial",
    "TrialFile",
    "TrialState",
    "TunedWeights",
    "Validation",
    "WeightQuestion",
    "ask",
    "find_measure",
    "find_weights",
    "higher_is_better",
    "hypervolume",
    "non_dominated",
    "paired",
    "read_limit",
    "search_space",
    "tune",
    "tune_weights",
    "validate",
    "validation_key",
]
