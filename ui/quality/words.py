"""Words, icons and tables of the Data quality page. No Streamlit but for the looks of columns."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import polars as pl
from streamlit.column_config import NumberColumn, ProgressColumn, TextColumn

from recengine.data.quality import FAMILIES, QualityFinding, QualityReport, Severity
from recengine.reports.text import one_line
from recengine.reports.words import joined, share

SEVERITY: Mapping[Severity, tuple[str, str, str, str]] = {
    "problem": ("Problems", ":material/error:", "red", "Figures cannot be believed before these are mended or judged."),
    "warning": ("Warnings", ":material/warning:", "orange", "Figures mislead in part."),
    "note": ("Notes", ":material/info:", "blue", "Good to know when reading figures."),
    "good": ("Fine", ":material/check_circle:", "green", "Checked, and nothing was found."),
}
"""Heading, icon, colour and meaning of each severity."""
ONE: Mapping[Severity, str] = {"problem": "Problem", "warning": "Warning", "note": "Note", "good": "Fine"}
COLUMNS = {
    "Missing": ProgressColumn(format="percent", min_value=0, max_value=1, help="Share of the rows without a value."),
    "Rows": NumberColumn(format="localized"),
    "Different": NumberColumn(format="localized", help="Different values, or labels of a column of several."),
    "Commonest": TextColumn(help="The value of most rows."),
    "Its share": NumberColumn(format="percent", help="Of all rows."),
}
GROUPS = {
    "n": NumberColumn(format="localized", help="Users, or items, in the group; of several groups counts in each."),
    "Share": ProgressColumn(format="percent", min_value=0, max_value=1, help="Of all users, or items."),
    "Interactions": NumberColumn(format="localized"),
    "Of all": NumberColumn(format="percent", help="Share of all interactions."),
}
STEPS = {
    "Touched": NumberColumn(format="localized", help="Rows that it left out, merged or changed."),
    "Of": NumberColumn(format="localized"),
}


def headline(report: QualityReport) -> str:
    """The answer to the question of the page, in one sentence. Plain text."""
    counts = report.by_severity
    if counts["problem"]:
        worst = next(one for one in report.findings if one.severity == "problem")
        more = counts["problem"] - 1
        others = "" if not more else " There is 1 more problem." if more == 1 else f" There are {more} more problems."
        return f"Something is wrong that matters: {one_line(worst.text)}{others}"
    if counts["warning"]:
        said = "1 finding misleads" if counts["warning"] == 1 else f"{counts['warning']} findings mislead"
        return f"Nothing makes the figures unbelievable; {said} in part."
    return "Nothing is wrong that would matter for the figures."


def looked_at(report: QualityReport) -> str:
    """What the report is of. Plain text."""
    split = "" if report.split is None else f" With the split {report.split}, seed {report.seed}."
    sampled = f" {' '.join(report.sampled)}" if report.sampled else ""
    return f"Of all {report.counts['interactions']:,.0f} interactions.{split}{sampled}"


def family(finding: QualityFinding) -> str:
    """The heading that a finding belongs under."""
    return FAMILIES[finding.family][0] if finding.family in FAMILIES else ""


def figure(finding: QualityFinding) -> tuple[str, str]:
    """The figure of a finding, and what it is of. Plain text."""
    if finding.unit == "share":
        return share(finding.value), f"n = {finding.n:,}" if finding.n is not None else "share"
    if finding.unit == "index":
        return f"{finding.value:.2f}", "index, 0 to 1"
    value = f"{finding.value:,.0f}" if float(finding.value).is_integer() else f"{finding.value:,.2f}"
    return value, finding.unit if finding.n is None else f"of {finding.n:,} {finding.unit}"


def findings_table(report: QualityReport) -> pl.DataFrame:
    """Every finding, a row each, for a file."""
    rows = [
        {
            "severity": one.severity,
            "family": family(one),
            "finding": one.name,
            "figure": one.figure,
            "text": one.text,
            "why": one.why,
            "fix": "" if one.fix is None else one.fix.label,
        }
        for one in report.findings
    ]
    return pl.DataFrame(rows)


def columns_table(report: QualityReport) -> pl.DataFrame:
    """Every column of the three tables, in the columns of `COLUMNS`."""
    return report.columns.select(
        pl.col("table").str.to_titlecase().alias("Table"),
        pl.col("column").map_elements(one_line, return_dtype=pl.String).alias("Column"),
        pl.col("kind").alias("Kind"),
        pl.col("missing_share").round(3).alias("Missing"),
        pl.col("rows").alias("Rows"),
        pl.col("distinct").alias("Different"),
        pl.col("commonest").map_elements(one_line, return_dtype=pl.String).alias("Commonest"),
        pl.col("commonest_share").round(3).alias("Its share"),
        pl.col("lowest").alias("Lowest"),
        pl.col("highest").alias("Highest"),
    )


def groups_table(report: QualityReport) -> pl.DataFrame:
    """Every group of every attribute, in the columns of `GROUPS`."""
    return report.groups.select(
        pl.col("table").str.to_titlecase().alias("Of"),
        pl.col("attribute").alias("Attribute"),
        pl.col("group").fill_null("not known").map_elements(one_line, return_dtype=pl.String).alias("Group"),
        pl.col("n"),
        pl.col("share").round(3).alias("Share"),
        pl.col("interactions").alias("Interactions"),
        pl.col("interactions_share").round(3).alias("Of all"),
    )


def sources_line(report: Mapping[str, Any]) -> str:
    """What was read, and as what it was recognised. Plain text."""
    said = []
    for one in report.get("sources", []):
        facts = ", ".join(f"{name} {value}" for name, value in one.get("facts", {}).items())
        changed = "; its content is another than when the plan was made" if one.get("changed") else ""
        said.append(f"{one['name']} ({facts}{changed})" if facts or changed else str(one["name"]))
    return f"Read from {joined(said)}." if said else ""


def rows_line(report: Mapping[str, Any]) -> str:
    """How many rows each table had. Plain text."""
    said = [f"{count:,} of {table}" for table, count in report.get("rows_read", {}).items()]
    return f"Rows read: {joined(said)}." if said else ""
