"""Scores by one head of a network with several."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.data.sequences import NOTHING
from recengine.models.attributes.fields import Fields
from recengine.models.base import Resources
from recengine.models.products import inner_products
from recengine.models.vector_scorer import VectorScorer

if TYPE_CHECKING:
    from recengine.models.networks.multi_task import MultiTask


class MakesNetwork(Protocol):
    """The recipe, as far as its scorer must know it."""

    @property
    def head(self) -> str:
        """The one that scores."""

    def network(self, fields: Fields, train: Dataset, heads: Mapping[str, tuple[float, float]]) -> MultiTask:
        """A new one, into which the weights fit. heads: mean and spread of what each foretells."""


class MultiTaskScorer(VectorScorer):
    """No opinion on a user or an item of which neither history, attribute nor text is known."""

    def __init__(self, recipe: MakesNetwork, train: Dataset, fields: Fields, *made: Any) -> None:
        """made: see `VectorScorer`."""
        super().__init__(*made)
        self._recipe = recipe
        self._train = train
        self._fields = fields

    def score_attributes(self, users: pl.DataFrame) -> Scores:
        """As `score`, for people of whom these attributes are known; NaN rows where none is."""
        import torch

        from recengine.models.networks.fields import FieldTensors

        rows = self._fields.new_users(users)
        # nobody has taken anything before
        before = torch.full((len(rows), 1), NOTHING)
        with torch.inference_mode():
            vectors = self._ready.vectors_of_users(self._recipe.head, FieldTensors.of(rows), before).numpy()
        vectors[~rows.told] = np.nan
        return inner_products(vectors, self._items)

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """By text and attributes alone; NaN columns where neither is known. Raises `EncoderError`."""
        import torch

        from recengine.models.networks.fields import FieldTensors

        rows = self._fields.new_items(items, resources)
        with torch.inference_mode():
            vectors = self._ready.vectors_of_items(self._recipe.head, FieldTensors.of(rows)).numpy()
        vectors[~rows.told] = np.nan
        return inner_products(self._users[users], vectors)

    def state(self) -> dict[str, NDArray[Any]]:
        """Vectors, curves, the network and text vectors."""
        return {**self._fields.state(), **super().state()}

    @cached_property
    def _ready(self) -> MultiTask:
        """The network, loaded when first needed."""
        from recengine.models.networks.arrays import loaded

        # means and spreads come with the weights
        heads = dict.fromkeys((name.split(".")[1] for name in self._network if name.startswith("heads.")), (0.0, 1.0))
        return loaded(self._recipe.network(self._fields, self._train, heads), self._network)
