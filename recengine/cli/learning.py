"""Verb: learn-weights."""

from __future__ import annotations

import argparse
import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recengine.cli.opening import asked_scenario
from recengine.cli.output import emit, progress_lines, table
from recengine.device import device_kind
from recengine.fusion.strategies import SegmentWeights
from recengine.scenario import PartComparison, Scenario, scenario_to_bytes, strategy_text, weights_text
from recengine.storage import write_bytes
from recengine.tuning import Gain, LearnedWeights
from recengine.workspace import Workspace

METRIC = "ndcg"


def learn(asked: argparse.Namespace) -> None:
    """Weights by a listwise loss on the validation part, for everybody and for segments; measured once on the test."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    segments = None
    if asked.by is not None:
        segments = SegmentWeights(by=asked.by, **({} if asked.at is None else {"at": asked.at}))
    scenario = asked_scenario(asked, dataset, workspace)
    answer = workspace.learn_weights(dataset, scenario, segments, progress=progress_lines())
    start, learned, test, best = answer.scenario, answer.learned, answer.test, answer.best
    if asked.out is not None:
        write_bytes(Path(asked.out), scenario_to_bytes(best))
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "split": start.split,
        "seed": start.seed,
        "k": start.k,
        "users": learned.n_users,
        "weights": learned.weights,
        "segments": learned.segments or None,
        "segment_users": learned.segment_users or None,
        # JSON knows no infinity
        "strength": learned.strength if learned.strength is None or math.isfinite(learned.strength) else "all",
        "strategy": strategy_text(best),
        "validation": {"everybody": _gain(learned.gain), "segments": _gain(learned.segments_gain)},
        "test": {"values": test.values, "against": _changes(test)},
        "scenario": best.to_json(),
        "saved": asked.out,
    }
    emit(document, as_json=asked.json, text=lambda: _text(learned, test, start, best, asked), device=device_kind())


def _text(
    learned: LearnedWeights, test: PartComparison, start: Scenario, best: Scenario, asked: argparse.Namespace
) -> str:
    label = f"NDCG@{start.k}"
    rows = [["start", "", weights_text(dict(start.weights))]]
    rows.append(["everybody", _gained(learned.gain), weights_text(_rounded(learned.weights))])
    if learned.segments_gain is not None:
        rows.append(["segments", _gained(learned.segments_gain), ""])
        rows += [[f"  {name}", "", weights_text(_rounded(weights))] for name, weights in learned.segments.items()]
    blocks = [table(["validation", f"{label} over start, 95 % interval", "weights"], rows)]
    if learned.strength is not None:
        told = "no segment has weights of its own that do better"
        if math.isfinite(learned.strength):
            told = f"in a segment the weights for everybody count for {learned.strength:g} users"
        blocks.append(f"Shrinkage: {told}.")
    rows = [
        [
            {"found": "learned"}.get(name, name),
            f"{values[METRIC]:.4f}",
            *(f"{one.mean:+.4f} ({one.low:+.4f} to {one.high:+.4f})" for one in test.against.get(name, {}).values()),
        ]
        for name, values in test.values.items()
    ]
    blocks.append(table(["test", label, "learned less this, 95 % interval"], [[*row, ""][:3] for row in rows]))
    use = f"--weights {weights_text(dict(best.weights))} --strategy '{strategy_text(best)}'"
    blocks.append(
        f"Learned from {learned.n_users:,} users; on validation each is measured by what the others taught.\n"
        f"See more: python -m recengine evaluate --dataset {asked.dataset} "
        + (f"--scenario {asked.out}" if asked.out else use)
    )
    return "\n\n".join(blocks)


def _rounded(weights: Any) -> dict[str, float]:
    return {name: round(weight, 4) for name, weight in weights.items()}


def _gained(gain: Gain) -> str:
    return f"{gain.change.mean:+.4f} ({gain.change.low:+.4f} to {gain.change.high:+.4f})"


def _gain(gain: Gain | None) -> dict[str, Any] | None:
    return None if gain is None else asdict(gain)


def _changes(test: PartComparison) -> dict[str, Any]:
    return {name: {key: asdict(one) for key, one in changes.items()} for name, changes in test.against.items()}
