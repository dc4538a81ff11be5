"""A scenario file that somebody opens on the page."""

from __future__ import annotations

from recengine.data import Dataset
from recengine.errors import RecengineError, ScenarioError
from recengine.scenario import Scenario, scenario_from_bytes
from recengine.workspace import Workspace
from ui.view import MAX_K, MAX_WEIGHT


def read_scenario(name: str, content: bytes, dataset: Dataset, workspace: Workspace) -> Scenario:
    """The scenario in an uploaded file, if the studio can show it for `dataset`. name: of the file, for errors.

    Raises `ScenarioError` for what is no scenario, is of another dataset, or is more than the studio shows.
    """
    scenario = scenario_from_bytes(content, name)
    if scenario.dataset != dataset.fingerprint:
        other = _other_dataset(scenario.dataset, workspace)
        raise ScenarioError(f"{name}: made for {other}; shown is {dataset.name!r}. Choose the dataset that it is for.")
    highest = min(MAX_K, dataset.n_items)
    if scenario.k > highest:
        raise ScenarioError(
            f"{name}: k is {scenario.k:,}, the studio shows lists of up to {highest}. Lower k in the file, or use the "
            "command line."
        )
    for scorer, weight in scenario.weights:
        if weight > MAX_WEIGHT:
            raise ScenarioError(
                f"{name}: the weight of {scorer} is {weight:g}, the studio takes up to {MAX_WEIGHT:,.0f}. "
                "Divide all weights by the same number: only their proportions count."
            )
    return scenario


def _other_dataset(fingerprint: str, workspace: Workspace) -> str:
    try:
        name = workspace.dataset_name(fingerprint)
    except RecengineError:  # another dataset is damaged, which is not what was asked
        name = None
    return f"dataset {name!r}" if name else f"another dataset, {fingerprint[:12]}…, which is not in this workspace"
