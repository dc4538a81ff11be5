"""What the Overview says of the data, the fit and the quality, as values for its elements."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import polars as pl

from recengine.evaluation import SLICES, Figure
from recengine.ranking import METRICS
from recengine.reports.figures.quality import FUSION_LABEL
from recengine.reports.tables import FUSION
from recengine.reports.words import UNDEFINED, metric_interval, metric_label, metric_value, share
from recengine.scenario import Outcome, Verdict, Workbench
from recengine.workspace import DatasetEntry

Color = Literal["green", "orange", "red", "gray", "violet"]
Badge = tuple[str, str, Color]
"""Word, icon and colour."""

TONES: Mapping[str, Badge] = {
    "good": ("Good", ":material/check_circle:", "green"),
    "mixed": ("Mixed", ":material/balance:", "orange"),
    "bad": ("Needs attention", ":material/error:", "red"),
    "unknown": ("Cannot be said", ":material/help:", "gray"),
}
LEVER: Badge = ("Largest lever", ":material/tune:", "violet")
"""For the verdict that says what would change most, which is neither good nor bad."""
SLICE_METRIC = "ndcg"


def badges(verdicts: tuple[Verdict, Verdict, Verdict]) -> list[Badge]:
    """A badge for each verdict: on quality, on groups, on levers."""
    quality, groups, levers = verdicts
    return [TONES[quality.tone], TONES[groups.tone], TONES["unknown"] if levers.tone == "unknown" else LEVER]


def figures_by_scorer(outcome: Outcome, alone: Mapping[str, Outcome]) -> dict[str, Mapping[str, Figure]]:
    """The table of each scorer by itself, then of the fusion."""
    return {**{name: other.table for name, other in alone.items()}, FUSION: outcome.table}


def quality_rows(workbench: Workbench, outcome: Outcome, alone: Mapping[str, Outcome]) -> pl.DataFrame:
    """Every metric in every variant, a row each: mean and interval of each scorer by itself and of the fusion."""
    tables = figures_by_scorer(outcome, alone)
    return pl.DataFrame(
        [
            {
                "Metric": metric_label(key, outcome.scenario.k),
                "Variant": METRICS[key].variant,
                **{series_label(workbench, name): _written(key, table[key]) for name, table in tables.items()},
                "Better": {True: "higher", False: "lower", None: UNDEFINED}[METRICS[key].higher_is_better],
                "n": outcome.table[key].n,
            }
            for key in outcome.table
        ]
    )


def slice_figures(workbench: Workbench, outcome: Outcome, alone: Mapping[str, Outcome]) -> dict[str, Any]:
    """`[slice label][scorer or "fusion"]`: one metric on the whole catalogue, the long tail and the cold items."""
    everyone = {**alone, FUSION: outcome}
    labels = {name: about.label for name, about in SLICES.items()}
    parts = {"All items": {name: other.table[SLICE_METRIC] for name, other in everyone.items()}}
    for part in outcome.slices:
        parts[labels[part]] = {name: other.slices[part][SLICE_METRIC] for name, other in everyone.items()}  # type: ignore[index]
    return parts


def series_label(workbench: Workbench, name: str) -> str:
    """How a scorer, or the fusion, is called."""
    return FUSION_LABEL if name == FUSION else workbench.fitted[name].label


def fitted_rows(workbench: Workbench) -> pl.DataFrame:
    """Each scorer: what it was fitted on, for how long, with which settings."""
    return pl.DataFrame(
        [
            {
                "Scorer": fitted.label,
                "Fitted on": fitted.device,
                "Seconds": fitted.seconds,
                "Settings": ", ".join(f"{key.replace('_', ' ')} {value}" for key, value in fitted.settings.items()),
            }
            for fitted in workbench.fitted.values()
        ],
        schema={"Scorer": pl.String, "Fitted on": pl.String, "Seconds": pl.Float64, "Settings": pl.String},
    )


def counts(entry: DatasetEntry, workbench: Workbench) -> list[tuple[str, str, str]]:
    """Label, value and meaning of the dataset's counts."""
    per_user = entry.n_positives / max(entry.n_users, 1)
    held_out = workbench.relevant.nnz
    return [
        ("Users", f"{entry.n_users:,}", f"{per_user:,.1f} positives a user on average"),
        (
            "Items",
            f"{entry.n_items:,}",
            f"{int((workbench.popularity == 0).sum()):,} of them cold: no training positive",
        ),
        (
            "Interactions",
            f"{entry.n_interactions:,}",
            f"{share(entry.n_positives / max(entry.n_interactions, 1), 0)} positive",
        ),
        ("Fitted on", f"{workbench.fitted_on.matrix.nnz:,}", "training positives"),
        ("Held out", f"{held_out:,}", "test positives, what lists are measured on"),
    ]


def language_line(entry: DatasetEntry) -> str:
    """In which language the item texts are, and which text model is taken for them by itself."""
    if entry.language is None:
        return "Language of the item texts: cannot be told."
    model = entry.report["language"].get("model")
    return f"Language of the item texts: mainly {entry.language}. Scorers that read text take {model} unless told."


def import_lines(entry: DatasetEntry) -> list[str]:
    """What an import found and left out, a line each, as text."""
    report = entry.report
    lines = [str(finding["text"]) for finding in report.get("findings", [])]
    lines += [f"Left out: {count:,} rows, {reason}." for reason, count in report.get("dropped", {}).items() if count]
    if report.get("merged_repeats"):
        lines.append(f"{report['merged_repeats']:,} rows were merged into another of the same user and item.")
    if report.get("positive_from") is not None:
        lines.append(
            f"Values from {report['positive_from']:g} count as positive; lower ones are seen, so never recommended."
        )
    return lines


def _written(key: str, figure: Figure) -> str:
    value = metric_value(key, figure.mean)
    return value if figure.low is None else f"{value} ({metric_interval(key, figure)})"
