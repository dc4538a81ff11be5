"""From the options of a verb to a dataset, a scenario and a workbench."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path
from typing import Any

from recengine.cli.options import parse_settings, parse_weights
from recengine.cli.output import progress_lines
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.models import Recipe, default_recipes, make_recipe
from recengine.progress import Progress
from recengine.scenario import (
    MAX_SCENARIO_BYTES,
    Measured,
    Scenario,
    Workbench,
    chain,
    check_fits,
    default_scenario,
    read_choice,
    scenario_from_bytes,
)
from recengine.workspace import Workspace


def open_workbench(
    asked: argparse.Namespace,
    *,
    rebuild: bool = False,
    progress: Progress | None = None,
    measured: Measured = "test",
) -> tuple[Workbench, Scenario]:
    """The workbench and scenario that the options name; what is not yet fitted is fitted.

    progress: of this part of a verb's work; by default it is on stderr as the whole.
    """
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    scenario = asked_scenario(asked, dataset, workspace)
    if scenario.k > dataset.n_items:
        raise ScenarioError(
            f"-k: {scenario.k:,} is more than the {dataset.n_items:,} items of the catalogue. Choose a smaller k."
        )
    workbench = workspace.prepare(
        dataset, scenario, measured=measured, rebuild=rebuild, progress=progress or progress_lines()
    )
    check_fits(workbench, scenario)
    return workbench, scenario


def asked_scenario(asked: argparse.Namespace, dataset: Dataset, workspace: Workspace) -> Scenario:
    """The scenario file, or the default of the dataset, with the options laid over it."""
    choices: dict[str, Any] = {}
    for option, field in (
        ("split", "split"),
        ("seed", "seed"),
        ("depth", "pool_depth"),
        ("normalization", "normalization"),
        ("neutral", "neutral"),
        ("k", "k"),
    ):
        value = getattr(asked, option, None)
        if value is not None:
            choices[field] = value
    if getattr(asked, "strategy", None) is not None:
        choices["strategy"], settings = read_choice(asked.strategy, "--strategy")
        choices["strategy_settings"] = tuple(settings.items())
    if getattr(asked, "rerank", None) is not None:
        choices["rerankers"] = chain(asked.rerank, "--rerank")
    if getattr(asked, "all_data", False):
        choices["all_data"] = True
    if asked.scenario is not None:
        if asked.models is not None or asked.set:
            option = "--set" if asked.models is None else "--models"
            raise ScenarioError(f"{option}: the scenario file names its models. Leave one of the two out.")
        scenario = replace(_read_scenario(Path(asked.scenario)), **choices)
    else:
        scenario = default_scenario(dataset, recipes=_asked_recipes(asked, dataset, workspace), **choices)
    weights = getattr(asked, "weights", None)
    return scenario if weights is None else scenario.with_weights(parse_weights(weights))


def _asked_recipes(asked: argparse.Namespace, dataset: Dataset, workspace: Workspace) -> dict[str, Recipe]:
    """The recipes that `--models` names, or those of a first look, with the settings of `--set`."""
    if asked.models is None:
        names = [recipe.name for recipe in default_recipes(dataset)]
    else:
        names = [name.strip() for name in asked.models.split(",")]
    changes = parse_settings(asked.set)
    for name in changes:
        if name not in names:
            raise ScenarioError(f"--set: {name} is not among the models {', '.join(names)}. Add it to --models.")
    recipes = {}
    for name in names:
        recipe = workspace.recipe(name)
        recipes[name] = make_recipe(name, recipe.settings() | changes[name]) if name in changes else recipe
    return recipes


def user_position(dataset: Dataset, identifier: str) -> int:
    """Position of a user id. Raises `ScenarioError` when there is none."""
    return _position(dataset.user_position, identifier, "user")


def item_position(dataset: Dataset, identifier: str) -> int:
    """Position of an item id. Raises `ScenarioError` when there is none."""
    return _position(dataset.item_position, identifier, "item")


def _position(positions: dict[str, int], identifier: str, what: str) -> int:
    if identifier not in positions:
        some = ", ".join(list(positions)[:3])
        raise ScenarioError(
            f"{what}: there is no {identifier[:80]!r} among {len(positions):,} {what}s. "
            f"Ids are taken verbatim, such as {some}."
        )
    return positions[identifier]


def _read_scenario(path: Path) -> Scenario:
    try:
        with path.open("rb") as file:
            content = file.read(MAX_SCENARIO_BYTES + 1)
    except OSError as error:
        raise ScenarioError(f"{path}: cannot be read ({error.strerror}). Check the path.") from error
    return scenario_from_bytes(content, str(path))
