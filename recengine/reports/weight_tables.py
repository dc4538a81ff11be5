"""What the weights do, as tables: along one weight, over a triangle, and where one user's list changes."""

from __future__ import annotations

import polars as pl

from recengine.data import Dataset
from recengine.simulation import Breakpoints, Sweep, Triangle


def sweep_table(sweep: Sweep, metric: str) -> pl.DataFrame:
    """Every stretch over which the metric stays the same: from, to and value."""
    parts = sweep.stretches(metric, len(sweep.weights) + 1)
    return pl.DataFrame({"from": parts.start, "to": parts.end, metric: parts.low}).with_columns(
        scorer=pl.lit(sweep.scorer), n=pl.lit(sweep.n[metric])
    )


def triangle_table(triangle: Triangle) -> pl.DataFrame:
    """A row a mix: the effective weights, then every metric."""
    weights = {name: triangle.weights[:, place] for place, name in enumerate(triangle.scorers)}
    return pl.DataFrame(weights | dict(triangle.values))


def breakpoints_table(found: Breakpoints, dataset: Dataset) -> pl.DataFrame:
    """A row a change of the list: at which weight, what comes in, what goes out, and which places change."""
    titles = dataset.titles
    rows = [
        {
            "weight": change.weight,
            "in": ", ".join(titles[item] for item in change.came),
            "out": ", ".join(titles[item] for item in change.left),
            "places": ", ".join(f"{titles[item]}: {before} → {after}" for item, before, after in change.moved),
        }
        for change in found.changes()
    ]
    schema = {"weight": pl.Float64, "in": pl.String, "out": pl.String, "places": pl.String}
    return pl.DataFrame(rows, schema=schema)
