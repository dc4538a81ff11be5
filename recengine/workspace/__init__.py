"""What is stored for a team: datasets, fitted scorers, pools, scenarios."""

from recengine.workspace.fits import FitEntry
from recengine.workspace.studies import StudyEntry
from recengine.workspace.workspace import DatasetEntry, Workspace

__all__ = ["DatasetEntry", "FitEntry", "StudyEntry", "Workspace"]
