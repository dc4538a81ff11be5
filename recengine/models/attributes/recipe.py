"""What the networks over fields share: settings, the fit, and a scorer that reads attributes."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Positions, Scores
from recengine.data import Dataset
from recengine.models.attributes.fields import FieldRows, Fields, ItemTexts
from recengine.models.base import Resources
from recengine.models.content.vectors import AUTO
from recengine.models.interaction.recipe import LayeredRecipe, LearntPairs, learn_pairs
from recengine.models.interaction.scorer import PairScorer, restored_pairs
from recengine.models.settings import Number, Span, Switch, Text, setting
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked, within

if TYPE_CHECKING:
    from recengine.models.networks.field_network import FieldNetwork

TEXT_SHARE = 0.2
"""Of the progress of a fit that reads texts."""
FIELDS = 8
"""Of one side, for the estimates of memory and time."""
TEXT_WIDTH = 384
"""Of a text vector, for the estimate of time."""


@dataclass(frozen=True, kw_only=True)
class FieldRecipe(LayeredRecipe):
    """Base of the recipes that know a user and an item by their ids and attributes, and an item by its text too."""

    hidden_ids: float = setting(
        0.1,
        Number(0.9, zero=True),
        "Share of users and items taken as unknown while learning, so that attributes count where nothing else is "
        "known.",
        search=Span(0.0, 0.5),
    )
    text: bool = setting(True, Switch(), "Whether the texts of items are read, where there are any.")
    encoder: str = setting(
        AUTO,
        Text("the name of a text model or a folder that holds one"),
        'The model that turns text into vectors; "auto" for one that suits the language.',
    )

    @abstractmethod
    def network(self, fields: Fields, users: FieldRows, items: FieldRows) -> FieldNetwork:
        """A new one, not learnt yet."""

    @property
    def floats_a_pair(self) -> int:
        """Each layer with what it is computed from, for an item that comes once in a batch."""
        return 4 * FIELDS * self.factors + 16 * self.hidden

    @property
    def weights_a_side(self) -> int:
        """The first layer over all fields, and the map of a text vector."""
        return self.factors * (FIELDS * self.hidden + (TEXT_WIDTH if self.text else 0))

    def memory(self, n_users: int, n_items: int, n_interactions: int) -> int:
        """The text model with its library, vectors of items, attributes, and the network."""
        texts = 1_000_000_000 + 40 * 1_024 * n_items if self.text else 0
        attributes = 8 * FIELDS * 8 * (n_users + n_items)
        parts = 4 * (2 * self.hidden + FIELDS * self.factors) * n_items
        return texts + attributes + parts + super().memory(n_users, n_items, n_interactions)

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> FieldScorer:
        """Fit on the positives of `train`. Raises `RecipeError`, `EncoderError` or `CancelledError`."""
        stop_if_asked(cancel)
        texts = None
        if self.text:
            read = within(progress, 0.0, TEXT_SHARE)
            texts = ItemTexts.read(train, self.encoder, resources, read, cancel)
        fields = Fields.learn(train, texts)
        users, items = fields.user_rows(train), fields.item_rows(train)
        learnt = learn_pairs(
            self,
            lambda: self.network(fields, users, items),
            train,
            items.told,
            seed=seed,
            resources=resources,
            progress=within(progress, TEXT_SHARE if texts else 0.0, 1.0),
            cancel=cancel,
        )
        return FieldScorer(self, train, fields, learnt)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> FieldScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return FieldScorer(self, train, Fields.restore(state, train, device), restored_pairs(state, device))


class FieldScorer(PairScorer):
    """No opinion on a user or an item of which neither history, attribute nor text is known."""

    def __init__(self, recipe: FieldRecipe, train: Dataset, fields: Fields, learnt: LearntPairs) -> None:
        self._users, self._catalogue = fields.user_rows(train), fields.item_rows(train)
        super().__init__(learnt, recipe.loss_name, self._users.told, self._catalogue.told)
        self._recipe = recipe
        self._fields = fields

    def score_attributes(self, users: pl.DataFrame) -> Scores:
        """As `score`, for people of whom these attributes are known; NaN rows where none is."""
        import torch

        rows = self._fields.new_users(users)
        known = np.flatnonzero(rows.told)
        with torch.inference_mode():
            parts = self._fields_network.of_users(_tensors(rows.take(known)))
        return self._spread(parts, known, len(rows))

    def score_new_items(self, users: Positions, items: pl.DataFrame, resources: Resources) -> Scores:
        """Logits by text and attributes alone; NaN columns where neither is known. Raises `EncoderError`."""
        import torch

        rows = self._fields.new_items(items, resources)
        heard = np.flatnonzero(self._heard[users])
        with torch.inference_mode():
            parts = self._fields_network.of_items(_tensors(rows))
        scores = self._spread(self._of_users(users[heard]), heard, len(users), parts)
        scores[:, ~rows.told] = np.nan
        return scores

    def state(self) -> dict[str, NDArray[Any]]:
        """Text vectors, the weights of the network and the curves."""
        return {**self._fields.state(), **super().state()}

    @cached_property
    def _fields_network(self) -> FieldNetwork:
        return cast("FieldNetwork", self._ready)

    def _new_network(self) -> FieldNetwork:
        return self._recipe.network(self._fields, self._users, self._catalogue)


def _tensors(rows: FieldRows) -> Any:
    from recengine.models.networks.fields import FieldTensors

    return FieldTensors.of(rows)
