"""What an import did: counts, what was dropped or merged, and what is worth knowing of the data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(frozen=True)
class Finding:
    """One thing worth knowing of the data: `value` is the figure, `text` the sentence around it."""

    name: str
    value: float
    text: str


@dataclass(frozen=True)
class CleaningRecord:
    """One step of cleaning as it was applied. text: the step as `parse_step` takes it. table: the one it looked at.

    touched: rows of the table that it left out, merged into another or changed (`does`), of `of`. says: the sentence
    with the count. rows_before, rows_after: the rows of the table.
    """

    text: str
    table: str
    does: str
    touched: int
    of: int
    says: str
    rows_before: int
    rows_after: int


@dataclass(frozen=True)
class SourceRecord:
    """A file or a statement that was read. table: which of the three. name: how messages call it.

    facts: what was recognised in it, for people. content: SHA-256 and size of the file, as `SHA256:BYTES`;
    None where it is no file. changed: whether it was another one when the plan was made.
    """

    table: str
    name: str
    facts: Mapping[str, str] = field(default_factory=dict)
    content: str | None = None
    changed: bool = False


@dataclass(frozen=True)
class ImportReport:
    """counts: users, items, interactions, positives. mapping: the column of each role, guesses included.

    rows_read: data rows by table. dropped: rows left out, by reason. merged_repeats: rows that gave way to another
    row of the same user and item. positive_from: the lowest value that counts as positive; None where every row does;
    positive_reason: why it is that one. steps: what cleaning did, in its order. sources: what was read.
    event_weights: what each type of event weighs.
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
    steps: tuple[CleaningRecord, ...] = ()
    sources: tuple[SourceRecord, ...] = ()
    positive_reason: str = ""
    event_weights: Mapping[str, float] = field(default_factory=dict)

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
            "steps": [asdict(one) for one in self.steps],
            "sources": [{**vars(one), "facts": dict(one.facts)} for one in self.sources],
            "positive_reason": self.positive_reason,
            "event_weights": dict(self.event_weights),
        }
