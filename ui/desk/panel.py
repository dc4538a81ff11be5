"""What the desk shows beside the results, as plain values: sliders, presets, and the pool that it ranks by itself."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from recengine.arrays import Positions
from recengine.data import Dataset
from recengine.fusion import FusedRow, Pool
from recengine.ranking import PADDING
from recengine.reports.text import one_line
from recengine.reports.words import combination
from recengine.scenario import Scenario, Workbench, default_weights
from ui.desk.faders import Faders
from ui.desk.live import Live, live_pool
from ui.desk.marks import Marks
from ui.panels import item_details, series
from ui.view import MAX_WEIGHT, View

SILENT = "All weights are 0, so nothing ranks the items. The list of before stays: raise a weight."
STEPS = 100
"""Steps of a slider from one end to the other."""


@dataclass(frozen=True)
class Preset:
    """Weights to choose from a menu. group: the heading that it stands under."""

    group: str
    label: str
    weights: Mapping[str, float]


def desk_panel(
    workbench: Workbench,
    view: View,
    faders: Faders,
    top: float,
    row: FusedRow,
    live: Live,
    *,
    problem: str = "",
    marks: Mapping[str, Marks] | None = None,
    presets: Sequence[Preset] = (),
) -> dict[str, Any]:
    """The sliders as they stand. row: the user's catalogue under the scenario. problem: why what is shown is older.

    marks: ticks by scorer. presets: beside the built-in ones.
    """
    weights = dict(faders.weights)
    before = view.baseline.fusion.effective
    scorers = [
        {
            **looks,
            "weight": weights[looks["name"]],
            "muted": looks["name"] in faders.muted,
            "solo": looks["name"] in faders.solo,
            "baseline": before[at],
            "note": opinion_note(row, at),
            "marks": asdict((marks or {}).get(looks["name"], Marks())),
        }
        for at, looks in enumerate(series(workbench))
    ]
    groups: dict[str, list[dict[str, Any]]] = {}
    for preset in (*built_in_presets(workbench, view.scenario), *presets):
        groups.setdefault(preset.group, []).append({"label": preset.label, "weights": dict(preset.weights)})
    return {
        "scorers": scorers,
        "top": top,
        "step": top / STEPS,
        "line": settings_line(view),
        "problem": problem,
        "silent": SILENT,
        "most": MAX_WEIGHT,
        "why_not": live.why_not,
        "fixed": None if live.fixed is None else live.fixed.tolist(),
        "presets": [{"group": group, "presets": found} for group, found in groups.items()],
        "at_baseline": view.scenario == view.baseline,
        "at_start": view.scenario.fusion == view.start.fusion,
        "start": "To the default scenario" if view.base is None else "To the stored scenario",
    }


def live_panel(
    workbench: Workbench, view: View, row: FusedRow, before: FusedRow, items: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """The user's pool, for the browser to rank. row, before: as in `list_panel`. items: `pool_items` of the user."""
    pool = workbench.pool
    user = workbench.dataset.user_position[view.user]
    place = int(np.flatnonzero(pool.users == user)[0])
    positions = pooled(pool, place)
    opinions = np.packbits(row.opinion[:, positions], axis=1, bitorder="little")
    relevant = workbench.relevant[user].indices
    return live_pool(pool, view.scenario.fusion, place) | {
        **items,
        "opinions": base64.b64encode(opinions.tobytes()).decode("ascii"),
        "before": before.rank[positions].tolist(),
        "held": np.flatnonzero(np.isin(positions, relevant)).tolist(),
        "n_held": len(relevant),
        "k": view.scenario.k,
        "k_before": view.baseline.k,
        "link": view.params(),
    }


def pool_items(dataset: Dataset, pool: Pool, user: int) -> dict[str, list[str]]:
    """Ids, titles and details of the items of a user's pool, in its order; no weight changes them."""
    positions = pooled(pool, int(np.flatnonzero(pool.users == user)[0]))
    return {
        "items": [dataset.item_ids[item] for item in positions.tolist()],
        "titles": [one_line(dataset.titles[item]) for item in positions.tolist()],
        "details": item_details(dataset, positions),
    }


def pooled(pool: Pool, place: int) -> Positions:
    """The items of the pool of the user at `place`, ascending positions."""
    items = pool.items[place]
    own: Positions = items[items != PADDING]
    return own


def built_in_presets(workbench: Workbench, scenario: Scenario) -> list[Preset]:
    """Those that need no search: the defaults, all alike, each scorer alone."""
    names = list(workbench.fitted)
    alone = [
        Preset("One alone", fitted.label, {other: float(other == name) for other in names})
        for name, fitted in workbench.fitted.items()
    ]
    if len(names) == 1:
        return alone
    mixed = {"Default weights": dict(default_weights(scenario.recipes())), "Equal weights": dict.fromkeys(names, 1.0)}
    return [*(Preset("Mixed", label, weights) for label, weights in mixed.items()), *alone]


def opinion_note(row: FusedRow, scorer: int) -> str:
    """What a scorer cannot say about the user, if so."""
    opinions = row.raw[scorer][row.opinion[scorer]]
    if not len(opinions):
        return "no opinion on this user"
    return "the same score for all items of this user" if len(opinions) > 1 and opinions.min() == opinions.max() else ""


def settings_line(view: View) -> str:
    """How scores are combined, in one line: what the strategy makes no use of is left out."""
    scenario = view.scenario
    kind = scenario.fusion.strategy
    maps = {
        norm: {neutral: kind.value_map(norm, neutral) for neutral in ("mean", "floor")} for norm in ("rank", "z-score")
    }
    parts = [combination(scenario)]
    if maps["rank"] != maps["z-score"]:
        parts.append(scenario.normalization)
    if maps["rank"]["mean"] != maps["rank"]["floor"]:
        parts.append(f"no opinion counts as {scenario.neutral}")
    said = " · ".join([*parts, f"lists of {scenario.k}"])
    return said if kind.weighs else f"{said}. Weights do not matter here."
