"""What an import did: counts, what was dropped or merged, and what is worth knowing of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing of the data: `value` is the figure, `text` the sentence around it."""

    name: str
    value: float
    text: str


@dataclass(frozen=True)
class ImportReport:
    """counts: users, items, interactions, positives. mapping: the column of each role, guesses included.

    rows_read: data rows by table. dropped: rows left out, by reason. merged_repeats: rows that gave way to a later
    row of the same user and item. positive_from: the lowest value that counts as positive; None where every row does.
    """

    dataset: str
    fingerprint: str
    counts: Mapping[str, int]
    mapping: Mapping[str, str]
    rows_read: Mapping[str, int]
    dropped: Mapping[str, int]
    merged_repeats: int
    positive_from: float | None
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """Plain values under the names of the fields."""
        return {
            "dataset": self.dataset,
            "fingerprint": self.fingerprint,
            "counts": dict(self.counts),
            "mapping": dict(self.mapping),
            "rows_read": dict(self.rows_read),
            "dropped": dict(self.dropped),
            "merged_repeats": self.merged_repeats,
            "positive_from": self.positive_from,
            "findings": [{"name": one.name, "value": one.value, "text": one.text} for one in self.findings],
            "notes": list(self.notes),
        }
