"""What is stored for a team: datasets, fitted scorers, pools, scenarios."""

from recengine.workspace.workspace import DatasetEntry, Workspace

__all__ = ["DatasetEntry", "Workspace"]
