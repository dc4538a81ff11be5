"""The jobs of the Weights page. No Streamlit here."""

from __future__ import annotations

from collections.abc import Sequence

from recengine.data import Dataset
from recengine.fusion.strategies import SegmentWeights
from recengine.jobs import Job
from recengine.scenario import Scenario
from recengine.workspace import Workspace
from ui.commands import Command, scenario_file


def submit(workspace: Workspace, scenario: Scenario, command: Command) -> Job:
    """Have it run, with the scenario where it reads it. Raises `StoreError`."""
    workspace.save_scenario(scenario)
    return command.submit(workspace)


def validation_scenario(scenario: Scenario) -> Scenario:
    """The scenario that `fit_validation` reads: with the same scorers, whatever is made of them."""
    return scenario.only(scenario.scorers[0]).with_strategy("weighted-sum").with_rerankers([])


def fit_validation(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> Command:
    """Fit the scorers without the validation part: what a sweep on it needs first. Any weights of theirs will do."""
    plain = validation_scenario(scenario)
    arguments = (*_on(workspace, dataset, plain), "--scorer", plain.scorers[0], "--measured", "validation")
    return Command("sweep", arguments, f"Fit {dataset.name} for choosing weights", dataset.name)


def find_weights(
    workspace: Workspace,
    dataset: Dataset,
    scenario: Scenario,
    *,
    objective: str,
    floors: Sequence[str],
    ceilings: Sequence[str],
    front: Sequence[str],
    evaluations: int | None,
    seconds: float | None,
) -> Command:
    """Search weights; floors and ceilings as `coverage=0.3`."""
    arguments = [*_on(workspace, dataset, scenario), f"--objective={objective}"]
    for option, limits in (("--floor", floors), ("--ceiling", ceilings)):
        arguments += [option, *limits] if limits else []
    arguments += [f"--front={','.join(front)}"] if front else []
    arguments += ["--evaluations", str(evaluations)] if evaluations is not None else []
    arguments += ["--seconds", f"{seconds:g}"] if seconds is not None else []
    return Command("find-weights", tuple(arguments), f"Find weights for {dataset.name}", dataset.name)


def learn_weights(
    workspace: Workspace, dataset: Dataset, scenario: Scenario, segments: SegmentWeights | None
) -> Command:
    """Learn weights from the users of the validation part, for everybody and for segments."""
    arguments = _on(workspace, dataset, scenario)
    if segments is not None:
        arguments += (f"--by={segments.by}", f"--at={segments.at}")
    return Command("learn-weights", arguments, f"Learn weights for {dataset.name}", dataset.name)


def indifference(
    workspace: Workspace, dataset: Dataset, scenario: Scenario, *, metric: str, picks: Sequence[str]
) -> Command:
    """Tell which weights are as good as the best."""
    arguments = (*_on(workspace, dataset, scenario), f"--objective={metric}", f"--picks={','.join(picks)}")
    return Command("indifference", arguments, f"Weights as good as the best for {dataset.name}", dataset.name)


def worth(workspace: Workspace, dataset: Dataset, scenario: Scenario, measures: Sequence[str]) -> Command:
    """Tell what each scorer is worth."""
    arguments = (*_on(workspace, dataset, scenario), f"--measures={','.join(measures)}")
    return Command("worth", arguments, f"Worth of each scorer of {dataset.name}", dataset.name)


def clone(workspace: Workspace, dataset: Dataset, scenario: Scenario, copied: str, by: str) -> Command:
    """Find the weights that reproduce the lists of one of the scorers."""
    arguments = (*_on(workspace, dataset, scenario), "--from", copied, "--by", by)
    return Command("clone-weights", arguments, f"Clone a system on {dataset.name}", dataset.name)


def _on(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> tuple[str, ...]:
    return ("--dataset", dataset.name, "--scenario", scenario_file(workspace, scenario))
