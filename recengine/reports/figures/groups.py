"""For whom the lists are good, and which items they show."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Literal

from recengine.evaluation import Figure
from recengine.fairness import GroupGap, GroupShare
from recengine.reports.figures.base import canvas, dots, from_zero, rows_axis, scatter, upright_line
from recengine.reports.tables import exposure_ratio
from recengine.reports.text import chart_text
from recengine.reports.theme import LIGHT, NEUTRAL, Style, Theme, series_style
from recengine.reports.words import UNDEFINED, metric_label, metric_value, p_value, plain, share

if TYPE_CHECKING:
    import plotly.graph_objects as go

Order = Literal["auto", "value", "group"]
ROW = 34
ONE_LINE = 16


def user_groups_figure(
    gap: GroupGap,
    *,
    attribute: str,
    metric: str,
    k: int,
    overall: Figure | None = None,
    order: Order = "auto",
    theme: Theme = LIGHT,
) -> go.Figure:
    """Mean and interval of each user group, from top to bottom as `group_order` puts them.

    With `overall`, the mean over all users, a dashed line stands there, and a band as wide as the gap that shuffled
    group labels give on average, so that the eye can tell the gap seen from one that is chance.
    """
    names = group_order({name: group.mean for name, group in gap.groups.items()}, order)
    figure = canvas(
        theme,
        height=110 + ROW * len(names),
        x_title=f"{metric_label(metric, k)}, mean over users",
        x={"zeroline": False},
        y=rows_axis([_with_n(name, gap.groups[name].n) for name in names]),
    )
    rows = (-0.5, len(names) - 0.5)
    if overall is not None and not math.isnan(overall.mean):
        if not math.isnan(gap.chance_gap):
            figure.add_trace(_chance_band(overall.mean, gap.chance_gap, rows, metric))
        hover = f"All users: {metric_value(metric, overall.mean)}, n = {overall.n:,}"
        figure.add_trace(upright_line("All users", overall.mean, rows, NEUTRAL, hover))
    groups = [gap.groups[name] for name in names]
    figure.add_trace(
        dots(
            plain(attribute).capitalize(),
            x=[group.mean for group in groups],
            y=list(range(len(names))),
            low=[group.low for group in groups],
            high=[group.high for group in groups],
            hover=[
                f"<b>{chart_text(name, None)}</b><br>{metric_label(metric, k)}: {metric_value(metric, group.mean)}"
                f"<br>95 % interval: {metric_value(metric, group.low)} to {metric_value(metric, group.high)}"
                f"<br>n = {group.n:,} users"
                for name, group in zip(names, groups, strict=True)
            ],
            style=series_style(0),
        )
    )
    return figure


def user_groups_alt(gap: GroupGap, *, attribute: str, metric: str, k: int) -> str:
    """What `user_groups_figure` shows, in one sentence."""
    label = metric_label(metric, k)
    if not gap.groups:
        return f"{label} by {plain(attribute)}: no group is large enough."
    low = min(gap.groups, key=lambda name: gap.groups[name].mean)
    high = max(gap.groups, key=lambda name: gap.groups[name].mean)
    lowest, highest = (metric_value(metric, gap.groups[name].mean) for name in (low, high))
    seen, chance = metric_value(metric, gap.gap), metric_value(metric, gap.chance_gap)
    return (
        f"{label} by {plain(attribute)}, {len(gap.groups)} groups with intervals: lowest {low} with {lowest}, highest "
        f"{high} with {highest}; gap {seen}, by chance {chance}, {p_value(gap.p_value)}."
    )


def item_groups_figure(groups: Mapping[str, GroupShare], *, order: Order = "auto", theme: Theme = LIGHT) -> go.Figure:
    """Shares of the catalogue, of the interactions and of the exposure of each item group, as `group_order` puts them.

    A line joins interactions and exposure; at the right stands exposure over interactions.
    """
    names = group_order({name: group.exposure for name, group in groups.items()}, order)
    shares = [part for one in groups.values() for part in (one.catalogue, one.interactions, one.exposure)]
    figure = canvas(
        theme,
        height=120 + ROW * len(names),
        x_title="Share",
        x={"tickformat": ".0%", **from_zero(shares)},
        y=rows_axis([chart_text(name) for name in names], grid=True),
    )
    figure.update_layout(margin_r=76)
    figure.add_trace(_joints(groups, names))
    series: tuple[tuple[str, list[float], Style], ...] = (
        ("Catalogue", [groups[name].catalogue for name in names], Style(NEUTRAL, "diamond-open", "", "dot")),
        ("Interactions", [groups[name].interactions for name in names], Style("#d55e00", "circle-open", "", "dash")),
        ("Exposure in lists", [groups[name].exposure for name in names], Style("#0072b2", "circle", "", "solid")),
    )
    for label, values, style in series:
        figure.add_trace(
            scatter(
                name=label,
                x=values,
                y=list(range(len(names))),
                mode="markers",
                marker={
                    "color": style.color,
                    "symbol": style.symbol,
                    "size": 11,
                    "line": {"width": 2, "color": style.color},
                },
                cliponaxis=False,
                customdata=[_share_hover(name, groups[name]) for name in names],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    for position, name in enumerate(names):
        figure.add_annotation(
            text=ratio_text(groups[name]),
            x=1,
            xref="paper",
            xanchor="left",
            xshift=10,
            y=position,
            showarrow=False,
            font={"color": theme.text},
        )
    return figure


def item_groups_alt(groups: Mapping[str, GroupShare], *, attribute: str) -> str:
    """What `item_groups_figure` shows, in one sentence."""
    compared = {name: exposure_ratio(group) for name, group in groups.items() if group.interactions}
    if not compared:
        return f"Shares of item groups by {plain(attribute)}: no group has an interaction."
    most, least = max(compared, key=lambda name: compared[name]), min(compared, key=lambda name: compared[name])
    return (
        f"Shares of catalogue, interactions and exposure for {len(groups)} groups by {plain(attribute)}: shown most "
        f"beyond what is taken is {most} ({ratio_text(groups[most])}), least {least} ({ratio_text(groups[least])})."
    )


def group_order(values: Mapping[str, float], order: Order = "auto") -> list[str]:
    """Names of groups as they are shown: "value" puts the highest on top, "group" keeps the report's order.

    "auto" keeps the report's order where groups follow one another, which is where most names hold a digit ("25-34",
    "1990s"), and else puts the highest on top.
    """
    follow = sum(any(letter.isdigit() for letter in name) for name in values) * 2 > len(values)
    if order == "group" or (order == "auto" and follow):
        return list(values)
    return sorted(values, key=lambda name: -values[name])


def ratio_text(group: GroupShare) -> str:
    """Exposure over interactions, as a factor: 1 = shown as much as it is taken."""
    ratio = exposure_ratio(group)
    return UNDEFINED if math.isnan(ratio) else f"\u00d7 {ratio:.2f}"


def _with_n(name: str, n: int) -> str:
    # a long name leaves a phone no room for the chart, so its n goes under it
    return f"{chart_text(name)}{'<br>' if len(name) > ONE_LINE else ' '}(n = {n:,})"


def _chance_band(center: float, width: float, rows: tuple[float, float], metric: str) -> go.Scatter:
    left, right = center - width / 2, center + width / 2
    return scatter(
        name=f"Gap by chance ({metric_value(metric, width)})",
        x=[left, right, right, left, left],
        y=[rows[0], rows[0], rows[1], rows[1], rows[0]],
        mode="lines",
        line={"color": NEUTRAL, "width": 1, "dash": "dot"},
        fill="toself",
        fillcolor="rgba(125,133,144,0.18)",
        hoverinfo="skip",
    )


def _joints(groups: Mapping[str, GroupShare], names: list[str]) -> go.Scatter:
    x: list[float | None] = []
    y: list[float | None] = []
    for position, name in enumerate(names):
        x += [groups[name].interactions, groups[name].exposure, None]
        y += [position, position, None]
    return scatter(
        x=x,
        y=y,
        mode="lines",
        line={"color": NEUTRAL, "width": 2},
        hoverinfo="skip",
        showlegend=False,
        name="difference",
    )


def _share_hover(name: str, group: GroupShare) -> str:
    return (
        f"<b>{chart_text(name, None)}</b> ({group.n_items:,} items)<br>Catalogue: {share(group.catalogue)}"
        f"<br>Interactions: {share(group.interactions)}<br>Exposure: {share(group.exposure)}"
        f"<br>Exposure over interactions: {ratio_text(group)}"
    )
