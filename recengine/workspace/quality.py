"""The quality report of a stored dataset: what its import knew, and what its split does, taken into account."""

from __future__ import annotations

from recengine.data import split_dataset
from recengine.data.quality import QualityReport, quality_report
from recengine.workspace.workspace import Workspace


def dataset_quality(
    workspace: Workspace, name: str, *, split: str | None = None, seed: int = 0, now: int | None = None
) -> QualityReport:
    """Look the dataset stored under `name` through.

    split: with it, what lies between training and test is looked at too (see `parse_split`). now: seconds since 1970,
    after which a time lies in the future; by default the clock's. Raises `DataError`, `StoreError` or `ScenarioError`.
    """
    entry, dataset = workspace.dataset_entry(name), workspace.load_dataset(name)
    cut = None if split is None else split_dataset(dataset, split, seed=seed)
    return quality_report(dataset, split=cut, plan_report=entry.report, now=now)
