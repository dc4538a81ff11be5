"""Texts of users and items as vectors in one space, whatever the text of a user is made of."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from recengine.arrays import Scores
from recengine.data import Dataset, Sequences
from recengine.models.base import Resources
from recengine.models.content.preparation import Preparation, fit_preparation
from recengine.models.content.text_profile import profiles
from recengine.models.content.vectors import encode_texts, item_text_vectors
from recengine.models.histories import interaction_weights
from recengine.models.profiles.describing import Describer
from recengine.progress import Cancel, Progress, within
from recengine.text import TextEncoder

SIDES = ("items", "user-text")


@dataclass(frozen=True, eq=False)
class Sides:
    """items (n_items, d), statements (s, d) float32: prepared vectors, NaN rows where there is no text.

    What a user is told by are statements, the first of which are of the items. describer: what tells them; None where
    the texts of the items taken do, weighted as `weighting` says.
    """

    items: Scores
    statements: Scores
    preparation: Preparation
    encoder: str
    weighting: str
    describer: Describer | None
    device: str = "CPU"

    def told(self, histories: Sequences) -> csr_matrix:
        """How much each statement counts for each history, (n, s) float32."""
        if self.describer is not None:
            return self.describer.told(histories)
        return interaction_weights(histories.matrix, self.weighting)

    def profiles(self, told: csr_matrix) -> Scores:
        """Σ of the statements of each row, brought to unit length, (n, d) float32; NaN where it is next to nothing."""
        return profiles(self.statements, told)

    def vectors(self, texts: Sequence[str], resources: Resources) -> Scores:
        """`texts` as the catalogue's were encoded and prepared; what people type is not kept in any cache."""
        return self.preparation.apply(self._loaded.encode(texts, device=resources.device))

    def state(self) -> dict[str, NDArray[Any]]:
        """Arrays by name."""
        state: dict[str, NDArray[Any]] = {
            "side.items": self.items,
            "side.mean": self.preparation.mean,
            "side.matrix": self.preparation.matrix,
            "side.encoder": np.frombuffer(self.encoder.encode(), dtype=np.uint8),
        }
        return state if self.describer is None else state | {"side.statements": self.statements}

    @classmethod
    def restore(cls, state: dict[str, NDArray[Any]], weighting: str, describer: Describer | None) -> Sides:
        """Of the arrays by name."""
        plain = {name: np.asarray(array) for name, array in state.items() if name.startswith("side.")}
        return cls(
            items=plain["side.items"],
            statements=plain["side.items" if describer is None else "side.statements"],
            preparation=Preparation(plain["side.mean"], plain["side.matrix"]),
            encoder=plain["side.encoder"].tobytes().decode(),
            weighting=weighting,
            describer=describer,
        )

    @cached_property
    def _loaded(self) -> TextEncoder:
        """Loaded once, when first needed."""
        return TextEncoder(self.encoder)


def encode_sides(
    train: Dataset,
    *,
    encoder: str,
    preparation: str,
    weighting: str,
    describer: Describer | None,
    resources: Resources,
    progress: Progress,
    cancel: Cancel,
) -> Sides:
    """The texts of the catalogue, and what users are told by. Raises `EncoderError` or `CancelledError`."""
    found = item_text_vectors(train, encoder, resources, within(progress, 0.0, 0.5), cancel)
    prepared = fit_preparation(found.vectors, preparation)
    items = statements = prepared.apply(found.vectors)
    if describer is not None:
        told = encode_texts(describer.statements, found.encoder, resources, within(progress, 0.5, 1.0), cancel)
        statements = prepared.apply(told.vectors)
    return Sides(items, statements, prepared, found.encoder, weighting, describer, found.device)
