"""Figures by round as they stand in a manifest, where nothing is NaN."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np

from recengine.arrays import read_only
from recengine.models import Curve


def curve_document(curve: Curve) -> dict[str, Any]:
    """JSON values only; null where it was not measured."""
    values = [float(value) if math.isfinite(value) else None for value in curve.values]
    return {"name": curve.name, "values": values, "higher_is_better": curve.higher_is_better}


def curve_of(document: Mapping[str, Any]) -> Curve:
    """The curve of a document. Raises `KeyError`, `TypeError` or `ValueError` where it is none."""
    better = document["higher_is_better"]
    if better not in (True, False, None):
        raise ValueError(f"higher_is_better: {better!r}")
    values = [math.nan if value is None else float(value) for value in document["values"]]
    return Curve(str(document["name"]), read_only(np.array(values, dtype=np.float64)), better)
