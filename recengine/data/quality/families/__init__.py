"""Families of findings, one a file: each a function from the evidence to what it found, good things too."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType

from recengine.data.quality.evidence import Evidence
from recengine.data.quality.families.activity import activity_findings
from recengine.data.quality.families.columns import column_findings
from recengine.data.quality.families.groups import group_findings
from recengine.data.quality.families.ids import id_findings
from recengine.data.quality.families.imported import import_findings
from recengine.data.quality.families.leaks import leak_findings
from recengine.data.quality.families.popularity import popularity_findings
from recengine.data.quality.families.tables import table_findings
from recengine.data.quality.families.texts import text_findings
from recengine.data.quality.families.times import time_findings
from recengine.data.quality.families.titles import title_findings
from recengine.data.quality.families.values import value_findings
from recengine.data.quality.families.volume import volume_findings
from recengine.data.quality.report import QualityFinding

Family = Callable[[Evidence], Iterator[QualityFinding]]

FAMILIES: Mapping[str, tuple[str, Family]] = MappingProxyType(
    {
        "volume": ("How much there is", volume_findings),
        "import": ("What the import did", import_findings),
        "activity": ("Users and their activity", activity_findings),
        "popularity": ("Items and their popularity", popularity_findings),
        "times": ("Times", time_findings),
        "tables": ("Catalogue and user table", table_findings),
        "ids": ("Ids", id_findings),
        "values": ("Values", value_findings),
        "titles": ("Titles", title_findings),
        "texts": ("Texts", text_findings),
        "columns": ("Attributes", column_findings),
        "groups": ("Groups", group_findings),
        "leaks": ("Between training and test", leak_findings),
    }
)
"""By key, in the order in which they are asked: the heading, and the function."""
