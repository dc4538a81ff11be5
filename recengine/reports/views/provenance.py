"""Method and provenance: what each number means, and all that is needed to get it again."""

from __future__ import annotations

import json
import shlex
from dataclasses import dataclass

from recengine.ranking import METRICS
from recengine.reports.views.context import Context
from recengine.reports.words import direction
from recengine.scenario import rerankers_text, strategy_text

NORMALIZATIONS = {
    "min-max": "Each scorer's scores are mapped to 0 … 1 over the items that the user has not seen.",
    "z-score": "Each scorer's scores are centred and divided by their standard deviation, over the items that the user "
    "has not seen.",
    "rank": "Each scorer's scores are replaced by their rank among the items that the user has not seen, 1 = best.",
}
NEUTRALS = {
    "mean": "Where a scorer has no opinion on an item, the item gets the neutral value of the user's row: "
    "its mean under min-max, 0 under z-score, ½ under rank.",
    "floor": "Where a scorer has no opinion on an item, the item gets the lowest of the scorer's opinions "
    "for that user.",
}


@dataclass(frozen=True)
class Definition:
    """A metric as it was computed here."""

    label: str
    variant: str
    explanation: str
    direction: str
    population: str
    unit: str


@dataclass(frozen=True)
class MethodView:
    """How scores are fused, in words, and the metrics."""

    normalization: str
    neutral: str
    definitions: list[Definition]


@dataclass(frozen=True)
class ModelRow:
    """A scorer: its settings in full, the device it was fitted on, how long that took."""

    name: str
    label: str
    settings: str
    device: str
    seconds: str


@dataclass(frozen=True)
class ProvenanceView:
    """facts: name and value; models; versions; the command that reproduces the report; the scenario as JSON text."""

    facts: list[tuple[str, str]]
    models: list[ModelRow]
    versions: list[tuple[str, str]]
    command: str
    scenario: str


def method_view(context: Context) -> MethodView:
    """The definitions behind `context`."""
    scenario = context.outcome.scenario
    return MethodView(
        normalization=NORMALIZATIONS[scenario.normalization],
        neutral=NEUTRALS[scenario.neutral],
        definitions=[
            Definition(
                label=f"{METRICS[key].label}@{context.k}",
                variant=figure.variant,
                explanation=METRICS[key].explanation,
                direction=direction(key),
                population=METRICS[key].population,
                unit=METRICS[key].unit or "0 to 1",
            )
            for key, figure in context.outcome.table.items()
            if key in METRICS
        ],
    )


def provenance_view(context: Context) -> ProvenanceView:
    """Where the figures of `context` come from."""
    workbench, scenario = context.workbench, context.outcome.scenario
    weights = "; ".join(
        f"{name} {raw:g} (effective {effective:.3f})"
        for (name, raw), effective in zip(scenario.weights, scenario.fusion.effective, strict=True)
    )
    return ProvenanceView(
        facts=[
            ("Dataset", workbench.dataset.name),
            ("Fingerprint", workbench.dataset.fingerprint),
            ("Split", "none, fitted on all data" if scenario.all_data else f"{scenario.split}, seed {scenario.seed}"),
            (
                "Strategy",
                f"{strategy_text(scenario)}, {scenario.normalization} normalisation, neutral value: {scenario.neutral}",
            ),
            ("Re-rankers", rerankers_text(scenario) or "none"),
            ("Weights", weights),
            ("Lists", f"k = {scenario.k}, pool of each scorer's best {scenario.pool_depth:,}"),
            ("Intervals", f"95 % bootstrap over users, {len(workbench.resamples.counts):,} resamples"),
            ("Workbench", workbench.key),
            ("Scenario", scenario.key),
            ("Written", context.generated_at.isoformat(sep=" ", timespec="seconds")),
        ],
        models=[
            ModelRow(
                name=name,
                label=fitted.label,
                settings=", ".join(f"{key} = {value}" for key, value in fitted.settings.items()) or "none",
                device=fitted.device,
                seconds=f"{fitted.seconds:.1f} s",
            )
            for name, fitted in workbench.fitted.items()
        ],
        versions=list(context.versions.items()),
        command="python -m recengine report "
        f"--dataset {shlex.quote(workbench.dataset.name)} --scenario scenario.json --out report.html",
        scenario=json.dumps(scenario.to_json(), ensure_ascii=False, indent=2),
    )
