"""The report on the data of a dataset: findings of every family, tables and curves."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import polars as pl

from recengine.data.dataset import Dataset
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.families import FAMILIES
from recengine.data.quality.histogram import Histogram, histogram
from recengine.data.quality.report import SEVERITIES, QualityFinding
from recengine.data.quality.spread import Spread
from recengine.data.quality.timeline import Timeline
from recengine.data.quality.wording import cut
from recengine.data.splits.split import Split

GROUPS_IN_JSON = 50
LONGEST = 80
"""Groups of one attribute that the document lists, the largest, and characters of a group's name."""


@dataclass(frozen=True)
class QualityReport:
    """What is known of a dataset before its figures are believed.

    split, seed: the text and seed of the split that was looked at, None without one. counts: users, items,
    interactions, positives, density (share of all pairs) and, with a split, train, validation and test. findings: the
    worst first, of one severity the one that touches most. columns: as `column_table`; groups: as `group_table`.
    activity, popularity: interactions by user, by item. timeline: None without plausible times. values: of the
    interactions; text_lengths: characters of the item texts that are not empty; None where there are none.
    sampled: what was looked at only in part, in sentences.
    """

    dataset: str
    fingerprint: str
    split: str | None
    seed: int | None
    counts: Mapping[str, float]
    findings: tuple[QualityFinding, ...]
    columns: pl.DataFrame
    groups: pl.DataFrame
    activity: Spread
    popularity: Spread
    timeline: Timeline | None
    values: Histogram | None
    text_lengths: Histogram | None
    sampled: tuple[str, ...] = ()

    @property
    def by_severity(self) -> dict[str, int]:
        """Findings of each severity, the worst first."""
        return {severity: sum(one.severity == severity for one in self.findings) for severity in SEVERITIES}

    def finding(self, name: str) -> QualityFinding | None:
        """The finding of that name, if there is one."""
        return next((one for one in self.findings if one.name == name), None)

    def to_json(self) -> dict[str, Any]:
        """Plain values, NaN as null; bounded in size whatever the size of the dataset."""
        document = {
            "dataset": self.dataset,
            "fingerprint": self.fingerprint,
            "split": self.split,
            "seed": self.seed,
            "counts": dict(self.counts),
            "severities": self.by_severity,
            "findings": [one.to_json() for one in self.findings],
            "columns": self.columns.to_dicts(),
            "groups": _bounded_groups(self.groups),
            "curves": {
                "activity": self.activity.to_json(),
                "popularity": self.popularity.to_json(),
                "timeline": None if self.timeline is None else self.timeline.to_json(),
                "values": None if self.values is None else self.values.to_json(),
                "text_lengths": None if self.text_lengths is None else self.text_lengths.to_json(),
            },
            "sampled": list(self.sampled),
        }
        return {key: _without_nan(value) for key, value in document.items()}


def quality_report(
    dataset: Dataset,
    *,
    split: Split | None = None,
    plan_report: Mapping[str, Any] | None = None,
    now: int | None = None,
) -> QualityReport:
    """Look `dataset` through. MovieLens-100K takes well under 2 seconds.

    split: cut from `dataset`; with it, what lies between training and test is looked at too. plan_report: the stored
    report of the import (`DatasetEntry.report`), which knows what the dataset no longer does: repeats that were merged,
    rows that were left out, the language of the texts. now: seconds since 1970, after which a time lies in the future;
    by default the clock's.
    """
    evidence = Evidence(dataset, int(time.time()) if now is None else now, split, dict(plan_report or {}))
    findings = [replace(finding, family=family) for family, (_, find) in FAMILIES.items() for finding in find(evidence)]
    findings.sort(key=lambda one: (SEVERITIES.index(one.severity), -one.affected))
    lengths = dataset.items.filter(pl.col("text") != "")["text"].str.len_chars()
    return QualityReport(
        dataset=dataset.name,
        fingerprint=dataset.fingerprint,
        split=None if split is None else split.spec.text,
        seed=None if split is None else split.seed,
        counts=_counts(evidence),
        findings=tuple(findings),
        columns=evidence.columns,
        groups=evidence.groups,
        activity=evidence.activity,
        popularity=evidence.popularity,
        timeline=evidence.timeline,
        values=evidence.values,
        text_lengths=histogram(lengths),
        sampled=tuple(said for said in (evidence.twins.sampled,) if said),
    )


def _counts(evidence: Evidence) -> dict[str, float]:
    dataset = evidence.dataset
    counts: dict[str, float] = {
        "users": dataset.n_users,
        "items": dataset.n_items,
        "interactions": evidence.rows.height,
        "positives": int(evidence.rows["positive"].sum()),
        "density": evidence.rows.height / (dataset.n_users * dataset.n_items),
    }
    if evidence.split is not None:
        for part in ("train", "validation", "test"):
            counts[part] = getattr(evidence.split, part).interactions.height
    return counts


def _bounded_groups(groups: pl.DataFrame) -> list[dict[str, Any]]:
    """The largest groups of each attribute, and how many there are in all."""
    listed = []
    for (table, attribute), part in groups.group_by(["table", "attribute"], maintain_order=True):
        rows = part.drop("table", "attribute")
        listed.append(
            {
                "table": table,
                "attribute": attribute,
                "n_groups": int(rows["group"].drop_nulls().len()),
                "groups": [
                    {**row, "group": None if row["group"] is None else cut(row["group"], LONGEST)}
                    for row in rows.head(GROUPS_IN_JSON).iter_rows(named=True)
                ],
            }
        )
    return listed


def _without_nan(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _without_nan(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_without_nan(inner) for inner in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value
