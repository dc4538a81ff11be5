"""Better settings of a recipe and better weights of a fusion, found on validation alone."""

from recengine.tuning.budget import DEFAULT_TRIALS, MAX_TRIALS, Budget
from recengine.tuning.cloning import AGREEMENTS, Agreement, Clone, clone_weights
from recengine.tuning.exploring import Effort, Points, Setting
from recengine.tuning.front import hypervolume, non_dominated
from recengine.tuning.listwise import Gain, LearnedWeights, learn_weights
from recengine.tuning.measures import Limit, Measure, find_measure, read_limit
from recengine.tuning.question import WeightQuestion, check_weighs
from recengine.tuning.region import Region, indifference
from recengine.tuning.searching import tune
from recengine.tuning.study import Question, Study, ask, higher_is_better, search_space
from recengine.tuning.thumbs import Thumb, ThumbedWeights, weigh_thumbs
from recengine.tuning.trials import Trial, TrialFile, TrialState
from recengine.tuning.validation import Validation, paired, validate, validation_key
from recengine.tuning.weights import FoundWeights, Goal, TunedWeights, find_weights, tune_weights
from recengine.tuning.worth import Worth, scorers_worth, shapley_values

__all__ = [
    "AGREEMENTS",
    "DEFAULT_TRIALS",
    "MAX_TRIALS",
    "Agreement",
    "Budget",
    "Clone",
    "Effort",
    "FoundWeights",
    "Gain",
    "Goal",
    "LearnedWeights",
    "Limit",
    "Measure",
    "Points",
    "Question",
    "Region",
    "Setting",
    "Study",
    "Thumb",
    "ThumbedWeights",
    "Trial",
    "TrialFile",
    "TrialState",
    "TunedWeights",
    "Validation",
    "WeightQuestion",
    "Worth",
    "ask",
    "check_weighs",
    "clone_weights",
    "find_measure",
    "find_weights",
    "higher_is_better",
    "hypervolume",
    "indifference",
    "learn_weights",
    "non_dominated",
    "paired",
    "read_limit",
    "scorers_worth",
    "search_space",
    "shapley_values",
    "tune",
    "tune_weights",
    "validate",
    "validation_key",
    "weigh_thumbs",
]
