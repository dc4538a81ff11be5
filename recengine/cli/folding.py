"""`evaluate --every-fold`: each fold in turn as the test part."""

from __future__ import annotations

import argparse
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from recengine.cli.lists import weights_document
from recengine.cli.opening import asked_scenario, open_workbench
from recengine.cli.output import emit, progress_lines, table
from recengine.data import parse_split
from recengine.data.splits.spec import OF_FOLDS
from recengine.errors import ScenarioError
from recengine.evaluation import Figure
from recengine.progress import within
from recengine.ranking import METRICS
from recengine.scenario import rerankers_text, run_scenario, scorer_outcomes, strategy_text
from recengine.workspace import Workspace

NOTE = (
    "The mean of the folds' means; low and high are its 95 % interval by Student's t over the folds. Their training "
    "parts overlap, so the interval is too narrow rather than too wide (Bengio & Grandvalet 2004, JMLR 5)."
)
FUSION = "fusion"
Tables = Mapping[str, Mapping[str, Figure]]


def evaluate_folds(asked: argparse.Namespace) -> None:
    """Fit and measure on every fold of the split; means over folds with intervals."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    scenario = asked_scenario(asked, dataset, workspace)
    spec = parse_split(scenario.split)
    if spec.method not in OF_FOLDS:
        raise ScenarioError(f'--every-fold: the split "{spec}" has no folds. Add --split fold:1/5, or user-fold:1/5.')
    if asked.record:
        raise ScenarioError("--record: a try has one split, --every-fold has many. Leave one of the two out.")
    measured: list[Tables] = []
    texts = [f"{spec.method}:{fold}/{spec.folds}" for fold in range(1, spec.folds + 1)]
    progress, devices = progress_lines(), ""
    for number, text in enumerate(texts):
        own = argparse.Namespace(**{**vars(asked), "split": text})
        bar = within(progress, number / spec.folds, (number + 1) / spec.folds)
        workbench, made = open_workbench(own, progress=within(bar, 0.0, 0.5))
        outcome = run_scenario(workbench, made, slices=False, fairness=False, progress=within(bar, 0.5, 1.0))
        tables = {name: one.table for name, one in scorer_outcomes(workbench, made).items()}
        measured.append({**tables, FUSION: outcome.table})
        devices = workbench.device
    over = {name: _over_folds([one[name] for one in measured]) for name in measured[0]}
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "split": f"{spec.method}:1…{spec.folds}/{spec.folds}",
        "splits": texts,
        "seed": scenario.seed,
        "k": scenario.k,
        "weights": weights_document(scenario),
        "normalization": scenario.normalization,
        "strategy": strategy_text(scenario),
        "rerankers": rerankers_text(scenario) or "[]",
        "folds": spec.folds,
        "note": NOTE,
        "scorers": {name: figures for name, figures in over.items() if name != FUSION},
        FUSION: over[FUSION],
    }

    def words() -> str:
        rows = []
        for key, figure in over[FUSION].items():
            metric = f"{METRICS[key].label} ({figure['variant']})"
            means = [f"{figures[key]['mean']:.4f}" for figures in over.values()]
            rows.append([metric, *means, f"{figure['low']:.4f} to {figure['high']:.4f}"])
        title = f"{dataset.name}, every fold of {spec.method} in {spec.folds}, seed {scenario.seed}, k = {scenario.k}"
        return "\n".join([title, table(["metric", *over, "95 % interval"], rows), NOTE])

    emit(document, as_json=asked.json, text=words, device=devices)


def _over_folds(tables: Sequence[Mapping[str, Figure]]) -> dict[str, dict[str, Any]]:
    """By metric: the mean of the folds' means with its interval, the means themselves, users in all."""
    return {key: _figure([table[key] for table in tables]) for key in tables[0]}


def _figure(figures: Sequence[Figure]) -> dict[str, Any]:
    means = np.array([figure.mean for figure in figures])
    known = means[~np.isnan(means)]
    mean = float(known.mean()) if known.size else math.nan
    half = math.nan
    if known.size > 1:
        # heavy to load, and of no use to other verbs
        from scipy.stats import t

        half = float(t.ppf(0.975, known.size - 1) * known.std(ddof=1) / math.sqrt(known.size))
    return {
        "mean": mean,
        "low": mean - half,
        "high": mean + half,
        "n": sum(figure.n for figure in figures),
        "variant": figures[0].variant,
        "folds": means.tolist(),
    }
