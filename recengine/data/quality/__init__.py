"""What is worth knowing of a dataset before its numbers are believed."""

from recengine.data.quality.at_import import findings, notes_on_times
from recengine.data.quality.families import FAMILIES
from recengine.data.quality.histogram import Histogram
from recengine.data.quality.report import SEVERITIES, Fix, QualityFinding, Severity
from recengine.data.quality.spread import Spread
from recengine.data.quality.timeline import Timeline
from recengine.data.quality.whole import QualityReport, quality_report

__all__ = [
    "FAMILIES",
    "SEVERITIES",
    "Fix",
    "Histogram",
    "QualityFinding",
    "QualityReport",
    "Severity",
    "Spread",
    "Timeline",
    "findings",
    "notes_on_times",
    "quality_report",
]
