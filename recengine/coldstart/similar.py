"""Items of the catalogue that are like a new one, and why."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from recengine.arrays import Scores, Values
from recengine.data import Dataset
from recengine.models import Resources
from recengine.models.content.features import fit_featurizer, unit_rows
from recengine.models.content.preparation import fit_preparation
from recengine.models.content.vectors import TextVectors, encode_texts, item_text_vectors
from recengine.ranking import PADDING, top_k

PREPARATION = "whitened"


@dataclass(frozen=True)
class Similar:
    """An item of the catalogue beside the new one.

    similarity: mean of the cosines there are, in [-1, 1]. text, attributes: cosine of text vectors, prepared as those
    of the text profile, and of attribute vectors; NaN where one of the two items has none. shared: categories that both
    have, "genre: Comedy".
    """

    item: int
    similarity: float
    text: float
    attributes: float
    shared: tuple[str, ...]


def similar_items(
    dataset: Dataset, item: pl.DataFrame, n: int = 10, *, resources: Resources = Resources()
) -> list[Similar]:
    """The n items most like `item`, one row as `recengine.data.describe_item` gives it; best first, ties by position.

    Empty where neither text nor attributes tell anything. Loads the text model where the item has a text and the
    catalogue has some. Raises `EncoderError`.
    """
    by_text = _text_cosines(dataset, item, resources)
    by_attributes = _attribute_cosines(dataset, item)
    both = np.stack([by_text, by_attributes])
    told = ~np.isnan(both)
    total = np.where(told, both, 0).sum(axis=0)
    similarity = np.where(told.any(axis=0), total / np.maximum(told.sum(axis=0), 1), np.nan).astype(np.float32)
    best = top_k(similarity[None], min(n, dataset.n_items))[0]
    return [
        Similar(at, float(similarity[at]), float(by_text[at]), float(by_attributes[at]), _shared(dataset, item, at))
        for at in best.tolist()
        if at != PADDING
    ]


def _text_cosines(dataset: Dataset, item: pl.DataFrame, resources: Resources) -> Values:
    """(n_items,); NaN without a text."""
    text = item["text"][0]
    if not text.strip() or not any(one.strip() for one in dataset.items["text"]):
        return np.full(dataset.n_items, np.nan)
    catalogue = item_text_vectors(dataset, resources=resources)
    preparation = fit_preparation(catalogue.vectors, PREPARATION)
    mine = preparation.apply(_encoded(text, catalogue, resources))
    cosines: Values = (preparation.apply(catalogue.vectors) @ mine[0]).astype(np.float64)
    return cosines


def _encoded(text: str, catalogue: TextVectors, resources: Resources) -> Scores:
    # what people type is not kept in the cache of the catalogue
    return encode_texts([text], catalogue.encoder, Resources(device=resources.device)).vectors


def _attribute_cosines(dataset: Dataset, item: pl.DataFrame) -> Values:
    """(n_items,); NaN where nothing is known of either."""
    featurizer = fit_featurizer(dataset.items, dataset.item_attributes, number_weight=0.5)
    mine = unit_rows(featurizer.transform(item))
    theirs = unit_rows(featurizer.transform(dataset.items))
    cosines = np.asarray((theirs @ mine.T).todense(), dtype=np.float64)[:, 0] if featurizer.width else np.zeros(0)
    if not mine.nnz or not featurizer.width:
        return np.full(dataset.n_items, np.nan)
    return np.where(np.diff(theirs.indptr) > 0, cosines, np.nan)


def _shared(dataset: Dataset, item: pl.DataFrame, other: int) -> tuple[str, ...]:
    shared = []
    for attribute in dataset.item_attributes:
        mine, theirs = item[attribute.name][0], dataset.items[attribute.name][other]
        if attribute.kind == "number" or mine is None or theirs is None:
            continue
        labels = [mine] if attribute.kind == "category" else list(mine)
        held = {theirs} if attribute.kind == "category" else set(theirs)
        shared += [f"{attribute.name}: {label}" for label in labels if label in held]
    return tuple(shared)
