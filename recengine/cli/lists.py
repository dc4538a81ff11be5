"""Verbs: recommend, explain, export."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import numpy as np

from recengine.cli.opening import item_position, open_workbench, user_position
from recengine.cli.output import emit, progress_lines, table
from recengine.explanation import explain, sentence
from recengine.fusion import fuse, fuse_row
from recengine.progress import within
from recengine.scenario import Scenario, needed, read_pairs, reading_labels


def recommend(asked: argparse.Namespace) -> None:
    """One user's list with what each scorer adds."""
    workbench, scenario = open_workbench(asked)
    dataset = workbench.dataset
    user = user_position(dataset, asked.user)
    row = fuse_row(workbench.pool, workbench.source, scenario.fusion, user, scenario.k)
    ranked = np.flatnonzero((row.rank > 0) & (row.rank <= scenario.k))
    additive = scenario.fusion.strategy.additive
    items: list[dict[str, Any]] = []
    for item in ranked[np.argsort(row.rank[ranked])]:
        parts = {name: float(row.parts[position, item]) for position, name in enumerate(scenario.scorers)}
        entry = {
            "item": dataset.item_ids[item],
            "title": dataset.titles[item],
            "rank": int(row.rank[item]),
            "score": float(row.score[item]),
            "parts": parts,
            "ranks": {name: float(row.ranks[position, item]) for position, name in enumerate(scenario.scorers)},
        }
        if scenario.rerankers:
            # None for one that a rule put in from beyond what is ranked
            entry["fused_rank"] = int(row.fused_rank[item]) or None
        items.append(entry)
    document = {
        "dataset": dataset.name,
        **cut_document(scenario),
        "user": asked.user,
        "k": scenario.k,
        "weights": weights_document(scenario),
        "strategy": scenario.strategy,
        "additive": additive,
        "items": items,
    }

    def text() -> str:
        before = ["before"] if scenario.rerankers else []
        columns = scenario.scorers if additive else [f"{name}'s rank" for name in scenario.scorers]
        header = ["title", "rank", *before, "score", *columns]
        rows = [
            [
                entry["title"],
                str(entry["rank"]),
                *(str(entry["fused_rank"] or "") for _ in before),
                _figure(entry["score"], ".4f"),
                *(
                    _figure(entry["parts"][name], ".4f") if additive else _figure(entry["ranks"][name], ",g")
                    for name in scenario.scorers
                ),
            ]
            for entry in items
        ]
        return table(header, rows)

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def _figure(value: float, form: str) -> str:
    return "-" if np.isnan(value) else format(value, form)


def explain_item(asked: argparse.Namespace) -> None:
    """Why one item is where it is for one user."""
    workbench, scenario = open_workbench(asked)
    dataset = workbench.dataset
    user, item = user_position(dataset, asked.user), item_position(dataset, asked.item)
    explanation = explain(workbench.pool, workbench.source, scenario.fusion, user, item, k=scenario.k, dataset=dataset)
    labels = {name: fitted.label for name, fitted in workbench.fitted.items()}
    document = {
        "dataset": dataset.name,
        **cut_document(scenario),
        "user": asked.user,
        "item": asked.item,
        "title": dataset.titles[item],
        "rank": explanation.rank,
        "fused_rank": explanation.fused_rank,
        "score": explanation.score,
        "strategy": scenario.strategy,
        "additive": explanation.additive,
        "account": [remark.text(dataset.titles, labels) for remark in explanation.account],
        "parts": [
            {
                "scorer": part.scorer,
                "weight": part.weight,
                "rank": part.rank,
                "contribution": part.contribution,
                "exact": part.exact,
                "divisible": part.divisible,
                "history": [
                    {"item": dataset.item_ids[other], "title": dataset.titles[other], "share": float(share)}
                    for other, share in zip(part.items, part.shares, strict=True)
                ],
                "rest": part.rest,
            }
            for part in explanation.parts
        ],
    }

    def text() -> str:
        return sentence(explanation, dataset.titles, labels)

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def export(asked: argparse.Namespace) -> None:
    """Every evaluated user's list in a file, so that anybody can check the figures with a tool of their own."""
    from recengine.reports import export_lists, export_qrels

    progress = progress_lines()
    workbench, scenario = open_workbench(asked, progress=within(progress, 0.0, 0.5))
    bar = within(progress, 0.5, 1.0)
    read_pairs(needed(workbench, scenario, slices=False), reading_labels(scenario), bar)
    lists = fuse(workbench.pool, workbench.source, scenario.fusion, scenario.k)
    progress(1.0, "Ranked")
    evaluated = np.diff(workbench.relevant.indptr)[lists.rankings.users] > 0
    rankings = lists.rankings.only(evaluated)
    export_lists(rankings, workbench.dataset, asked.format, Path(asked.out))
    written = {"lists": asked.out}
    if asked.qrels:
        export_qrels(workbench.relevant, workbench.dataset, asked.format, Path(asked.qrels))
        written["qrels"] = asked.qrels
    document = {
        "dataset": workbench.dataset.name,
        "fingerprint": workbench.dataset.fingerprint,
        **cut_document(scenario),
        "k": scenario.k,
        "users": int(evaluated.sum()),
        "rows": int((rankings.items >= 0).sum()),
        "relevant": int(workbench.relevant.nnz),
        "format": asked.format,
        "files": written,
    }

    def text() -> str:
        return f"Wrote {document['rows']:,} rows of {document['users']:,} users to {' and '.join(written.values())}."

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def cut_document(scenario: Scenario) -> dict[str, Any]:
    """Where the figures come from: the split, null where everything is fitted on, and the seed of split and fits."""
    return {"split": None if scenario.all_data else scenario.split, "seed": scenario.seed}


def weights_document(scenario: Scenario) -> dict[str, dict[str, float]]:
    """Raw and effective weight by scorer; effective ones sum to 1."""
    return {
        name: {"raw": weight, "effective": effective}
        for (name, weight), effective in zip(scenario.weights, scenario.fusion.effective, strict=True)
    }
