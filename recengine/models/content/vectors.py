"""Texts of the catalogue as vectors, for every recommender that reads text."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from recengine.arrays import Scores
from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked
from recengine.text import TextEncoder, VectorCache, choose_model, device_words

AUTO = "auto"
"""The encoder that suits the language of the catalogue (`choose_model`)."""


@dataclass(frozen=True)
class TextVectors:
    """vectors (n, d) float32, NaN rows for blank texts; the name of the encoder; the device in words."""

    vectors: Scores
    encoder: str
    device: str


def has_texts(train: Dataset) -> bool:
    """Whether any item has a text."""
    return any(text.strip() for text in train.items["text"])


def text_obstacle(model: str, train: Dataset) -> str | None:
    """Why the model of that name, which reads texts, cannot be fitted, on one line; None where an item has one."""
    if has_texts(train):
        return None
    return f'{model}: no item of "{train.name}" has a text. Map a text column, or leave this model out.'


def item_text_vectors(
    train: Dataset,
    encoder: str = AUTO,
    resources: Resources = Resources(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> TextVectors:
    """The texts of the catalogue, (n_items, d). Raises `EncoderError` or `CancelledError`."""
    texts = train.items["text"].to_list()
    return encode_texts(texts, encoder_name(encoder, texts), resources, progress, cancel)


def encoder_name(encoder: str, texts: Sequence[str]) -> str:
    """`encoder` itself, or for "auto" the one for `texts`."""
    return choose_model(texts) if encoder == AUTO else encoder


def encode_texts(
    texts: Sequence[str],
    encoder: str,
    resources: Resources = Resources(),
    progress: Progress = silent,
    cancel: Cancel = never,
) -> TextVectors:
    """`texts` by the encoder of that name, from the cache of `resources` where it is there.

    Raises `EncoderError` or `CancelledError`.
    """
    stop_if_asked(cancel)
    model = TextEncoder(encoder)
    kind = model.device(resources.device)
    if resources.vector_cache is None:
        vectors = model.encode(texts, device=kind, progress=progress, cancel=cancel)
    else:
        cache = VectorCache(resources.vector_cache)
        vectors = cache.vectors(model, texts, device=kind, progress=progress, cancel=cancel)
    stop_if_asked(cancel)
    return TextVectors(vectors, encoder, device_words(kind))
