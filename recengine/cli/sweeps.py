"""Verbs: sweep, triangle."""

from __future__ import annotations

import argparse
from typing import Any

from recengine.cli.lists import weights_document
from recengine.cli.opening import open_workbench, user_position
from recengine.cli.output import emit, table
from recengine.errors import ScenarioError
from recengine.ranking import METRICS
from recengine.scenario import Scenario, Workbench, rerankers_text, strategy_text
from recengine.simulation import Breakpoints, Change, Sweep, Yardstick, breakpoints
from recengine.simulation import sweep as swept
from recengine.simulation import triangle as measured_triangle

NEAR = 0.01
"""Share of the best value within which a weight is as good, for people."""
SHOWN = 20
"""Stretches of a metric in the text."""


def sweep(asked: argparse.Namespace) -> None:
    """Each metric along the weight of one scorer, exactly; with a user, the weights at which their list changes."""
    workbench, scenario = open_workbench(asked, measured=asked.measured)
    scorer = _place(scenario, asked.scorer, "--scorer")
    keys = _metrics(asked.metric)
    if asked.points < 1:
        raise ScenarioError(f"--points: must be at least 1, got {asked.points}. Choose for example 100.")
    found = swept(
        workbench.pool,
        workbench.source,
        scenario.fusion,
        _yardstick(workbench),
        scorer=scorer,
        k=scenario.k,
        top=asked.top,
        keys=keys,
        seed=scenario.seed,
    )
    document = {
        **_about(workbench, scenario),
        "scorer": found.scorer,
        "current": found.current,
        "top": found.top,
        "exact": found.exact,
        "users": found.users,
        "population": found.population,
        "proven_users": found.proven,
        "changes": found.changes,
        "metrics": {key: _curve(found, key, asked.points) for key in keys},
    }
    user = None
    if asked.user is not None:
        position = user_position(workbench.dataset, asked.user)
        user = breakpoints(workbench.pool, workbench.source, scenario.fusion, position, scorer, scenario.k, asked.top)
        document["user"] = {"user": asked.user, **_breakpoints(workbench, user)}

    def text() -> str:
        blocks = [_heading(found), *(_curve_text(found, key) for key in keys)]
        if user is not None:
            blocks.append(_user_text(workbench, asked.user, user))
        return "\n\n".join(blocks)

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def triangle(asked: argparse.Namespace) -> None:
    """Each metric at every mix of three scorers."""
    workbench, scenario = open_workbench(asked, measured=asked.measured)
    names = list(scenario.scorers) if asked.scorers is None else [name.strip() for name in asked.scorers.split(",")]
    keys = _metrics(asked.metric)
    found = measured_triangle(
        workbench.pool,
        workbench.source,
        scenario.fusion,
        _yardstick(workbench),
        scorers=[_place(scenario, name, "--scorers") for name in names],
        k=scenario.k,
        parts=asked.parts,
        keys=keys,
    )
    mixes = [
        {
            "weights": dict(zip(found.scorers, mix.tolist(), strict=True)),
            **{key: float(found.values[key][place]) for key in keys},
        }
        for place, mix in enumerate(found.weights)
    ]
    document = {
        **_about(workbench, scenario),
        "scorers": list(found.scorers),
        "parts": found.parts,
        "n": dict(found.n),
        "mixes": mixes,
    }

    def text() -> str:
        rows = [
            [*(f"{weight:.2f}" for weight in mix.tolist()), *(f"{found.values[key][place]:.4f}" for key in keys)]
            for place, mix in enumerate(found.weights)
        ]
        return table([*found.scorers, *(_label(key, found.k) for key in keys)], rows, words=0)

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def _about(workbench: Workbench, scenario: Scenario) -> dict[str, Any]:
    return {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        "split": scenario.split,
        "seed": scenario.seed,
        "k": scenario.k,
        "measured": workbench.measured,
        "weights": weights_document(scenario),
        "normalization": scenario.normalization,
        "strategy": strategy_text(scenario),
        "rerankers": rerankers_text(scenario),
    }


def _yardstick(workbench: Workbench) -> Yardstick:
    return Yardstick(workbench.relevant, workbench.popularity, workbench.dataset.n_users)


def _place(scenario: Scenario, name: str, option: str) -> int:
    if name not in scenario.scorers:
        raise ScenarioError(
            f"{option}: there is no scorer {name[:80]!r}, there are {', '.join(scenario.scorers)}. Choose one of them, "
            "or add it to --models."
        )
    return scenario.scorers.index(name)


def _metrics(text: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(key.strip() for key in text.split(",")))


def _curve(found: Sweep, key: str, most: int) -> dict[str, Any]:
    stretches = found.stretches(key, most)
    best, near = found.best(key), found.near_best(key, NEAR)
    return {
        "n": found.n[key],
        "variant": METRICS[key].variant,
        "at_current": found.at(key, found.current) if found.current <= found.top else None,
        "best": None if best is None else {"from": best[0], "to": best[1], "value": best[2]},
        "within_1_percent": None if near is None else {"from": near[0], "to": near[1]},
        "stretches": [
            {"from": start, "to": end, "low": low, "high": high}
            for start, end, low, high in zip(
                stretches.start.tolist(),
                stretches.end.tolist(),
                stretches.low.tolist(),
                stretches.high.tolist(),
                strict=True,
            )
        ],
    }


def _breakpoints(workbench: Workbench, found: Breakpoints) -> dict[str, Any]:
    ids = workbench.dataset.item_ids
    return {
        "breakpoints": [
            {
                "weight": change.weight,
                "in": [ids[item] for item in change.came],
                "out": [ids[item] for item in change.left],
                "moved": [{"item": ids[item], "from": before, "to": after} for item, before, after in change.moved],
            }
            for change in found.changes()
        ],
        "proven": found.proven.tolist(),
    }


def _heading(found: Sweep) -> str:
    how = (
        f"{found.changes:,} changes of a list at {len(found.weights):,} weights"
        if found.exact
        else f"measured at {len(found.sampled)} weights, since the strategy has no exact breakpoints"
    )
    some = "" if found.users == found.population else f" of {found.population:,}, drawn at random"
    return f"{found.scorer} from 0 to {found.top:g}, now {found.current:g}: {how}; n = {found.users:,} users{some}"


def _curve_text(found: Sweep, key: str) -> str:
    stretches = found.stretches(key, SHOWN)
    rows = [
        [f"{start:.4f} to {end:.4f}", f"{low:.4f}", f"{high:.4f}"]
        for start, end, low, high in zip(stretches.start, stretches.end, stretches.low, stretches.high, strict=True)
    ]
    said = table([f"{_label(key, found.k)} along {found.scorer}", "lowest", "highest"], rows)
    best, near = found.best(key), found.near_best(key, NEAR)
    if best is None or near is None:
        return said
    highest = f"best {best[2]:.4f} from {best[0]:.4f} to {best[1]:.4f}"
    return f"{said}\n{highest}, within 1 % of it from {near[0]:.4f} to {near[1]:.4f}"


def _user_text(workbench: Workbench, user: str, found: Breakpoints) -> str:
    titles = workbench.dataset.titles
    rows = [
        [
            f"{change.weight:.4f}",
            ", ".join(titles[item] for item in change.came),
            ", ".join(titles[item] for item in change.left),
            _moves(change),
        ]
        for change in found.changes()
    ]
    return table([f"user {user}: at weight", "in", "out", "places"], rows, words=4)


def _moves(change: Change) -> str:
    return ", ".join(f"{before} to {after}" for _, before, after in change.moved)


def _label(key: str, k: int) -> str:
    return f"{METRICS[key].label}@{k}"
