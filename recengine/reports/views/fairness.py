"""Fairness: who gets how good lists, and which items are shown."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.fairness import GroupFigure, GroupGap, GroupShare
from recengine.reports.charts import Chart
from recengine.reports.figures.groups import (
    group_order,
    item_groups_alt,
    item_groups_figure,
    ratio_text,
    user_groups_alt,
    user_groups_figure,
)
from recengine.reports.readings import SIGNIFICANT, gap_reading
from recengine.reports.views.context import Context
from recengine.reports.words import metric_label, metric_value, p_number, plain, share

METRIC = "ndcg"


@dataclass(frozen=True)
class UserGroupRow:
    """One group, written out."""

    name: str
    n: str
    mean: str
    interval: str


@dataclass(frozen=True)
class GapRow:
    """The gap of one attribute in one metric. real: more than chance gives, corrected for all that were asked."""

    attribute: str
    metric: str
    lowest: str
    highest: str
    gap: str
    ratio: str
    chance_gap: str
    p_value: str
    p_holm: str
    real: bool


@dataclass(frozen=True)
class AttributeView:
    """One user attribute: its groups, as the chart has them, and the chart."""

    label: str
    groups: list[UserGroupRow]
    suppressed: list[tuple[str, int]]
    chart: Chart
    reading: str


@dataclass(frozen=True)
class UserFairnessView:
    """gaps: every attribute and metric; attributes: in detail, by NDCG."""

    metric: str
    gaps: list[GapRow]
    attributes: list[AttributeView]
    n_questions: int


@dataclass(frozen=True)
class ItemGroupRow:
    """One item group, written out."""

    name: str
    n_items: str
    catalogue: str
    interactions: str
    exposure: str
    ratio: str


@dataclass(frozen=True)
class ItemAttributeView:
    """One item attribute: its groups, as the chart has them, and the chart."""

    label: str
    groups: list[ItemGroupRow]
    chart: Chart


@dataclass(frozen=True)
class ItemFairnessView:
    """The item side as a whole and by attribute."""

    coverage: str
    gini: str
    attributes: list[ItemAttributeView]


def user_fairness_view(context: Context) -> UserFairnessView | None:
    """The user side of `context`; None where no fairness was measured."""
    report = context.outcome.fairness
    if report is None:
        return None
    gaps = [
        _gap_row(attribute, metric, gap, context.k)
        for attribute, metrics in report.users.items()
        for metric, gap in metrics.items()
        if len(gap.groups) > 1
    ]
    attributes = [
        _attribute(context, attribute, metrics[METRIC])
        for attribute, metrics in report.users.items()
        if METRIC in metrics and len(metrics[METRIC].groups) > 1
    ]
    return UserFairnessView(metric_label(METRIC, context.k), gaps, attributes, len(gaps))


def item_fairness_view(context: Context) -> ItemFairnessView | None:
    """The item side of `context`; None where no fairness was measured."""
    report = context.outcome.fairness
    if report is None:
        return None
    attributes = [
        ItemAttributeView(
            label=plain(attribute),
            groups=[
                _item_row(name, groups[name])
                for name in group_order({name: group.exposure for name, group in groups.items()})
            ],
            chart=context.charts.add(item_groups_figure(groups), item_groups_alt(groups, attribute=attribute)),
        )
        for attribute, groups in report.items.items()
        if groups
    ]
    return ItemFairnessView(share(report.coverage), metric_value("gini", report.gini), attributes)


def _attribute(context: Context, attribute: str, gap: GroupGap) -> AttributeView:
    overall = context.outcome.table.get(METRIC)
    chart = context.charts.add(
        user_groups_figure(gap, attribute=attribute, metric=METRIC, k=context.k, overall=overall),
        user_groups_alt(gap, attribute=attribute, metric=METRIC, k=context.k),
    )
    return AttributeView(
        label=plain(attribute),
        groups=[
            UserGroupRow(
                name=name,
                n=f"{gap.groups[name].n:,}",
                mean=metric_value(METRIC, gap.groups[name].mean),
                interval=_interval(gap.groups[name]),
            )
            for name in group_order({name: group.mean for name, group in gap.groups.items()})
        ],
        suppressed=list(gap.suppressed.items()),
        chart=chart,
        reading=gap_reading(gap, METRIC, context.k),
    )


def _interval(group: GroupFigure) -> str:
    return f"{metric_value(METRIC, group.low)} to {metric_value(METRIC, group.high)}"


def _gap_row(attribute: str, metric: str, gap: GroupGap, k: int) -> GapRow:
    low = min(gap.groups, key=lambda name: gap.groups[name].mean)
    high = max(gap.groups, key=lambda name: gap.groups[name].mean)
    return GapRow(
        attribute=plain(attribute),
        metric=metric_label(metric, k),
        lowest=f"{low} ({metric_value(metric, gap.groups[low].mean)})",
        highest=f"{high} ({metric_value(metric, gap.groups[high].mean)})",
        gap=metric_value(metric, gap.gap),
        ratio=f"{gap.ratio:.2f}",
        chance_gap=metric_value(metric, gap.chance_gap),
        p_value=p_number(gap.p_value),
        p_holm=p_number(gap.p_holm),
        real=gap.p_holm < SIGNIFICANT,
    )


def _item_row(name: str, group: GroupShare) -> ItemGroupRow:
    return ItemGroupRow(
        name=name,
        n_items=f"{group.n_items:,}",
        catalogue=share(group.catalogue),
        interactions=share(group.interactions),
        exposure=share(group.exposure),
        ratio=ratio_text(group),
    )
