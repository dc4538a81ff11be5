"""Verbs: models, fit."""

from __future__ import annotations

import argparse
from dataclasses import asdict
from typing import Any

from recengine.cli.opening import open_workbench
from recengine.cli.output import emit, table
from recengine.device import device_kind
from recengine.fusion.strategies import DecisionTree, Learned
from recengine.fusion.strategies.decision_tree import rules
from recengine.models import plugin_problems, recipes
from recengine.scenario import Scenario, Workbench
from recengine.workspace import Workspace

MAX_SENTENCE = 160
"""Characters of the longest sentence about a model."""


def models(asked: argparse.Namespace) -> None:
    """Every recommender with its settings, and the recipes saved in the workspace."""
    workspace = Workspace.open()
    every, saved = recipes(), workspace.saved_recipes()
    document = {
        "models": {
            name: {
                "label": recipe.label,
                "family": recipe.family,
                "about": recipe.about,
                "settings": {
                    fact.name: {
                        "default": fact.default,
                        "may_be": fact.check.words,
                        "about": fact.description,
                        "tuned": fact.search is not None,
                    }
                    for fact in recipe.facts()
                },
            }
            for name, recipe in every.items()
        },
        "saved": {name: recipe.settings() for name, recipe in saved.items()},
        "problems": list(plugin_problems()),
    }

    def text() -> str:
        rows = [[name, recipe.family, recipe.about] for name, recipe in every.items()]
        rows += [
            [name, "saved", ", ".join(f"{k}={v}" for k, v in recipe.settings().items())]
            for name, recipe in saved.items()
        ]
        lines = [table(["model", "family", "about"], rows, words=3, longest=MAX_SENTENCE), *plugin_problems()]
        return "\n".join(lines)

    emit(document, as_json=asked.json, text=text, device=device_kind())


def fit(asked: argparse.Namespace) -> None:
    """Fit what is not yet fitted, build the pool, teach a strategy that learns, mend what is damaged."""
    workbench, scenario = open_workbench(asked, rebuild=True)
    taught = _taught(workbench, scenario)
    pool = workbench.pool
    widths = (pool.items >= 0).sum(axis=1)
    document = {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        "split": scenario.split,
        "seed": scenario.seed,
        "scorers": {
            name: {"settings": fitted.settings, "device": fitted.device, "seconds": fitted.seconds}
            for name, fitted in workbench.fitted.items()
        },
        "pool": {"depth": pool.depth, "users": len(pool.users), "mean_items": float(widths.mean())},
        "taught": taught,
    }

    def text() -> str:
        rows = [[name, fitted.device, f"{fitted.seconds:.1f} s"] for name, fitted in workbench.fitted.items()]
        return (
            table(["scorer", "fitted on", "time"], rows)
            + f"\nPool: {widths.mean():.0f} of {workbench.dataset.n_items:,} items a user, {len(pool.users):,} users."
            + _taught_text(taught)
        )

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def _taught(workbench: Workbench, scenario: Scenario) -> dict[str, Any] | None:
    """What the scenario's strategy was taught; None where it learns nothing."""
    strategy = scenario.fusion.strategy
    if not isinstance(strategy, Learned):
        return None
    taught = strategy.taught(workbench.source.facts)
    document: dict[str, Any] = {
        "strategy": strategy.name,
        "settings": strategy.settings(),
        "users": taught.n_users,
        "relevant": taught.n_relevant,
        "shares": taught.by_feature,
    }
    if isinstance(strategy, DecisionTree):
        document["rules"] = [asdict(rule) for rule in rules(taught)]
    return document


def _taught_text(taught: dict[str, Any] | None) -> str:
    if taught is None:
        return ""
    lines = [f"\nTaught {taught['strategy']} from {taught['users']:,} users and {taught['relevant']:,} relevant items."]
    if "rules" in taught:
        lines += [
            f"{rule['text']}: {rule['share']:.1%} relevant (n = {rule['size']:,} candidates)"
            for rule in taught["rules"]
        ]
    rows = [[name, f"{share:.1%}"] for name, share in taught["shares"].items() if share > 0]
    return "\n".join([*lines, table(["feature", "share of what was learned"], rows)])
