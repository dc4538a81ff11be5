"""What the Fairness page shows of a report: tables and words. No Streamlit but for the looks of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping

import polars as pl
from streamlit.column_config import NumberColumn, TextColumn

from recengine.fairness import FairnessReport, GroupGap, GroupShare
from recengine.reports.figures.groups import group_order
from recengine.reports.readings import SIGNIFICANT
from recengine.reports.tables import exposure_ratio
from recengine.reports.text import one_line
from recengine.reports.words import UNDEFINED, joined, metric_label, plain

GAP_COLUMNS = {
    "Attribute": TextColumn(help="What the users are grouped by."),
    "More than chance?": TextColumn(help="Whether the corrected p-value is below 0.05."),
    "Worst served": TextColumn(help="The group with the lowest mean, and how many users it has."),
    "Best served": TextColumn(help="The group with the highest mean, and how many users it has."),
    "Gap": NumberColumn(format="%.3f", help="Highest mean less lowest mean. Lower is fairer."),
    "Baseline gap": NumberColumn(format="%.3f", help="The same under the pinned baseline."),
    "By chance": NumberColumn(
        format="%.3f",
        help="The mean gap when the users' group labels are shuffled. With many small groups it is large.",
    ),
    "Ratio": NumberColumn(format="%.2f", help="Lowest mean over highest mean. 1 is equal; higher is fairer."),
    "p": NumberColumn(format="%.3f", help="Share of shuffles with a gap at least as large as the one seen."),
    "p corrected": NumberColumn(
        format="%.3f", help="After Holm, as every attribute and metric in this table is asked at once."
    ),
}
GROUP_COLUMNS = {
    "Mean": NumberColumn(format="%.3f"),
    "Low": NumberColumn(format="%.3f", help="Lower end of the 95 % bootstrap interval over the group's users."),
    "High": NumberColumn(format="%.3f", help="Upper end of it."),
}
SHARE_COLUMNS = {
    "Items": NumberColumn(format="localized", help="Items in the group; one of several groups counts in each."),
    "Catalogue": NumberColumn(format="percent", help="Share of the catalogue."),
    "Interactions": NumberColumn(format="percent", help="Share of the training interactions."),
    "Exposure": NumberColumn(format="percent", help="Share of the attention in all lists, 1 / log2(rank + 1) a place."),
    "Ratio": NumberColumn(format="%.2f", help="Exposure over interactions: 1 is shown as much as it is taken."),
}


def gap_rows(report: FairnessReport, baseline: FairnessReport | None) -> pl.DataFrame:
    """Every attribute and metric, in the columns of `GAP_COLUMNS`; the baseline's gap where there is one."""
    rows = [
        _gap_row(attribute, metric, gap, report.k, baseline)
        for attribute, gaps in report.users.items()
        for metric, gap in gaps.items()
        if len(gap.groups) > 1
    ]
    columns = [column for column in GAP_COLUMNS if baseline is not None or column != "Baseline gap"]
    frame = pl.DataFrame(rows, orient="row") if rows else pl.DataFrame(schema=dict.fromkeys(columns, pl.String))
    return frame.select("Attribute", "Metric", *columns[1:]) if rows else frame


def surest(report: FairnessReport) -> str:
    """The attribute whose gap in any metric is least likely chance; of equals the one furthest above chance."""

    def doubt(attribute: str) -> tuple[float, float]:
        gaps = [gap for gap in report.users[attribute].values() if not math.isnan(gap.p_holm)]
        return min(((gap.p_holm, gap.chance_gap - gap.gap) for gap in gaps), default=(math.inf, 0.0))

    return min(report.users, key=doubt)


def summary(report: FairnessReport) -> str:
    """How many gaps are more than chance gives, and which. Plain text."""
    compared = [gap for gaps in report.users.values() for gap in gaps.values() if not math.isnan(gap.gap)]
    real = {
        attribute: [metric_label(metric, report.k) for metric, gap in gaps.items() if gap.p_holm < SIGNIFICANT]
        for attribute, gaps in report.users.items()
    }
    named = [f"by {plain(attribute)} ({joined(metrics)})" for attribute, metrics in real.items() if metrics]
    n_real = sum(map(len, real.values()))
    if not n_real:
        one = "The one gap compared is no" if len(compared) == 1 else f"None of the {len(compared)} gaps is"
        return f"{one} larger than chance gives."
    return f"{n_real} of {len(compared)} gaps {'is' if n_real == 1 else 'are'} more than chance gives: {joined(named)}."


def group_rows(gap: GroupGap) -> pl.DataFrame:
    """One row a group, in the order of the chart; a suppressed one without figures."""
    order = group_order({name: group.mean for name, group in gap.groups.items()})
    rows = [
        {"Group": one_line(name), "Users": gap.groups[name].n}
        | {"Mean": gap.groups[name].mean, "Low": gap.groups[name].low, "High": gap.groups[name].high}
        for name in order
    ]
    rows += [
        {"Group": one_line(name), "Users": n, "Mean": None, "Low": None, "High": None}
        for name, n in gap.suppressed.items()
    ]
    floats = dict.fromkeys(("Mean", "Low", "High"), pl.Float64)
    return pl.DataFrame(rows, schema={"Group": pl.String, "Users": pl.Int64, **floats})


def share_rows(groups: Mapping[str, GroupShare]) -> pl.DataFrame:
    """One row an item group, in the order of the chart."""
    order = group_order({name: group.exposure for name, group in groups.items()})
    return pl.DataFrame(
        {
            "Group": [one_line(name) for name in order],
            "Items": [groups[name].n_items for name in order],
            "Catalogue": [groups[name].catalogue for name in order],
            "Interactions": [groups[name].interactions for name in order],
            "Exposure": [groups[name].exposure for name in order],
            "Ratio": [exposure_ratio(groups[name]) for name in order],
        }
    )


def ratio(gap: GroupGap) -> str:
    """Lowest mean over highest, written out."""
    return UNDEFINED if math.isnan(gap.ratio) else f"{gap.ratio:.2f}"


def suppressed_line(gap: GroupGap) -> str:
    """Which groups are left out as too small, with their sizes; empty where none is. Plain text."""
    named = [f"{name} (n = {n:,})" for name, n in gap.suppressed.items()]
    return f"Left out as too small to say anything: {joined(named)}." if named else ""


def called(names: Mapping[str, object]) -> dict[str, str]:
    """Attributes by name with what they are called: "age_group" is "Age group"."""
    return {name: capital(name) for name in names}


def capital(name: str) -> str:
    """A column's name as a heading."""
    words = plain(name)
    return words[:1].upper() + words[1:]


def _gap_row(
    attribute: str, metric: str, gap: GroupGap, k: int, baseline: FairnessReport | None
) -> dict[str, str | float]:
    lowest = min(gap.groups, key=lambda name: gap.groups[name].mean)
    highest = max(gap.groups, key=lambda name: gap.groups[name].mean)
    before = baseline.users[attribute][metric].gap if baseline is not None else math.nan
    return {
        "Attribute": capital(attribute),
        "Metric": metric_label(metric, k),
        "More than chance?": "yes" if gap.p_holm < SIGNIFICANT else "no",
        "Worst served": f"{one_line(lowest)} ({gap.groups[lowest].n:,})",
        "Best served": f"{one_line(highest)} ({gap.groups[highest].n:,})",
        "Gap": gap.gap,
        "Baseline gap": before,
        "By chance": gap.chance_gap,
        "Ratio": gap.ratio,
        "p": gap.p_value,
        "p corrected": gap.p_holm,
    }
