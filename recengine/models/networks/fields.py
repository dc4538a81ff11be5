"""Fields as vectors: the first layer of every network over fields."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from recengine.models.attributes.fields import NOTHING, UNKNOWN, FieldRows, SideFields


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


class FieldVectors(nn.Module):
    """A vector each field, of one length.

    An id or a label has a vector of its own; several labels of a row have the mean of theirs. A number is its value
    times a vector, or another vector where it is missing. A text vector is mapped. Ids are made unknown at random while
    learning, so that attributes learn to stand alone and the unknown one to stand for whom they do not tell.
    """

    def __init__(self, side: SideFields, length: int, hidden_ids: float = 0.0, spread: float = 0.01) -> None:
        """hidden_ids: share of ids that are made unknown while learning. spread: of the first vectors."""
        super().__init__()
        self.hidden_ids = hidden_ids
        self.n_fields = len(side.names)
        self.ids = nn.Embedding(1 + side.n_rows, length)
        self.labels = nn.ModuleList(nn.Embedding(1 + n, length, padding_idx=NOTHING) for n in side.label_counts)
        self.values = nn.Parameter(torch.empty(len(side.numbers), length))
        self.missing = nn.Parameter(torch.empty(len(side.numbers), length))
        self.text = nn.Linear(side.text_width, length, bias=False) if side.text_width else None
        for weight in self.parameters():
            nn.init.normal_(weight, std=spread)

    def forward(self, rows: FieldTensors) -> Tensor:
        """(n, n_fields, length), in the order of `SideFields.names`."""
        ids = rows.ids
        if self.training and self.hidden_ids:
            ids = ids.masked_fill(torch.rand(len(ids), device=ids.device) < self.hidden_ids, UNKNOWN)
        found = [self.ids(ids)]
        for vectors, (codes, weights) in zip(self.labels, rows.labels, strict=True):
            # what is no label has the weight 0
            found.append((vectors(codes) * weights[:, :, None]).sum(dim=1))
        fields = torch.stack(found, dim=1)
        numbers = rows.numbers[:, :, None] * self.values + rows.missing[:, :, None] * self.missing
        parts = [fields, numbers]
        if self.text is not None:
            parts.append(self.text(rows.texts)[:, None])
        return torch.cat(parts, dim=1)
