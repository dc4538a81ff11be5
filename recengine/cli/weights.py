"""Verbs: find-weights, worth, indifference, clone-weights, thumbs."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recengine.cli.opening import asked_scenario
from recengine.cli.output import emit, progress_lines, table
from recengine.cli.weight_texts import clone_text, region_text, search_text, thumbs_text
from recengine.data import Dataset, Source
from recengine.device import device_kind
from recengine.evaluation import Change
from recengine.fusion import NEUTRALS, NORMALIZATIONS
from recengine.models import default_recipes
from recengine.scenario import (
    PartComparison,
    Scenario,
    default_gaps,
    read_thumbs,
    scenario_to_bytes,
)
from recengine.storage import write_bytes
from recengine.tuning import Effort, Goal, Points, Worth, check_weighs, find_measure, read_limit
from recengine.workspace import Workspace

EVERY = "all"
"""In place of names: all of them."""


def find_weights(asked: argparse.Namespace) -> None:
    """Search weights on the validation part; the best are measured once on the test part."""
    workspace, dataset, scenario = _opened(asked)
    goal = Goal(
        objective=asked.objective,
        limits=tuple(
            [read_limit(text, floor=True) for text in asked.floor]
            + [read_limit(text, floor=False) for text in asked.ceiling]
        ),
        front=_names(asked.front),
        k=scenario.k,
        normalizations=_among(asked.normalizations, NORMALIZATIONS),
        neutrals=_among(asked.neutrals, NEUTRALS),
        effort=_effort(asked),
        seed=scenario.seed,
    )
    search = workspace.find_weights(dataset, scenario, goal, progress=progress_lines())
    found, points = search.found, search.found.points
    document = {
        **_facts(dataset, scenario),
        "search": search.key,
        "objective": goal.objective,
        "limits": [limit.text for limit in goal.limits],
        **{name: _point(points, getattr(found, name)) for name in ("best", "start", "single")},
        "against_start": _change(found.against_start),
        "against_single": _change(found.against_single),
        "front": [_point(points, number) for number in found.front],
        "hypervolume": found.hypervolume,
        "test": _comparison(search.test),
        "evaluations": len(points),
        "users": found.users,
        "seconds": found.seconds,
        "scenario": search.best.to_json(),
        "saved": _save(search.best, asked.out),
    }
    emit(document, as_json=asked.json, text=lambda: search_text(search, dataset, asked.out), device=device_kind())


def worth(asked: argparse.Namespace) -> None:
    """What each scorer is worth on the validation part, beside what it takes."""
    workspace, dataset, scenario = _opened(asked)
    measures = _names(asked.measures) or ("ndcg", "coverage", *default_gaps(dataset))
    answer = workspace.scorers_worth(dataset, scenario, measures, progress=progress_lines())
    told = answer.worth
    document = {
        **_facts(dataset, scenario),
        "exact": told.exact,
        "subsets": told.subsets,
        "whole": told.whole,
        "scorers": {
            name: {
                "weight": told.weights[place],
                "seconds": answer.costs[name].seconds,
                "memory": answer.costs[name].memory,
                "measures": {measure: _worth_of(told, measure, place) for measure in told.shapley},
            }
            for place, name in enumerate(told.scorers)
        },
    }

    def text() -> str:
        labels = [find_measure(measure).label for measure in told.shapley]
        rows = [
            [
                name,
                f"{told.weights[place]:.3f}",
                *(_with_error(told, measure, place) for measure in told.shapley),
                f"{answer.costs[name].seconds:.1f} s",
                f"{answer.costs[name].memory / 2**20:,.0f} MiB",
            ]
            for place, name in enumerate(told.scorers)
        ]
        rows.append(["all", "", *(f"{value:+.4f}" for value in told.whole.values()), "", ""])
        how = "exact" if told.exact else "with the standard error of the orders that were drawn"
        note = f"Shapley values over {told.subsets:,} sets of scorers, {how}; validation part. Less gap is better."
        return table(["scorer", "weight", *labels, "fit", "memory"], rows) + f"\n{note}"

    emit(document, as_json=asked.json, text=text, device=device_kind())


def indifference(asked: argparse.Namespace) -> None:
    """The weights that cannot be told from the best on the validation part, and the most diverse of them."""
    workspace, dataset, scenario = _opened(asked)
    picks = _names(asked.picks) or ("coverage", "+novelty", *default_gaps(dataset))
    answer = workspace.indifference(
        dataset,
        scenario,
        metric=asked.objective,
        picks=picks,
        among=_names(asked.among),
        progress=progress_lines(),
    )
    region = answer.region
    document = {
        **_facts(dataset, scenario),
        "objective": region.metric,
        "among": region.among,
        "step": region.step,
        "settings": len(region.points),
        "alike": int(region.alike.sum()),
        "interval": region.interval,
        "best": _point(region.points, region.best),
        "picks": {
            measure: {
                **_point(region.points, number),
                "difference": region.difference[number],
                "low": region.low[number],
                "high": region.high[number],
            }
            for measure, number in region.picks.items()
        },
    }
    emit(document, as_json=asked.json, text=lambda: region_text(answer), device=device_kind())


def clone_weights(asked: argparse.Namespace) -> None:
    """The weights of the other scorers that reproduce the lists of one of them best."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    if asked.scenario is None:
        names = [name.strip() for name in (asked.models or "").split(",") if name.strip()]
        names = names or [recipe.name for recipe in default_recipes(dataset)]
        asked.models = ",".join(dict.fromkeys([*names, asked.copied]))
    scenario = asked_scenario(asked, dataset, workspace)
    answer = workspace.clone_weights(
        dataset, scenario, asked.copied, by=asked.by, effort=_effort(asked), progress=progress_lines()
    )
    clone = answer.clone
    document = {
        **_facts(dataset, scenario),
        "copied": answer.copied,
        "weights": clone.weights,
        "normalization": clone.setting.normalization,
        "neutral": clone.setting.neutral,
        "agreement": {name: asdict(agreement) for name, agreement in clone.agreement.items()},
        "before": {name: asdict(agreement) for name, agreement in clone.before.items()},
        "alone": clone.alone,
        "evaluations": len(clone.points),
        "scenario": answer.best.to_json(),
        "saved": _save(answer.best, asked.out),
    }
    emit(document, as_json=asked.json, text=lambda: clone_text(answer), device=device_kind())


def thumbs(asked: argparse.Namespace) -> None:
    """The weights that agree best with judgements of single items, and what they change for everybody."""
    workspace, dataset, scenario = _opened(asked)
    judged = read_thumbs(Source.file(Path(asked.file)), dataset)
    answer = workspace.weigh_thumbs(dataset, scenario, judged, progress=progress_lines())
    document = {
        **_facts(dataset, scenario),
        **asdict(answer.learned),
        "validation": _comparison(answer.validation),
        "test": _comparison(answer.test),
        "scenario": answer.best.to_json(),
        "saved": _save(answer.best, asked.out),
    }
    emit(document, as_json=asked.json, text=lambda: thumbs_text(answer), device=device_kind())


def _opened(asked: argparse.Namespace) -> tuple[Workspace, Dataset, Scenario]:
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    scenario = asked_scenario(asked, dataset, workspace)
    # told before anything is fitted or taught
    check_weighs(scenario.fusion.strategy, asked.verb)
    return workspace, dataset, scenario


def _names(text: str | None) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",")) if text else ()


def _among(text: str | None, every: Sequence[str]) -> Any:
    """The names of an option, which the goal checks; all of them for "all"."""
    return tuple(every) if text == EVERY else _names(text)


def _effort(asked: argparse.Namespace) -> Effort:
    """As asked; a number of seconds alone sets no limit to the evaluations."""
    if asked.evaluations is None and asked.seconds is None:
        return Effort()
    return Effort(asked.evaluations, asked.seconds)


def _save(scenario: Scenario, out: str | None) -> str | None:
    if out is not None:
        write_bytes(Path(out), scenario_to_bytes(scenario))
    return out


def _facts(dataset: Dataset, scenario: Scenario) -> dict[str, Any]:
    return {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "split": scenario.split,
        "seed": scenario.seed,
        "k": scenario.k,
        "strategy": scenario.strategy,
    }


def _point(points: Points, number: int) -> dict[str, Any]:
    setting = points.setting(number)
    return {
        "weights": points.by_scorer(number),
        "normalization": setting.normalization,
        "neutral": setting.neutral,
        "values": points.at(number),
    }


def _change(change: Change | None) -> dict[str, Any] | None:
    return None if change is None else asdict(change)


def _comparison(comparison: PartComparison) -> dict[str, Any]:
    return {
        "users": comparison.users,
        "values": comparison.values,
        "against": {
            name: {metric: asdict(change) for metric, change in changes.items()}
            for name, changes in comparison.against.items()
        },
    }


def _worth_of(told: Worth, measure: str, place: int) -> dict[str, float]:
    return {name: float(getattr(told, name)[measure][place]) for name in ("shapley", "error", "alone", "without")}


def _with_error(told: Worth, measure: str, place: int) -> str:
    value, error = told.shapley[measure][place], told.error[measure][place]
    return f"{value:+.4f}" + ("" if told.exact else f" ± {error:.4f}")
