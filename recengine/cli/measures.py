"""Verbs: evaluate, fairness."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from recengine.cli.folding import evaluate_folds
from recengine.cli.lists import cut_document, weights_document
from recengine.cli.opening import open_workbench
from recengine.cli.output import emit, progress_lines, table
from recengine.evaluation import Figure
from recengine.fairness import FairnessReport, fairness_report
from recengine.progress import within
from recengine.ranking import METRICS
from recengine.scenario import Price, reranker_prices, rerankers_text, run_scenario, scorer_outcomes, strategy_text
from recengine.workspace import Workspace

OPENED = 0.2
"""Of the progress bar, when everything is fitted and loaded."""
MEASURED = 0.9
"""Of the progress bar, when the lists are measured."""


def evaluate(asked: argparse.Namespace) -> None:
    """Metrics with intervals, of every scorer alone and of the fusion; slices of the catalogue apart."""
    if asked.every_fold:
        evaluate_folds(asked)
        return
    progress = progress_lines()
    workbench, scenario = open_workbench(asked, progress=within(progress, 0.0, OPENED))
    outcome = run_scenario(workbench, scenario, fairness=False, progress=within(progress, OPENED, MEASURED))
    alone = scorer_outcomes(workbench, scenario)
    recorded = Workspace.open().record_try(workbench.dataset, outcome) if asked.record else None
    evaluated = int((workbench.relevant.getnnz(axis=1) > 0).sum())
    certified = int(outcome.lists.certified.sum())
    prices = reranker_prices(workbench, scenario, progress=within(progress, MEASURED, 1.0))
    progress(1.0, "Measured")
    document = {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        **cut_document(scenario),
        "k": scenario.k,
        "weights": weights_document(scenario),
        "normalization": scenario.normalization,
        "strategy": strategy_text(scenario),
        "rerankers": rerankers_text(scenario) or "[]",
        "users": evaluated,
        # certified by the pool or re-scored over the catalogue; the others are the best of the pool
        "exact_users": max(0, evaluated - outcome.lists.unproven),
        "certified_lists": certified,
        "rescored_lists": outcome.lists.rescored,
        "unproven_lists": outcome.lists.unproven,
        # what each re-ranker costs, against the chain without it; lists that rules reached beyond the shortlist for,
        # and those for whom a rule could not be kept
        "prices": [asdict(price) for price in prices],
        "lists_beyond": outcome.lists.beyond,
        "unmet_rules": dict(outcome.lists.unmet),
        "scorers": {name: _table(other.table) for name, other in alone.items()},
        "fusion": _table(outcome.table),
        "slices": {
            name: {
                "scorers": {scorer: _table(other.slices[name]) for scorer, other in alone.items()},
                "fusion": _table(outcome.slices[name]),
            }
            for name in outcome.slices
        },
        "try": None if recorded is None else recorded.number,
    }

    def text() -> str:
        header = ["metric", *alone, "fusion", "95 % interval"]
        rows = []
        for key, figure in outcome.table.items():
            metric = METRICS[key]
            columns = [*(other.table[key] for other in alone.values()), figure]
            interval = "" if figure.low is None else f"{figure.low:.4f} to {figure.high:.4f}"
            rows.append([f"{metric.label} ({figure.variant})", *(f"{column.mean:.4f}" for column in columns), interval])
        title = f"{workbench.dataset.name}, split {scenario.split}, k = {scenario.k}, n = {evaluated:,} users"
        costs = [_price_text(price) for price in prices]
        unmet = [f"Rule not kept for {n:,} users: {rule}." for rule, n in outcome.lists.unmet.items() if n]
        kept = [] if recorded is None else [f"Kept as try {recorded.number}."]
        return "\n".join([title, table(header, rows), *costs, *unmet, *kept])

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def fairness(asked: argparse.Namespace) -> None:
    """Quality by user group and exposure by item group."""
    progress = progress_lines()
    workbench, scenario = open_workbench(asked, progress=within(progress, 0.0, OPENED))
    bar = within(progress, OPENED, 1.0)
    outcome = run_scenario(workbench, scenario, slices=False, fairness=False, progress=bar)
    progress(1.0, "Measured")
    report = fairness_report(
        outcome.lists.rankings,
        outcome.per_user,
        workbench.fitted_on,
        k=scenario.k,
        user_attributes=None if asked.user_attribute is None else [asked.user_attribute],
        item_attributes=None if asked.item_attribute is None else [asked.item_attribute],
        seed=scenario.seed,
    )

    def text() -> str:
        return _fairness_text(report)

    document = {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        **cut_document(scenario),
        "weights": weights_document(scenario),
        **_fairness(report),
    }
    emit(document, as_json=asked.json, text=text, device=workbench.device)


def _price_text(price: Price) -> str:
    """ "Diversity: NDCG -0.0132 (-0.0176 to -0.0087), Diversity within a list 0.738 → 0.817." """
    cost = price.cost
    metric = METRICS[price.metric].label
    aim = f"{price.without:{price.aim.format}} → {price.with_it:{price.aim.format}} {price.aim.unit}".rstrip()
    return f"{price.label}: {metric} {cost.mean:+.4f} ({cost.low:+.4f} to {cost.high:+.4f}), {price.aim.label} {aim}."


def _table(figures: Mapping[str, Figure]) -> dict[str, Any]:
    return {key: asdict(figure) for key, figure in figures.items()}


def _fairness(report: FairnessReport) -> dict[str, Any]:
    return {
        "k": report.k,
        "users": {
            attribute: {metric: asdict(gap) for metric, gap in metrics.items()}
            for attribute, metrics in report.users.items()
        },
        "items": {
            attribute: {"groups": {group: asdict(share) for group, share in groups.items()}}
            for attribute, groups in report.items.items()
        },
        "gini": report.gini,
        "coverage": report.coverage,
    }


def _fairness_text(report: FairnessReport) -> str:
    blocks = []
    for attribute, metrics in report.users.items():
        for metric, gap in metrics.items():
            rows = [
                [group, f"{figure.mean:.4f}", f"{figure.low:.4f} to {figure.high:.4f}", f"{figure.n:,}"]
                for group, figure in gap.groups.items()
            ]
            title = f"{METRICS[metric].label}@{report.k} by {attribute}"
            blocks.append(
                table([title, "mean", "95 % interval", "users"], rows)
                + f"\ngap {gap.gap:.4f}, by chance {gap.chance_gap:.4f}, p = {gap.p_value:.3f}, ratio {gap.ratio:.2f}"
            )
    for attribute, groups in report.items.items():
        rows = [
            [group, f"{share.exposure:.1%}", f"{share.interactions:.1%}", f"{share.catalogue:.1%}"]
            for group, share in groups.items()
        ]
        blocks.append(table([f"items by {attribute}", "exposure", "interactions", "catalogue"], rows))
    blocks.append(f"Gini of exposure {report.gini:.3f} (0 = equal), coverage {report.coverage:.1%} of the catalogue")
    return "\n\n".join(blocks)
