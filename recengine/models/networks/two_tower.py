"""Two towers over text vectors: sigmoid(h_u W h_i + b), the bilinear form of a user's vector and an item's."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Protocol

import numpy as np
import torch
from scipy.sparse import csr_matrix, diags_array
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.models.networks.pair_task import pair_loss
from recengine.models.products import inner_products
from recengine.models.training.pair_examples import PairExamples

SHARPNESS = 5.0
"""W begins as so many times the identity: as the cosine of two texts, on a scale on which a sigmoid parts them."""


class Given(Protocol):
    """Text vectors of unit length, NaN rows where there is no text."""

    @property
    def items(self) -> Scores:
        """(n_items, d)."""

    @property
    def statements(self) -> Scores:
        """(s, d): what users are told by, the items first."""

    def profiles(self, told: csr_matrix) -> Scores:
        """The vectors of users told by these statements (n, s), of unit length; NaN where there is none."""


class TwoTower(nn.Module):
    """W and b are learnt; the text vectors are given and stay as they are.

    `told` (n, statements) of what each user is told by, whose first columns are the items; a user's vector is the sum
    of the vectors of those statements, brought to unit length.
    """

    items: Tensor
    own: Tensor
    sums: Tensor

    def __init__(self, given: Given, told: csr_matrix) -> None:
        super().__init__()
        self.weight = nn.Parameter(SHARPNESS * torch.eye(given.items.shape[1]))
        self.bias = nn.Parameter(torch.zeros(()))
        clean = np.nan_to_num(given.statements)
        # not stored: they are the same for every fit of the catalogue
        self.register_buffer("items", torch.from_numpy(np.nan_to_num(given.items)), persistent=False)
        self.register_buffer("own", torch.from_numpy(clean[: len(given.items)].copy()), persistent=False)
        self.register_buffer("sums", torch.from_numpy(np.asarray(told @ clean)), persistent=False)

    def forward(self, users: Tensor, items: Tensor, weights: Tensor) -> Tensor:
        """Logits (b, 1 + m) of items (b, 1 + m) for users (b,), whose vectors are without the first item.

        weights (b,): what the first item counts in the sum. With it in the sum W would learn that a text is like
        itself, which says nothing of other items.
        """
        rest = self.sums[users] - weights[:, None] * self.own[items[:, 0]]
        mapped = functional.normalize(rest, dim=1, eps=1e-6) @ self.weight
        return torch.einsum("bd,bmd->bm", mapped, self.items[items]) + self.bias


class Drawing(Protocol):
    """Settings that the task reads; see `PairExamples`."""

    @property
    def sampling(self) -> str:
        """How items not taken are drawn."""

    @property
    def negatives(self) -> int:
        """How many for each positive."""

    @property
    def correction(self) -> float:
        """How much of the popularity is given back."""


class TwoTowerTask:
    """Binary cross entropy over pairs taken, and over items that are drawn."""

    def __init__(self, network: TwoTower, drawing: Drawing, taken: csr_matrix, told: csr_matrix, given: Given) -> None:
        """taken (n_users, n_items): the positives; of items without a text nothing is learnt."""
        self._network = network
        self._told = told
        self._given = given
        written = diags_array((~np.isnan(given.items[:, 0])).astype(np.float32))
        examples = csr_matrix(taken @ written)
        examples.eliminate_zeros()
        examples.sort_indices()
        self._examples = PairExamples(examples, drawing.sampling, drawing.negatives, drawing.correction)

    @property
    def network(self) -> TwoTower:
        """W and b."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Positives."""
        return len(self._examples)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """As `PairExamples.batches`, with the weight of the item taken in its user's vector."""
        for users, items, corrections in self._examples.batches(rng, size):
            weights = np.asarray(self._told[users, items[:, 0]], dtype=np.float32).ravel()
            yield tuple(torch.from_numpy(part) for part in (users, items, corrections, weights))

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the positives."""
        users, items, corrections, weights = batch
        return pair_loss("bce", network(users, items, weights).float() - corrections)

    def scores(self, users: Positions) -> Scores:
        """By W as it stands."""
        weight = self._network.weight.detach().float().cpu().numpy()
        mapped = inner_products(self._given.profiles(self._told[users]), np.ascontiguousarray(weight.T))
        return inner_products(mapped, self._given.items)

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}
