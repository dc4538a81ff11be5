"""Verbs: models, fit."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from recengine.cli.opening import open_workbench
from recengine.cli.output import emit, table
from recengine.device import device_kind
from recengine.fusion.strategies import DecisionTree, Learned
from recengine.fusion.strategies.decision_tree import rules
from recengine.models import Curve, HasCurves, Learns, estimated_memory, plugin_problems, recipes
from recengine.models.training.cost import rough_time
from recengine.scenario import Fitted, Scenario, Workbench
from recengine.workspace import Workspace, estimated_seconds

MAX_SENTENCE = 160
"""Characters of the longest sentence about a model."""


def models(asked: argparse.Namespace) -> None:
    """Every recommender with its settings, and the recipes saved in the workspace."""
    workspace = Workspace.open()
    every, saved = recipes(), workspace.saved_recipes()
    takes = _takes(workspace, asked.dataset) if asked.dataset else {}
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
                **takes.get(name, {}),
            }
            for name, recipe in every.items()
        },
        "saved": {name: recipe.settings() for name, recipe in saved.items()},
        **({"saved_takes": {name: takes[name] for name in saved}} if takes else {}),
        "problems": list(plugin_problems()),
    }

    def text() -> str:
        rows = [[name, *_takes_cells(takes, name), recipe.family, recipe.about] for name, recipe in every.items()]
        rows += [
            [name, *_takes_cells(takes, name), "saved", ", ".join(f"{k}={v}" for k, v in recipe.settings().items())]
            for name, recipe in saved.items()
        ]
        headings = ["model", *(["memory", "time"] if takes else []), "family", "about"]
        lines = [table(headings, rows, words=len(headings), longest=MAX_SENTENCE), *plugin_problems()]
        return "\n".join(lines)

    emit(document, as_json=asked.json, text=text, device=device_kind())


def _takes(workspace: Workspace, name: str) -> dict[str, dict[str, Any]]:
    """What a fit of each model with its defaults, and of each saved one, takes on a dataset: estimates."""
    dataset, fits, device = workspace.load_dataset(name), workspace.fits(), device_kind()
    named = {name: recipe() for name, recipe in recipes().items()} | workspace.saved_recipes()
    return {
        scorer: {
            "memory_bytes": estimated_memory(recipe, dataset),
            "seconds": estimated_seconds(recipe, dataset, fits, device),
            "obstacle": recipe.obstacle(dataset),
        }
        for scorer, recipe in named.items()
    }


def _takes_cells(takes: Mapping[str, Mapping[str, Any]], name: str) -> list[str]:
    """Memory and time as cells of a table; none where no dataset was named."""
    if not takes:
        return []
    one = takes[name]
    return [f"{one['memory_bytes'] / 2**20:,.0f} MiB", "" if one["seconds"] is None else rough_time(one["seconds"])]


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
            name: {"settings": fitted.settings, "device": fitted.device, "seconds": fitted.seconds, **_learnt(fitted)}
            for name, fitted in workbench.fitted.items()
        },
        "pool": {"depth": pool.depth, "users": len(pool.users), "mean_items": float(widths.mean())},
        "taught": taught,
    }

    def text() -> str:
        rows = [
            [name, fitted.device, f"{fitted.seconds:.1f} s".rjust(8), _learnt_text(fitted)]
            for name, fitted in workbench.fitted.items()
        ]
        return (
            table(["scorer", "fitted on", "time".rjust(8), "learnt"], rows, words=4, longest=MAX_SENTENCE)
            + f"\nPool: {widths.mean():.0f} of {workbench.dataset.n_items:,} items a user, {len(pool.users):,} users."
            + _taught_text(taught)
        )

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def _learnt(fitted: Fitted) -> dict[str, Any]:
    """How a scorer that learnt in rounds did: the first and the last of its loss, and what else has a best round."""
    scorer = fitted.scorer
    if not isinstance(scorer, Learns) or not len(scorer.losses):
        return {}
    losses = scorer.losses
    document: dict[str, Any] = {
        "rounds": len(losses),
        "loss": {"name": scorer.loss_name, "first": float(losses[0]), "last": float(losses[-1])},
    }
    if isinstance(scorer, HasCurves):
        document["curves"] = {curve.name: _summary(curve) for curve in scorer.curves}
    return document


def _summary(curve: Curve) -> dict[str, Any]:
    """First, last and best of a curve; null where it was not measured, or no direction is better."""
    best = curve.best
    return {
        "first": float(curve.values[0]),
        "last": float(curve.values[-1]),
        "best": None if best is None else float(curve.values[best - 1]),
        "best_round": best,
    }


def _learnt_text(fitted: Fitted) -> str:
    learnt = _learnt(fitted)
    if not learnt:
        return ""
    rounds, loss = learnt["rounds"], learnt["loss"]
    if rounds == 1:
        said = f"1 round, loss {loss['last']:.4g}"
    else:
        said = f"{rounds:,} rounds, loss {loss['first']:.4g} to {loss['last']:.4g}"
    bests = [
        f"{name} {one['best']:.3f} in round {one['best_round']:,}"
        for name, one in learnt.get("curves", {}).items()
        if one["best"] is not None
    ]
    return "; ".join([said, *bests])


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
