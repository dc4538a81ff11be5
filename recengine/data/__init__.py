"""Reading, mapping, checking, splitting and the samples."""

from recengine.data.build import PositiveFrom, build_dataset
from recengine.data.dataset import Attribute, AttributeKind, Dataset
from recengine.data.describe import AttributeValue, describe_item, describe_user, known_categories
from recengine.data.entities import AGE_GROUPS
from recengine.data.importing.running import import_files
from recengine.data.mapping import ROLES, SEPARATOR, AttributeColumn, ColumnMapping, map_columns
from recengine.data.read_scores import SCORE_ROLES, read_scores
from recengine.data.report import Finding, ImportReport
from recengine.data.samples import SAMPLES, Sample, default_cache, load_sample, synthetic, synthetic_preferences
from recengine.data.scores import Coverage, ScoreTable, measure_coverage, store_scores, stored_scores
from recengine.data.sequences import NOTHING, Sequences
from recengine.data.sources import Source, find_table, find_tables, read_found
from recengine.data.splits.folds import Fold, fold_splits
from recengine.data.splits.picture import SplitPicture, SplitSample, SplitTimeline, picture_split
from recengine.data.splits.spec import SPLIT_FORMS, SPLIT_LABELS, SPLIT_METHODS, SplitMethod, SplitSpec, parse_split
from recengine.data.splits.split import Split, split_dataset
from recengine.data.splits.summary import SplitPart, SplitSummary, split_summary
from recengine.data.table import Table

__all__ = [
    "AGE_GROUPS",
    "NOTHING",
    "ROLES",
    "SAMPLES",
    "SCORE_ROLES",
    "SEPARATOR",
    "SPLIT_FORMS",
    "SPLIT_LABELS",
    "SPLIT_METHODS",
    "Attribute",
    "AttributeColumn",
    "AttributeKind",
    "AttributeValue",
    "ColumnMapping",
    "Coverage",
    "Dataset",
    "Finding",
    "Fold",
    "ImportReport",
    "PositiveFrom",
    "Sample",
    "ScoreTable",
    "Sequences",
    "Source",
    "Split",
    "SplitMethod",
    "SplitPart",
    "SplitPicture",
    "SplitSample",
    "SplitSpec",
    "SplitSummary",
    "SplitTimeline",
    "Table",
    "build_dataset",
    "default_cache",
    "describe_item",
    "describe_user",
    "find_table",
    "find_tables",
    "fold_splits",
    "import_files",
    "known_categories",
    "load_sample",
    "map_columns",
    "measure_coverage",
    "parse_split",
    "picture_split",
    "read_found",
    "read_scores",
    "split_dataset",
    "split_summary",
    "store_scores",
    "stored_scores",
    "synthetic",
    "synthetic_preferences",
]
