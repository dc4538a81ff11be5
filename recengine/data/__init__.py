"""Reading, mapping, checking, splitting and the samples."""

from recengine.data.build import PositiveFrom, build_dataset
from recengine.data.dataset import Attribute, AttributeKind, Dataset
from recengine.data.entities import AGE_GROUPS
from recengine.data.mapping import ROLES, SEPARATOR, AttributeColumn, ColumnMapping, map_columns
from recengine.data.report import Finding, ImportReport
from recengine.data.split import SPLIT_METHODS, Split, SplitMethod, split_dataset
from recengine.data.table import Table

__all__ = [
    "AGE_GROUPS",
    "ROLES",
    "SEPARATOR",
    "SPLIT_METHODS",
    "Attribute",
    "AttributeColumn",
    "AttributeKind",
    "ColumnMapping",
    "Dataset",
    "Finding",
    "ImportReport",
    "PositiveFrom",
    "Split",
    "SplitMethod",
    "Table",
    "build_dataset",
    "map_columns",
    "split_dataset",
]
