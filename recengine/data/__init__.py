"""Reading, mapping, checking, splitting and the samples."""

from recengine.data.build import PositiveFrom, build_dataset
from recengine.data.dataset import Attribute, AttributeKind, Dataset
from recengine.data.describe import AttributeValue, describe_item, describe_user, known_categories
from recengine.data.entities import AGE_GROUPS
from recengine.data.folds import Fold, fold_splits
from recengine.data.importing import import_files
from recengine.data.mapping import ROLES, SEPARATOR, AttributeColumn, ColumnMapping, map_columns
from recengine.data.read import Header, Source, read_header, read_table
from recengine.data.report import Finding, ImportReport
from recengine.data.samples import SAMPLES, Sample, default_cache, load_sample, synthetic, synthetic_preferences
from recengine.data.split import SPLIT_METHODS, Split, SplitMethod, split_dataset
from recengine.data.table import Table

__all__ = [
    "AGE_GROUPS",
    "ROLES",
    "SAMPLES",
    "SEPARATOR",
    "SPLIT_METHODS",
    "Attribute",
    "AttributeColumn",
    "AttributeKind",
    "AttributeValue",
    "ColumnMapping",
    "Dataset",
    "Finding",
    "Fold",
    "Header",
    "ImportReport",
    "PositiveFrom",
    "Sample",
    "Source",
    "Split",
    "SplitMethod",
    "Table",
    "build_dataset",
    "default_cache",
    "describe_item",
    "describe_user",
    "fold_splits",
    "import_files",
    "known_categories",
    "load_sample",
    "map_columns",
    "read_header",
    "read_table",
    "split_dataset",
    "synthetic",
    "synthetic_preferences",
]
