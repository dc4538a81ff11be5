"""The commands that the pages have run as jobs. No Streamlit here."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from recengine.data import Dataset
from recengine.data.importing.plan import ImportPlan
from recengine.jobs import Job
from recengine.models import recipes, scorer_label
from recengine.reports import SECTIONS
from recengine.scenario import Scenario
from recengine.tuning import Budget, Question
from recengine.workspace import FitEntry, Workspace
from ui import job_words

MAX_NAMED = 3
"""Scorers that the title of a job names."""


@dataclass(frozen=True)
class Command:
    """`python -m recengine VERB ARGUMENTS`, with a title for people; subject: the dataset it works on."""

    verb: str
    arguments: tuple[str, ...]
    title: str
    subject: str

    def latest(self, workspace: Workspace) -> Job | None:
        """The latest job of this command, in whatever state."""
        return job_words.find(workspace.jobs.list(), self.verb, self.arguments)

    def submit(self, workspace: Workspace) -> Job:
        """Have it run, or join the job of the same command that is not over. Raises `StoreError`."""
        return workspace.jobs.submit(self.verb, self.arguments, title=self.title, subject=self.subject)


def import_sample(name: str) -> Command:
    """Store a built-in sample under its own name."""
    return Command("import", ("--sample", name, "--name", name), f"Import {name}", name)


def import_plan(workspace: Workspace, plan: ImportPlan) -> Command:
    """Import as `plan` says, from its file in the workspace, where it is put."""
    return Command("import", ("--plan", workspace.save_plan(plan)), f"Import {plan.name}", plan.name)


def fit(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> Command:
    """Fit what `scenario` names, from its file in the workspace, where it is put by `save_scenario`."""
    labels = [scorer_label(name, recipe) for name, recipe in scenario.recipes().items()]
    what = ", ".join(labels) if len(labels) <= MAX_NAMED else f"{len(labels)} scorers"
    arguments = ("--dataset", dataset.name, "--scenario", scenario_file(workspace, scenario))
    return Command("fit", arguments, f"Fit {dataset.name}: {what}", dataset.name)


def evaluate(workspace: Workspace, dataset: Dataset, scenario: Scenario) -> Command:
    """Measure `scenario`, from its file in the workspace, where `save_scenario` puts it; what it reads is kept."""
    arguments = ("--dataset", dataset.name, "--scenario", scenario_file(workspace, scenario))
    return Command("evaluate", arguments, f"Read and measure all users of {dataset.name}", dataset.name)


def compare(dataset: Dataset, scorers: Sequence[str], scenario: Scenario) -> Command:
    """Measure `scorers`, which have a name in the workspace, and the floors on the validation part."""
    cut = _cut(scenario.split, scenario.seed, scenario.k)
    arguments = ("--dataset", dataset.name, "--models", ",".join(scorers), *cut)
    return Command("compare", arguments, f"Compare {len(scorers)} scorers on {dataset.name}", dataset.name)


def tune(dataset: Dataset, scorer: str, question: Question, *, save: str, budget: Budget) -> Command:
    """Search the settings of `scorer`, going on from the trials that are stored; the best are saved as `save`."""
    arguments = ["--dataset", dataset.name, "--model", scorer, "--save", save, "--objective", question.objective]
    arguments += _cut(question.split, question.seed, question.k)
    if question.folds != 1:
        arguments += ["--folds", str(question.folds)]
    if budget.trials is not None:
        arguments += ["--trials", str(budget.trials)]
    if budget.minutes is not None:
        arguments += ["--minutes", f"{budget.minutes:g}"]
    label = recipes()[question.recipe].label
    return Command("tune", tuple(arguments), f"Tune {label} on {dataset.name}", dataset.name)


def quantise(dataset: Dataset, fit: FitEntry) -> Command:
    """Measure a stored fit in eight bits."""
    settings = [f"{fit.recipe}.{name}={json.dumps(value)}" for name, value in sorted(fit.settings.items())]
    cut = ("--split", fit.split, "--seed", str(fit.seed))
    arguments = ("--dataset", dataset.name, "--model", fit.recipe, *cut, "--set", *settings)
    return Command("quantise", arguments, f"Measure {fit.label} in eight bits", dataset.name)


def report(workspace: Workspace, dataset: Dataset, scenario: Scenario, sections: Sequence[str]) -> Command:
    """Write the report on `scenario`, from its file in the workspace, to where `report_file` says."""
    arguments = ["--dataset", dataset.name, "--scenario", scenario_file(workspace, scenario)]
    if len(sections) != len(SECTIONS):
        arguments += ["--sections", ",".join(sections)]
    arguments += ["--out", str(workspace.report_path(dataset.name, scenario, sections))]
    return Command("report", tuple(arguments), f"Report on {dataset.name}", dataset.name)


def report_file(command: Command) -> Path:
    """The file that a command of `report` writes; its name says all that the report depends on."""
    return Path(command.arguments[-1])


def latest_of(workspace: Workspace, verb: str, subject: str) -> Job | None:
    """The latest job of a verb on a dataset."""
    return next((job for job in workspace.jobs.list() if (job.verb, job.subject) == (verb, subject)), None)


def scenario_file(workspace: Workspace, scenario: Scenario) -> str:
    """Where `save_scenario` puts it, named so that it is found from anywhere."""
    return str(workspace.root.absolute() / "scenarios" / f"{scenario.key}.json")


def _cut(split: str, seed: int, k: int) -> tuple[str, ...]:
    return ("--split", split, "--seed", str(seed), "-k", str(k))
