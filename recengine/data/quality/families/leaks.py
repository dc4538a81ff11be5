"""Between training and test: what must not be in both, what comes in the wrong order, what is cold."""

from __future__ import annotations

from collections.abc import Iterator

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import QualityFinding


def leak_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Nothing without a split."""
    yield from ()
