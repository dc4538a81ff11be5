"""What is worth knowing of a dataset before its numbers are believed."""

from recengine.data.quality.at_import import findings, notes_on_times
from recengine.data.quality.report import Fix, QualityFinding, Severity

__all__ = ["Fix", "QualityFinding", "Severity", "findings", "notes_on_times"]
