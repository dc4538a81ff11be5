"""LightGCN: vectors that spread over the graph of who took what (He et al. 2020, SIGIR, section 3)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol, cast

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from torch import Tensor, nn
from torch.nn import functional

from recengine.arrays import Positions, Scores
from recengine.models.products import inner_products
from recengine.models.training.sampling import Negatives


class Layers(NamedTuple):
    """Vectors of users and items, first the learnt ones, then after each step over the graph."""

    users: list[Tensor]
    items: list[Tensor]


class LightGcn(nn.Module):
    """Learns one vector a user and an item; in each layer each becomes the normalised sum of its neighbours.

    u' = Σ_i v_i / sqrt(|N_u| |N_i|) over the items i that u took, and the same the other way round (equation 3). There
    is nothing else to learn: no weights, no activation.
    """

    def __init__(self, taken: csr_matrix, factors: int, layers: int) -> None:
        """taken (n_users, n_items): who took what; its weights do not count."""
        super().__init__()
        self.layers = layers
        self.users = nn.Embedding(taken.shape[0], factors)
        self.items = nn.Embedding(taken.shape[1], factors)
        nn.init.normal_(self.users.weight, std=0.1)
        nn.init.normal_(self.items.weight, std=0.1)
        graph = normalised(taken)
        for name, links in (("user", graph), ("item", csr_matrix(graph.T))):
            for part, array in zip(Links._fields, (links.indptr, links.indices, links.data), strict=True):
                # the graph is that of the training data, so it is not kept a second time
                self.register_buffer(f"{name}_{part}", torch.from_numpy(array.astype(_TYPES[part])), persistent=False)

    def forward(self) -> Layers:
        """Every layer, for all users and items."""
        of_users, of_items = self._links("user"), self._links("item")
        found = Layers([self.users.weight], [self.items.weight])
        for _ in range(self.layers):
            users, items = found.users[-1], found.items[-1]
            found.users.append(Spread.over(items, of_users, of_items))
            found.items.append(Spread.over(users, of_items, of_users))
        return found

    def final(self, own: bool) -> tuple[Tensor, Tensor]:
        """What is scored with, users (n_users, factors) and items: the mean over the layers (equation 4).

        Without their `own` vectors users are what their items say of them, Σ_{k ≥ 1} u^(k) / (layers + 1).
        """
        found = self()
        users = torch.stack(found.users if own else found.users[1:]).sum(dim=0) / (self.layers + 1)
        return users, torch.stack(found.items).mean(dim=0)

    def given(self) -> Tensor:
        """What each item says of who took it: `final(own=False)` users are their normalised sums over the items."""
        return torch.stack(self().items[:-1]).sum(dim=0) / (self.layers + 1)

    def _links(self, name: str) -> Links:
        return Links(*(self.get_buffer(f"{name}_{part}") for part in Links._fields))


class Links(NamedTuple):
    """A sparse matrix by rows: `starts` of each row among `ends`, the columns, and how much each counts."""

    starts: Tensor
    ends: Tensor
    weights: Tensor


_TYPES: dict[str, Any] = {"starts": np.int64, "ends": np.int64, "weights": np.float32}


class Spread(torch.autograd.Function):
    """A sparse matrix times vectors, whose gradient is the transposed matrix times those of the sums."""

    @classmethod
    def over(cls, vectors: Tensor, links: Links, back: Links) -> Tensor:
        """Sums (rows, d) of `vectors` (columns, d) by `links`; `back`: the same matrix transposed."""
        sums: Tensor = cls.apply(vectors, links, back)  # type: ignore[no-untyped-call]
        return sums

    @staticmethod
    def forward(ctx: Any, vectors: Tensor, links: Links, back: Links) -> Tensor:
        """As `over`."""
        ctx.back = back
        return _sums(vectors, links)

    @staticmethod
    def backward(ctx: Any, *gradients: Tensor) -> tuple[Tensor, None, None]:
        """Of the vectors alone."""
        return _sums(gradients[0].contiguous(), ctx.back), None, None


def _sums(vectors: Tensor, links: Links) -> Tensor:
    return functional.embedding_bag(
        links.ends, vectors, links.starts, mode="sum", per_sample_weights=links.weights, include_last_offset=True
    )


def normalised(taken: csr_matrix) -> csr_matrix:
    """1 / sqrt(|N_u| |N_i|) where user u took item i, (n_users, n_items) float32."""
    links = csr_matrix(taken, dtype=np.float64, copy=True)
    of_user, of_item = np.diff(links.indptr), np.bincount(links.indices, minlength=links.shape[1])
    links.data[:] = 1 / np.sqrt(np.repeat(of_user, of_user) * of_item[links.indices].astype(np.float64))
    return links.astype(np.float32)


class PairwiseChoices(Protocol):
    """Settings that the task reads."""

    @property
    def factors(self) -> int:
        """Length of the vectors."""

    @property
    def layers(self) -> int:
        """Steps over the graph."""

    @property
    def regularization(self) -> float:
        """Penalty on the learnt vectors of each pair."""

    @property
    def sampling(self) -> str:
        """Of what was not taken."""

    @property
    def own_vectors(self) -> bool:
        """Whether the learnt vectors of users count."""


class LightGcnTask:
    """What was taken above what was not (BPR), with a penalty on the learnt vectors (equation 15)."""

    def __init__(self, choices: PairwiseChoices, taken: csr_matrix) -> None:
        self._choices = choices
        self._network = LightGcn(taken, choices.factors, choices.layers)
        self._users: NDArray[np.int64] = np.repeat(np.arange(taken.shape[0]), np.diff(taken.indptr))
        self._items = taken.indices.astype(np.int64)
        self._negatives = Negatives(taken, choices.sampling)

    @property
    def network(self) -> LightGcn:
        """All that is learnt."""
        return self._network

    @property
    def n_examples(self) -> int:
        """Interactions."""
        return len(self._items)

    def batches(self, rng: np.random.Generator, size: int) -> Iterator[tuple[Tensor, ...]]:
        """Users, an item that each took, and one that each did not."""
        order = rng.permutation(self.n_examples)
        for start in range(0, len(order), size):
            rows = order[start : start + size]
            others = self._negatives.draw(rng, self._users[rows], 1)[:, 0].astype(np.int64)
            yield tuple(torch.from_numpy(one) for one in (self._users[rows], self._items[rows], others))

    def loss(self, network: nn.Module, batch: tuple[Tensor, ...]) -> Tensor:
        """Mean over the pairs."""
        network = cast(LightGcn, network)
        user, liked, other = batch
        users, items = network.final(self._choices.own_vectors)
        margins = (users[user] * (items[liked] - items[other])).sum(dim=1)
        lengths = sum(
            (table.weight[rows] ** 2).sum(dim=1)
            for table, rows in ((network.users, user), (network.items, liked), (network.items, other))
        )
        return (functional.softplus(-margins) + self._choices.regularization * lengths / 2).mean()

    def scores(self, users: Positions) -> Scores:
        """By the layers as they stand."""
        with torch.no_grad():
            vectors, items = self._network.final(self._choices.own_vectors)
        return inner_products(vectors.float().cpu().numpy()[users], items.float().cpu().numpy())

    def after_epoch(self) -> Mapping[str, float]:
        """Nothing more."""
        return {}
