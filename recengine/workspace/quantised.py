"""What fits lose and gain by eight bits, as far as that was measured."""

from __future__ import annotations

import math
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recengine.errors import StoreError
from recengine.evaluation import Change, Figure
from recengine.storage import read_document, write_document
from recengine.tuning.quantising import QuantisedMeasure

FOLDER = "quantised"
VERSION = 2
"""Of what is measured: what was measured in another way is measured again."""


def save_quantised(root: Path, key: str, measured: QuantisedMeasure) -> None:
    """Keep what was measured of the fit stored under `key`."""
    write_document(root / FOLDER / f"{key}.json", {"version": VERSION, **quantised_document(measured)})


def stored_quantised(root: Path, key: str) -> QuantisedMeasure | None:
    """What was measured of the fit stored under `key`; None where nothing was, or it is damaged."""
    path = root / FOLDER / f"{key}.json"
    if not path.exists():
        return None
    try:
        facts = read_document(path, "what was measured in eight bits", "Measure it again.")
        if facts.get("version") != VERSION:
            return None
        before, after = facts["before"], facts["after"]
        return QuantisedMeasure(
            bytes_=(int(before["bytes"]), int(after["bytes"])),
            milliseconds=(float(before["milliseconds"]), float(after["milliseconds"])),
            ndcg=(_figure(before["ndcg"]), _figure(after["ndcg"])),
            change=_change(facts["change"]),
        )
    except (StoreError, KeyError, TypeError, ValueError):
        return None


def quantised_document(measured: QuantisedMeasure) -> dict[str, Any]:
    """As JSON values: before, after, and the change of NDCG."""
    sides = zip(("before", "after"), measured.bytes_, measured.milliseconds, measured.ndcg, strict=True)
    return {
        **{
            side: {"bytes": size, "milliseconds": took, "ndcg": _plain(asdict(ndcg))}
            for side, size, took, ndcg in sides
        },
        "change": _plain(asdict(measured.change)),
    }


def _plain(facts: dict[str, Any]) -> dict[str, Any]:
    """JSON has no NaN."""
    return {name: None if isinstance(value, float) and math.isnan(value) else value for name, value in facts.items()}


def _figure(facts: dict[str, Any]) -> Figure:
    return Figure(**{**facts, "mean": math.nan if facts["mean"] is None else facts["mean"]})


def _change(facts: dict[str, Any]) -> Change:
    mean, low, high = (math.nan if facts[name] is None else float(facts[name]) for name in ("mean", "low", "high"))
    return Change(mean, low, high, int(facts["n"]))
