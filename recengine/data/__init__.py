"""Reading, mapping, checking, splitting and the samples."""

from recengine.data.dataset import Attribute, AttributeKind, Dataset
from recengine.data.split import SPLIT_METHODS, Split, SplitMethod, split_dataset

__all__ = ["SPLIT_METHODS", "Attribute", "AttributeKind", "Dataset", "Split", "SplitMethod", "split_dataset"]
