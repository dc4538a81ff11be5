"""Tries and their comparison as tables and words. No Streamlit but for the looks of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl
from streamlit.column_config import DatetimeColumn, NumberColumn, TextColumn

from recengine.data import Dataset
from recengine.evaluation import Figure
from recengine.fusion import NORMALIZATIONS, RERANKERS, STRATEGIES
from recengine.models import recipe_name, recipes
from recengine.ranking import METRICS
from recengine.reports.text import one_line
from recengine.reports.words import UNDEFINED, metric_interval, metric_label, metric_value, p_number, p_value, share
from recengine.scenario import MOVED_BY, Comparison, ItemMove, MetricChange, UserMove
from recengine.workspace import Try

SHOWN = ("recall", "hit_rate", "coverage", "gini", "novelty")
"""Metrics in the table, after NDCG with its interval."""
SIGNIFICANT = 0.05
TOLD = 3
"""Scorers that a try's weights are told of before the rest is only counted."""

OPTIONAL = ("Data", "Mark", "Now", "Name", "Re-rankers", "Note", "Cannot be shown")
"""Columns of the tries that are left out where they are empty."""

COLUMNS = {
    "Try": NumberColumn(width=45, format="%d", help="The number that the setting has for good."),
    "Mark": TextColumn(width=45, help="★ starred, ⚑ pinned as the one to compare with."),
    "Now": TextColumn(width=75, help="What the Studio shows, and what it is compared with there."),
    "Name": TextColumn(width=130),
    "Weights": TextColumn(width=225, help="Effective weights: over their sum."),
    "Strategy": TextColumn(width=150),
    "Re-rankers": TextColumn(width=110),
    "k": NumberColumn(width=45, format="%d"),
    "Data": TextColumn(help="Tries on data that bore this name before are not compared with those of now."),
    "Tried": DatetimeColumn(format="YYYY-MM-DD HH:mm"),
    "Cannot be shown": TextColumn(width="large"),
    **{
        METRICS[key].label: NumberColumn(
            format="%.1f\u00a0%%"
            if METRICS[key].format.endswith("%")
            else "%.3f"
            if METRICS[key].format == ".3f"
            else "%.2f",
            help=f"{METRICS[key].explanation} Variant: {METRICS[key].variant}.",
        )
        for key in ("ndcg", *SHOWN)
    },
}
CHANGE_COLUMNS = {
    "p": TextColumn(
        help="How often chance alone makes a change at least as large: the users' changes get random signs."
    ),
    "p corrected": TextColumn(help="The same, corrected for all metrics of this table being asked at once (Holm)."),
    "Change": TextColumn(help="Mean of the users' changes. Coverage and Gini are of all lists together: no test."),
    "Users": NumberColumn(format="localized", help="Those with a value on both sides."),
}
USER_COLUMNS = {
    "A": NumberColumn(format="%.3f"),
    "B": NumberColumn(format="%.3f"),
    "Change": NumberColumn(format="%+.3f"),
    "Overlap": NumberColumn(format="%.2f", help="Rank-biased overlap of the two lists; 1 is the same list."),
}
ITEM_COLUMNS = {
    "Item": TextColumn(width="medium"),
    "A": NumberColumn(format="%.2f %%", help="Share of all exposure; a place counts 1 / log2(rank + 1)."),
    "B": NumberColumn(format="%.2f %%"),
    "Lists A": NumberColumn(format="localized"),
    "Lists B": NumberColumn(format="localized"),
}


def tag(one: Try, fingerprint: str) -> str:
    """What a try is called in the link: its number, with the start of its data's fingerprint where that is another."""
    return str(one.number) if one.dataset == fingerprint else f"{one.dataset[:8]}-{one.number}"


def title(one: Try, fingerprint: str) -> str:
    """What a try is called in a choice: "★ 3 · less popular", or its weights where it has no name."""
    number = f"{one.number}" if one.dataset == fingerprint else f"{one.number} (earlier data)"
    marks = f"{marked(one)} " if marked(one) else ""
    return f"{marks}{number} · {one.name or weights_words(one)}"


def marked(one: Try) -> str:
    """Its marks as letters."""
    return ("★" if one.starred else "") + ("⚑" if one.pinned else "")


def weights_words(one: Try, told: int = TOLD) -> str:
    """Effective weights, the largest first: "Collaborative (ALS) 70 %, Text profile 30 %"."""
    weights = {str(name): float(weight) for name, weight in one.document["weights"].items()}
    total = sum(weights.values())
    heard = sorted((name for name in weights if weights[name] > 0), key=lambda name: -weights[name])
    said = [f"{scorer_name(name)} {share(weights[name] / total, 0)}" for name in heard[:told]]
    rest = len(heard) - told
    return ", ".join([*said, f"{rest} more"] if rest > 0 else said)


def scorer_name(scorer: str) -> str:
    """The label of a scorer, also of one that is not installed any more."""
    kind = recipes().get(recipe_name(scorer))
    variant = scorer.partition(":")[2]
    if kind is None:
        return scorer
    return f"{kind.label}: {variant}" if variant else kind.label


def strategy_words(one: Try) -> str:
    """The strategy's label, with the normalisation where that is not the usual one."""
    name = str(one.document.get("strategy", "weighted-sum"))
    label = STRATEGIES[name].label if name in STRATEGIES else name
    normalization = str(one.document.get("normalization", NORMALIZATIONS[0]))
    return label if normalization == NORMALIZATIONS[0] else f"{label}, {normalization}"


def rerankers_words(one: Try) -> str:
    """The re-rankers in their order, with the strength of those that have one."""
    said = []
    for chosen in one.document.get("rerankers", []):
        name, strength = str(chosen.get("name")), chosen.get("strength")
        label = RERANKERS[name].label if name in RERANKERS else name
        said.append(label if strength is None else f"{label} {strength:g}")
    return ", ".join(said)


def tries_table(
    tries: Sequence[Try], fingerprint: str, obstacles: Mapping[str, str | None], used: Mapping[str, str]
) -> pl.DataFrame:
    """A row a try, the latest first. obstacles: by tag. used: what a try is now, as "baseline", by scenario key.

    Split and seed are told only where they differ; a column that is empty everywhere is left out.
    """
    rows = [
        {
            "Try": one.number,
            "Data": "" if one.dataset == fingerprint else "earlier",
            "Mark": marked(one),
            "Now": used.get(one.key, "") if one.dataset == fingerprint else "",
            "Name": one_line(one.name),
            "Weights": weights_words(one),
            "Strategy": strategy_words(one),
            "Re-rankers": rerankers_words(one),
            "k": int(one.document["k"]),
            "Split": f"{one.document.get('split', 'random')}, seed {one.document.get('seed', 0)}",
            METRICS["ndcg"].label: _mean(one.table.get("ndcg")),
            "95 % interval": metric_interval("ndcg", one.table["ndcg"]) if "ndcg" in one.table else UNDEFINED,
            **{METRICS[key].label: _shown(key, one.table.get(key)) for key in SHOWN},
            "Tried": one.tried.replace(tzinfo=None),
            "Note": one_line(one.note),
            "Cannot be shown": obstacles.get(tag(one, fingerprint)) or "",
        }
        for one in tries
    ]
    table = pl.DataFrame(rows, infer_schema_length=None)
    spare = [name for name in OPTIONAL if not any(table[name])]
    return table.drop([*spare, *(["Split"] if table["Split"].n_unique() == 1 else [])])


def export(tries: Sequence[Try]) -> pl.DataFrame:
    """A row a try, every metric as numbers with its interval."""
    rows = []
    for one in tries:
        row: dict[str, Any] = {
            "number": one.number,
            "dataset": one.dataset,
            "name": one.name,
            "note": one.note,
            "starred": one.starred,
            "tried": one.tried.isoformat(),
            "scenario": one.key,
            "strategy": strategy_words(one),
            "rerankers": rerankers_words(one),
            **{key: one.document.get(key) for key in ("split", "seed", "k", "neutral", "pool_depth")},
            **{f"weight_{name}": float(weight) for name, weight in one.document["weights"].items()},
            "users": one.users,
            "unproven": one.unproven,
        }
        for key, figure in one.table.items():
            row |= {key: figure.mean, f"{key}_low": figure.low, f"{key}_high": figure.high, f"{key}_n": figure.n}
        rows.append(row)
    # a weight that only some tries have is empty in the others
    return pl.from_dicts(rows, infer_schema_length=None) if rows else pl.DataFrame()


def reading(found: Comparison) -> str:
    """The comparison in two sentences: what it does to the metric that comes first, and to the lists."""
    moved = found.metrics[MOVED_BY]
    name, n = metric_label(MOVED_BY, found.first.k), len(found.users)
    lists = f"{share(found.changed)} of {n:,} lists differ"
    if found.rank_biased_overlap.n:
        lists += f"; half of all have a rank-biased overlap of {found.rank_biased_overlap.median:.2f} or more"
    if moved.change is None or moved.p_holm is None or not moved.change.n or math.isnan(moved.p_holm):
        return f"{lists}. Nothing is held out to judge them by."
    by = f"{abs(moved.change.mean):.3f}"
    way = "the same as" if float(by) == 0 else f"{by} {'higher' if moved.change.mean > 0 else 'lower'} than"
    sure = "more than chance explains" if moved.p_holm < SIGNIFICANT else "within chance"
    return (
        f"B's {name} is {way} A's (95 % interval {moved.change.low:+.3f} to {moved.change.high:+.3f}, "
        f"{p_value(moved.p_value or 0.0)}, corrected {p_value(moved.p_holm)}): {sure}. {lists}."
    )


def changes_table(found: Comparison) -> pl.DataFrame:
    """A row a metric: both sides, the paired change with its interval and p-values, and what to make of it."""
    return pl.DataFrame([_change_row(moved, found.first.k) for moved in found.metrics.values()])


def changes_export(found: Comparison) -> pl.DataFrame:
    """The same as numbers."""
    return pl.DataFrame(
        [
            {
                "metric": moved.metric,
                "variant": moved.first.variant,
                "a": moved.first.mean,
                "b": moved.second.mean,
                "change": moved.change.mean if moved.change else None,
                "low": moved.change.low if moved.change else None,
                "high": moved.change.high if moved.change else None,
                "n": moved.change.n if moved.change else None,
                "p_value": moved.p_value,
                "p_holm": moved.p_holm,
            }
            for moved in found.metrics.values()
        ],
        infer_schema_length=None,
    )


def users_table(moves: Sequence[UserMove], labels: Sequence[str]) -> pl.DataFrame:
    """labels: of all users, by position."""
    return pl.DataFrame(
        [
            {
                "User": one_line(labels[move.user]),
                "A": move.first,
                "B": move.second,
                "Change": move.second - move.first,
                "Overlap": move.overlap,
            }
            for move in moves
        ]
    )


def items_table(moves: Sequence[ItemMove], dataset: Dataset) -> pl.DataFrame:
    """Items whose exposure moves, shares in per cent."""
    return pl.DataFrame(
        [
            {
                "Item": one_line(dataset.titles[move.item]),
                "A": 100 * move.first,
                "B": 100 * move.second,
                "Lists A": move.first_lists,
                "Lists B": move.second_lists,
            }
            for move in moves
        ]
    )


def _change_row(moved: MetricChange, k: int) -> dict[str, Any]:
    metric = METRICS[moved.metric]
    row = {
        "Metric": metric_label(moved.metric, k if metric.higher_is_better and metric.per_user else None),
        "A": metric_value(moved.metric, moved.first.mean),
        "B": metric_value(moved.metric, moved.second.mean),
        "Change": _signed(moved.second.mean - moved.first.mean, metric.format),
        "95 % interval": "no interval",
        "p": UNDEFINED,
        "p corrected": UNDEFINED,
        "Verdict": "not tested",
        "Users": moved.first.n,
    }
    if moved.change is None or moved.p_value is None or moved.p_holm is None:
        return row
    row |= {"Change": _signed(moved.change.mean, metric.format), "Users": moved.change.n}
    row |= {"p": p_number(moved.p_value), "p corrected": p_number(moved.p_holm), "Verdict": _verdict(moved)}
    if not math.isnan(moved.change.low):
        ends = (_signed(end, metric.format) for end in (moved.change.low, moved.change.high))
        row["95 % interval"] = " to ".join(ends)
    return row


def _verdict(moved: MetricChange) -> str:
    if moved.change is None or moved.p_holm is None or math.isnan(moved.p_holm):
        return UNDEFINED
    if moved.p_holm >= SIGNIFICANT:
        return "≈ within chance"
    better = METRICS[moved.metric].higher_is_better
    arrow = "▲" if moved.change.mean > 0 else "▼"
    if better is None:
        return f"{arrow} {'higher' if moved.change.mean > 0 else 'lower'}"
    return f"{arrow} {'better' if (moved.change.mean > 0) == better else 'worse'}"


def _signed(value: float, layout: str) -> str:
    return UNDEFINED if math.isnan(value) else format(value, f"+z{layout}").replace("%", "\u00a0%")


def _shown(key: str, figure: Figure | None) -> float | None:
    """The mean as its column writes it: shares as per cent."""
    mean = _mean(figure)
    return mean if mean is None or not METRICS[key].format.endswith("%") else 100 * mean


def _mean(figure: Figure | None) -> float | None:
    return None if figure is None or math.isnan(figure.mean) else figure.mean
