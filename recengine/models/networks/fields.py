"""Fields as vectors: the first layer of every network over fields."""

from __future__ import annotations

from dataclasses import dataclass, replace

import torch
from torch import Tensor, nn

from recengine.models.attributes.fields import NOTHING, UNKNOWN, FieldRows, SideFields

SPREAD = 0.1
"""Standard deviation of the first vectors."""


@dataclass(frozen=True)
class FieldTensors:
    """`FieldRows` as tensors."""

    ids: Tensor
    labels: tuple[tuple[Tensor, Tensor], ...]
    numbers: Tensor
    missing: Tensor
    texts: Tensor

    @classmethod
    def of(cls, rows: FieldRows, device: torch.device | str = "cpu") -> FieldTensors:
        """A copy on `device`."""

        def moved(array: object) -> Tensor:
            return torch.tensor(array, device=device)

        return cls(
            moved(rows.ids),
            tuple((moved(codes), moved(weights)) for codes, weights in rows.labels),
            moved(rows.numbers),
            moved(rows.missing),
            moved(rows.texts),
        )

    def without_some_ids(self, share: float) -> FieldTensors:
        """With a share of the ids made unknown at random.

        So, while learning, attributes learn to stand alone, and the unknown one to stand for what they do not tell.
        """
        hidden = torch.rand(len(self.ids), device=self.ids.device) < share
        return replace(self, ids=self.ids.masked_fill(hidden, UNKNOWN))


class FieldTable(nn.Module):
    """The rows of all users, or of all items, beside the network, so that a batch is but positions.

    They move with the network and are none of its weights.
    """

    def __init__(self, rows: FieldRows) -> None:
        super().__init__()
        found = FieldTensors.of(rows)
        self._n_labels = len(found.labels)
        arrays = {"ids": found.ids, "numbers": found.numbers, "missing": found.missing, "texts": found.texts}
        for place, (codes, weights) in enumerate(found.labels):
            arrays |= {f"codes{place}": codes, f"weights{place}": weights}
        for name, array in arrays.items():
            self.register_buffer(name, array, persistent=False)

    def forward(self, positions: Tensor) -> FieldTensors:
        """Of these positions (n,)."""
        labels = tuple(
            (self.get_buffer(f"codes{place}")[positions], self.get_buffer(f"weights{place}")[positions])
            for place in range(self._n_labels)
        )
        ids, numbers, missing, texts = (
            self.get_buffer(name)[positions] for name in ("ids", "numbers", "missing", "texts")
        )
        return FieldTensors(ids, labels, numbers, missing, texts)


class CategoryVectors(nn.Module):
    """A vector each field of ids or labels, of one length; several labels of a row have the mean of theirs."""

    def __init__(self, side: SideFields, length: int) -> None:
        super().__init__()
        self.ids = nn.Embedding(1 + side.n_rows, length)
        self.labels = nn.ModuleList(nn.Embedding(1 + n, length, padding_idx=NOTHING) for n in side.label_counts)
        for weight in self.parameters():
            nn.init.normal_(weight, std=SPREAD)

    def forward(self, rows: FieldTensors) -> Tensor:
        """(n, 1 + fields of labels, length)."""
        found = [self.ids(rows.ids)]
        for vectors, (codes, weights) in zip(self.labels, rows.labels, strict=True):
            # what is no label has the weight 0
            found.append((vectors(codes) * weights[:, :, None]).sum(dim=1))
        return torch.stack(found, dim=1)


class FieldVectors(nn.Module):
    """A vector each field, of one length.

    Beside those of `CategoryVectors`, a number is its value times a vector, or another vector where it is missing, and
    a text vector is mapped.
    """

    def __init__(self, side: SideFields, length: int) -> None:
        super().__init__()
        self.n_fields = len(side.names)
        self.categories = CategoryVectors(side, length)
        self.values = nn.Parameter(torch.randn(len(side.numbers), length) * SPREAD)
        self.missing = nn.Parameter(torch.randn(len(side.numbers), length) * SPREAD)
        self.text = nn.Linear(side.text_width, length, bias=False) if side.text_width else None
        if self.text is not None:
            nn.init.normal_(self.text.weight, std=SPREAD)

    def forward(self, rows: FieldTensors) -> Tensor:
        """(n, n_fields, length), in the order of `SideFields.names`."""
        numbers = rows.numbers[:, :, None] * self.values + rows.missing[:, :, None] * self.missing
        parts = [self.categories(rows), numbers]
        if self.text is not None:
            parts.append(self.text(rows.texts)[:, None])
        return torch.cat(parts, dim=1)
