"""One tower of users and one of items under several heads, each of which asks something else of them.

Towers as in Covington et al. (2016, RecSys), heads on shared layers as in Caruana (1997, Machine Learning 28).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol, cast

import torch
from torch import Tensor, nn

from recengine.data.sequences import NOTHING
from recengine.models.attributes.fields import FieldRows, Fields, SideFields
from recengine.models.networks.fields import FieldTable, FieldTensors, FieldVectors

CLICK, RATING, NEXT = "click", "rating", "next"
ROWS_AT_ONCE = 8192
"""Users or items of a block while they are scored."""


class TowerShape(Protocol):
    """Settings that the towers read."""

    @property
    def factors(self) -> int:
        """Length of the vectors."""

    @property
    def hidden(self) -> int:
        """Width of the layer."""

    @property
    def dropout(self) -> float:
        """Share of what is computed that is left out."""

    @property
    def hidden_ids(self) -> float:
        """Share of ids that are made unknown while learning."""


class Tower(nn.Module):
    """The sum of the vectors of all fields, and what a layer makes of them side by side."""

    def __init__(self, rows: FieldRows, side: SideFields, shape: TowerShape) -> None:
        """rows: of all users, or of all items."""
        super().__init__()
        self.hidden_ids = shape.hidden_ids
        self.table = FieldTable(rows)
        self.fields = FieldVectors(side, shape.factors)
        self.deep = nn.Sequential(
            nn.Linear(self.fields.n_fields * shape.factors, shape.hidden),
            nn.ReLU(),
            nn.Dropout(shape.dropout),
            nn.Linear(shape.hidden, shape.factors),
        )
        self.dropout = nn.Dropout(shape.dropout)

    def forward(self, positions: Tensor) -> Tensor:
        """Vectors (n, factors) of users, or of items, by position."""
        rows = self.table(positions)
        return self.of_rows(rows.without_some_ids(self.hidden_ids) if self.training and self.hidden_ids else rows)

    def of_rows(self, rows: FieldTensors) -> Tensor:
        """Of whom or what the rows tell."""
        fields = self.fields(rows)
        made: Tensor = self.dropout(fields.sum(dim=1) + self.deep(fields.flatten(1)))
        return made


class Head(nn.Module):
    """`out[u, i]` = mean + spread (A u · B i + a · u + b · i): an inner product of a vector a user and one an item."""

    def __init__(self, factors: int, mean: float = 0.0, spread: float = 1.0) -> None:
        super().__init__()
        self.users = nn.Linear(factors, factors, bias=False)
        self.items = nn.Linear(factors, factors, bias=False)
        self.user_bias = nn.Linear(factors, 1, bias=False)
        self.item_bias = nn.Linear(factors, 1, bias=False)
        for layer in (self.users, self.items):
            nn.init.eye_(layer.weight)
        for layer in (self.user_bias, self.item_bias):
            nn.init.zeros_(layer.weight)
        self.register_buffer("mean", torch.tensor(mean))
        self.register_buffer("spread", torch.tensor(spread))

    def user_vectors(self, users: Tensor) -> Tensor:
        """(n, factors + 2), in the units of the spread."""
        made = self.users(users)
        return torch.cat([made, self.user_bias(users), torch.ones_like(made[:, :1])], dim=1)

    def item_vectors(self, items: Tensor) -> Tensor:
        """(n, factors + 2)."""
        made = self.items(items)
        return torch.cat([made, torch.ones_like(made[:, :1]), self.item_bias(items)], dim=1)

    def in_units(self, users: Tensor) -> Tensor:
        """`user_vectors` so that their inner products with items are what is foretold, not how far from the mean."""
        spread, mean = self.get_buffer("spread"), self.get_buffer("mean")
        scaled = users * spread
        # the item's column there is 1
        scaled[:, -2] += mean
        return scaled


class MultiTask(nn.Module):
    """Towers and heads. The head of the next item reads the latest ones beside the user."""

    def __init__(
        self,
        fields: Fields,
        users: FieldRows,
        items: FieldRows,
        heads: Mapping[str, tuple[float, float]],
        shape: TowerShape,
    ) -> None:
        """heads: mean and spread of what each foretells."""
        super().__init__()
        self.users = Tower(users, fields.users, shape)
        self.items = Tower(items, fields.items, shape)
        self.heads = nn.ModuleDict({name: Head(shape.factors, *units) for name, units in heads.items()})
        self.latest = nn.Linear(shape.factors, shape.factors, bias=False)
        # logarithms of the variances of the losses, for the automatic weights
        self.log_variances = nn.Parameter(torch.zeros(len(heads)))

    def head(self, name: str) -> Head:
        """By its name."""
        return cast(Head, self.heads[name])

    def user_state(self, name: str, users: Tensor, latest: Tensor | None) -> Tensor:
        """What the head of that name reads of users (n, factors); latest (n, factors): the mean of their last items."""
        return users if name != NEXT or latest is None else users + self.latest(latest)

    def vectors_of_users(self, name: str, users: Tensor | FieldTensors, before: Tensor) -> Tensor:
        """For the scores of a head, (n, d) float32 on the CPU: of users by position, or of others by what is known.

        before (n, r): the latest items, latest first, then `NOTHING`; only the head of the next item reads them.
        """
        blocks = []
        for some, known in zip(_blocks(users), torch.split(before, ROWS_AT_ONCE), strict=True):
            states = self.users.of_rows(some) if isinstance(some, FieldTensors) else self.users(some)
            latest = self._latest(known) if name == NEXT else None
            head = self.head(name)
            blocks.append(head.in_units(head.user_vectors(self.user_state(name, states, latest))).float().cpu())
        return torch.cat(blocks)

    def _latest(self, before: Tensor) -> Tensor:
        return mean_of(self.items(before.clamp(min=0).flatten()).view(*before.shape, -1), before)

    def vectors_of_items(self, name: str, items: FieldTensors | None = None) -> Tensor:
        """For the scores of a head, (n, d) float32 on the CPU: of the catalogue, or of others by what is known."""
        every = torch.arange(len(self.items.table.get_buffer("ids")), device=self.log_variances.device)
        blocks = []
        for some in _blocks(every if items is None else items):
            states = self.items.of_rows(some) if isinstance(some, FieldTensors) else self.items(some)
            blocks.append(self.head(name).item_vectors(states).float().cpu())
        return torch.cat(blocks)


def mean_of(vectors: Tensor, items: Tensor) -> Tensor:
    """Mean of vectors (n, r, d) where `items` (n, r) are not `NOTHING`; 0 where all are."""
    there = (items != NOTHING)[:, :, None]
    return (vectors * there).sum(dim=1) / there.sum(dim=1).clamp(min=1)


def weighted_sum(losses: Mapping[str, Tensor], log_variances: Tensor) -> tuple[Tensor, dict[str, Tensor]]:
    """Σ_k λ_k L_k + s_k / 2 and the λ, weights by uncertainty (Kendall, Gal & Cipolla 2018, CVPR, equation 10).

    s_k, the log of the variance, is learnt. λ = exp(-s) for a likelihood, exp(-s) / 2 for a squared error.
    """
    weights = {
        name: torch.exp(-log_variances[place]) * (0.5 if name == RATING else 1.0) for place, name in enumerate(losses)
    }
    total = sum(weights[name] * loss for name, loss in losses.items())
    return cast(Tensor, total) + log_variances.sum() / 2, weights


def _blocks(rows: Tensor | FieldTensors) -> list[Tensor] | list[FieldTensors]:
    """At most `ROWS_AT_ONCE` each; of nothing one, so that the shape is known."""
    if isinstance(rows, Tensor):
        return list(torch.split(rows, ROWS_AT_ONCE))
    starts = range(0, max(1, len(rows.ids)), ROWS_AT_ONCE)
    return [_part(rows, slice(start, start + ROWS_AT_ONCE)) for start in starts]


def _part(rows: FieldTensors, part: slice) -> FieldTensors:
    return FieldTensors(
        rows.ids[part],
        tuple((codes[part], weights[part]) for codes, weights in rows.labels),
        rows.numbers[part],
        rows.missing[part],
        rows.texts[part],
    )
