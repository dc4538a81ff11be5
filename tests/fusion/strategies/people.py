"""Users of whom something is known beside scores."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from recengine.data import Attribute, Dataset
from recengine.fusion import Facts, Source


def facts_of(
    lengths: list[int],
    *,
    n_items: int = 50,
    days: list[float | None] | None = None,
    ages: list[float | None] | None = None,
    groups: list[str | None] | None = None,
) -> Facts:
    """Users with histories of these lengths, the age of whose last event is these days."""
    rows = [(user, item) for user, length in enumerate(lengths) for item in range(length)]
    n = len(lengths)
    ends = [None if day is None else round((1000 - day) * 86_400) for day in days or [0.0] * n]
    interactions = pl.DataFrame(
        {
            "user": [user for user, _ in rows],
            "item": [item for _, item in rows],
            "weight": [1.0] * len(rows),
            "time": [ends[user] for user, _ in rows],
            "positive": [True] * len(rows),
        },
        schema={"user": pl.Int32, "item": pl.Int32, "weight": pl.Float32, "time": pl.Int64, "positive": pl.Boolean},
    )
    items = pl.DataFrame(
        {"id": [str(item) for item in range(n_items)], "title": [""] * n_items, "text": [""] * n_items}
    )
    users = pl.DataFrame(
        {"id": [str(user) for user in range(n)], "age": ages or [None] * n, "group": groups or [None] * n},
        schema={"id": pl.String, "age": pl.Float64, "group": pl.String},
    )
    attributes = (Attribute("age", "number"), Attribute("group", "category"))
    return Facts(Dataset("people", interactions, items, users, (), attributes, "0" * 64))


def knowing(source: Source, facts: Facts) -> Source:
    """The source with these facts."""
    return replace(source, facts=facts)


def effective(*weights: float) -> np.ndarray:
    """Weights over their sum."""
    return np.array(weights) / sum(weights)
