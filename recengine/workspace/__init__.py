"""What is stored for a team: datasets, fitted scorers, pools, scenarios."""

from recengine.workspace.fit_times import estimated_seconds
from recengine.workspace.fits import FitEntry
from recengine.workspace.learned_weights import WeightsLearned, learned_key
from recengine.workspace.quality import dataset_quality
from recengine.workspace.scores import ImportedScores, import_scores, save_scores, scores_name
from recengine.workspace.stored_datasets import DatasetEntry
from recengine.workspace.studies import StudyEntry
from recengine.workspace.tries import StoredTries, Try
from recengine.workspace.weight_answers import ScorersWorth, Thumbed, WeightClone, WeightRegion
from recengine.workspace.weight_searches import WeightSearch
from recengine.workspace.workspace import Workspace

__all__ = [
    "DatasetEntry",
    "FitEntry",
    "ImportedScores",
    "ScorersWorth",
    "StoredTries",
    "StudyEntry",
    "Thumbed",
    "Try",
    "WeightClone",
    "WeightRegion",
    "WeightSearch",
    "WeightsLearned",
    "Workspace",
    "dataset_quality",
    "estimated_seconds",
    "import_scores",
    "learned_key",
    "save_scores",
    "scores_name",
]
