"""The values of an outcome as tables: one function a table, one row a fact."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import polars as pl

from recengine.arrays import Values
from recengine.data import Dataset
from recengine.evaluation import Figure
from recengine.explanation import Explanation
from recengine.fairness import FairnessReport, GroupShare
from recengine.ranking import Rankings
from recengine.scenario import Outcome, Scenario

FUSION = "fusion"
"""How the weighted sum is called beside the names of its scorers."""


def metrics_table(scorer_tables: Mapping[str, Mapping[str, Figure]], table: Mapping[str, Figure]) -> pl.DataFrame:
    """Every metric of every scorer, then of the fusion: `scorer, metric, mean, low, high, n, variant`.

    low and high are null where there is no interval.
    """
    rows = [
        {"scorer": scorer, "metric": metric, **vars(figure)}
        for scorer, figures in {**scorer_tables, FUSION: table}.items()
        for metric, figure in figures.items()
    ]
    return pl.DataFrame(rows, schema={"scorer": pl.String, "metric": pl.String, **_FIGURE, "variant": pl.String})


def slices_table(outcome: Outcome) -> pl.DataFrame:
    """The metrics of the fusion in each slice of the catalogue: `slice, metric, mean, low, high, n, variant`."""
    rows = [
        {"slice": name, "metric": metric, **vars(figure)}
        for name, figures in outcome.slices.items()
        for metric, figure in figures.items()
    ]
    return pl.DataFrame(rows, schema={"slice": pl.String, "metric": pl.String, **_FIGURE, "variant": pl.String})


def per_user_table(outcome: Outcome, dataset: Dataset) -> pl.DataFrame:
    """One row a user: `user_id`, then each metric; NaN where it is undefined for the user."""
    return pl.DataFrame({"user_id": dataset.users["id"].gather(outcome.lists.rankings.users), **dict(outcome.per_user)})


def lists_table(rankings: Rankings, dataset: Dataset, parts: Mapping[str, Values] | None = None) -> pl.DataFrame:
    """One row a place, best first: `user_id, rank, item_id, title, score`, then `part_SCORER` for each of `parts`.

    parts[scorer] (U, k): what the scorer adds to the score. Padding has no row.
    """
    rows, columns = np.nonzero(rankings.items >= 0)
    items = dataset.items.select("id", "title")[rankings.items[rows, columns]]
    return pl.DataFrame(
        {
            "user_id": dataset.users["id"].gather(rankings.users[rows]),
            "rank": (columns + 1).astype(np.int32),
            "item_id": items["id"],
            "title": items["title"],
            "score": rankings.scores[rows, columns],
            **{f"part_{scorer}": part[rows, columns] for scorer, part in (parts or {}).items()},
        }
    )


def user_groups_table(report: FairnessReport) -> pl.DataFrame:
    """One row a user group and metric, with what its attribute's groups have in common.

    `attribute, metric, group, mean, low, high, n, suppressed, gap, ratio, chance_gap, p_value, p_holm`; a suppressed
    group, one too small to say anything, has its n and no figure.
    """
    rows = []
    for attribute, metrics in report.users.items():
        for metric, gap in metrics.items():
            common = {
                "attribute": attribute,
                "metric": metric,
                "gap": gap.gap,
                "ratio": gap.ratio,
                "chance_gap": gap.chance_gap,
                "p_value": gap.p_value,
                "p_holm": gap.p_holm,
            }
            rows += [
                {**common, "group": name, "suppressed": False, **vars(group)} for name, group in gap.groups.items()
            ]
            rows += [{**common, "group": name, "suppressed": True, "n": n} for name, n in gap.suppressed.items()]
    return pl.DataFrame(
        rows,
        schema={
            "attribute": pl.String,
            "metric": pl.String,
            "group": pl.String,
            **_FIGURE,
            "suppressed": pl.Boolean,
            **dict.fromkeys(("gap", "ratio", "chance_gap", "p_value", "p_holm"), pl.Float64),
        },
    )


def item_groups_table(report: FairnessReport) -> pl.DataFrame:
    """One row an item group: `attribute, group, n_items, catalogue, interactions, exposure, ratio`.

    ratio = exposure / interactions: 1 = shown as much as it is taken; NaN where the group was never taken.
    """
    rows = [
        {"attribute": attribute, "group": name, **vars(group), "ratio": exposure_ratio(group)}
        for attribute, groups in report.items.items()
        for name, group in groups.items()
    ]
    return pl.DataFrame(
        rows,
        schema={
            "attribute": pl.String,
            "group": pl.String,
            "n_items": pl.Int64,
            **dict.fromkeys(("catalogue", "interactions", "exposure", "ratio"), pl.Float64),
        },
    )


def weights_table(scenario: Scenario) -> pl.DataFrame:
    """One row a scorer: `scorer, raw, effective`; effective weights sum to 1."""
    return pl.DataFrame(
        {
            "scorer": scenario.scorers,
            "raw": scenario.fusion.weights,
            "effective": scenario.fusion.effective,
        },
        schema={"scorer": pl.String, "raw": pl.Float64, "effective": pl.Float64},
    )


def parts_table(explanation: Explanation) -> pl.DataFrame:
    """One row a scorer: `scorer, weight, raw, rank, normalised, contribution, history, rest, exact, divisible`.

    weight: effective. raw: null = no opinion. rank: the scorer's own, from 1, ties share their mean; null likewise.
    contribution = history + rest, under a weighted sum weight * normalised; the contributions sum to the fused score.
    exact: false where history and rest are approximate. divisible: false where the scorer cannot take its score apart:
    history is null then, and all of the contribution rest. Without an additive strategy all amounts are null.
    """
    rows = [
        {
            "scorer": part.scorer,
            "weight": part.weight,
            "raw": part.raw,
            "rank": part.rank,
            "normalised": part.normalised,
            "contribution": part.contribution,
            "history": float(part.shares.sum()) if explanation.additive and part.divisible else float("nan"),
            "rest": part.rest,
            "exact": part.exact,
            "divisible": part.divisible,
        }
        for part in explanation.parts
    ]
    amounts = ("weight", "raw", "rank", "normalised", "contribution", "history", "rest")
    marks = dict.fromkeys(("exact", "divisible"), pl.Boolean)
    schema = {"scorer": pl.String, **dict.fromkeys(amounts, pl.Float64), **marks}
    return pl.DataFrame(rows, schema=schema).with_columns(pl.col(pl.Float64).fill_nan(None))


def shares_table(explanation: Explanation, dataset: Dataset) -> pl.DataFrame:
    """One row a scorer and history item, largest first, then the scorer's rest: `scorer, item_id, title, share, exact`.

    The shares sum to the fused score. A rest, which is of no item, has neither id nor title. Without an additive
    strategy there is no row.
    """
    schema = {"scorer": pl.String, "item_id": pl.String, "title": pl.String, "share": pl.Float64, "exact": pl.Boolean}
    frames = []
    for part in explanation.parts if explanation.additive else ():
        items = dataset.items.select("id", "title")[part.items]
        frames.append(
            pl.DataFrame(
                {
                    "scorer": [part.scorer] * (len(part.items) + 1),
                    "item_id": [*items["id"], None],
                    "title": [*items["title"], None],
                    "share": [*part.shares.tolist(), part.rest],
                    "exact": [part.exact] * (len(part.items) + 1),
                },
                schema=schema,
            )
        )
    return pl.concat([pl.DataFrame(schema=schema), *frames])


def exposure_ratio(group: GroupShare) -> float:
    """Exposure over interactions: 1 = shown as much as it is taken; NaN where the group was never taken."""
    return group.exposure / group.interactions if group.interactions else float("nan")


_FIGURE = {"mean": pl.Float64, "low": pl.Float64, "high": pl.Float64, "n": pl.Int64}
