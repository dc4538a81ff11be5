"""Verb: quantise."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

from recengine.cli.opening import open_workbench
from recengine.cli.output import emit, progress_lines, table
from recengine.device import device_kind
from recengine.errors import ScenarioError
from recengine.models import recipe_name
from recengine.models.sequence.quantised import quantise as quantised_of
from recengine.models.sequence.quantised import refuse_existing
from recengine.progress import within
from recengine.scenario import fit_key
from recengine.tuning.quantising import measure_quantised
from recengine.workspace import Workspace
from recengine.workspace.quantised import quantised_document, save_quantised


def quantise(asked: argparse.Namespace) -> None:
    """Size, speed and NDCG of a fitted network before and after eight bits; fits it where it is not fitted.

    With --out the network in eight bits is written to a folder; the fit in the workspace stays as it is.
    """
    progress = progress_lines()
    asked.models = asked.model
    if "," in asked.model:
        raise ScenarioError(f"--model: one at a time, got {asked.model[:80]!r}. Name one sequence model.")
    out = None if asked.out is None else Path(asked.out)
    if out is not None:
        refuse_existing(out)
    workbench, scenario = open_workbench(asked, rebuild=True, progress=within(progress, 0.0, 0.7))
    if scenario.all_data:
        raise ScenarioError("quantise: fitted on all data, so there is nothing to measure on. Choose a split.")
    (name,) = workbench.fitted
    made = quantised_of(workbench.scorers[name], recipe_name(name))
    measured = measure_quantised(
        made,
        workbench.fitted_on,
        workbench.relevant,
        k=scenario.k,
        seed=scenario.seed,
        progress=within(progress, 0.7, 1.0),
    )
    key = fit_key(scenario, scenario.recipes()[name], device_kind())
    save_quantised(Workspace.open().root, key, measured)
    document: dict[str, Any] = {
        "dataset": workbench.dataset.name,
        "scorer": name,
        "split": scenario.split,
        "seed": scenario.seed,
        "k": scenario.k,
        "out": None if out is None else str(out),
        **quantised_document(measured),
    }
    if out is not None:
        about = {"dataset": workbench.dataset.name, "fingerprint": workbench.dataset.fingerprint, "fit": key}
        made.save(out, workbench.dataset.item_ids, about)

    def text() -> str:
        rows = [
            [called, f"{size / 1024:,.0f} KiB", f"{took:.2f} ms", f"{ndcg.mean:.4f}"]
            for called, size, took, ndcg in zip(
                ("as fitted", "eight bits"), measured.bytes_, measured.milliseconds, measured.ndcg, strict=True
            )
        ]
        one = measured.change
        return (
            table(["network", "size", "time a user", f"NDCG@{scenario.k}"], rows)
            + f"\nNDCG changes by {one.mean:+.4f}, 95 % interval {one.low:+.4f} to {one.high:+.4f}, n = {one.n:,}.\n"
            + (
                "The fit stays as it is; --out FOLDER writes the network in eight bits."
                if out is None
                else f"Wrote the network in eight bits to {out}; the fit stays as it is."
            )
        )

    emit(document, as_json=asked.json, text=text, device=workbench.device)
