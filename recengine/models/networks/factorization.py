"""Products of all pairs of fields, without a loop over pairs."""

from __future__ import annotations

import torch
from torch import Tensor


def bi_interaction(fields: Tensor) -> Tensor:
    """`out[n]` = Σ_{i<j} v_i ⊙ v_j of the field vectors (n, fields, k), (n, k).

    Half of the square of the sum less the sum of the squares (Rendle 2010, ICDM, lemma 3.1; He & Chua 2017, SIGIR,
    equation 3).
    """
    return (fields.sum(dim=1).square() - fields.square().sum(dim=1)) / 2


def pair_dots(fields: Tensor) -> Tensor:
    """v_i · v_j for each i < j of the field vectors (n, fields, k), (n, fields (fields - 1) / 2)."""
    products = fields @ fields.transpose(1, 2)
    first, second = torch.triu_indices(fields.shape[1], fields.shape[1], offset=1, device=fields.device)
    return products[:, first, second]


def cross_dots(users: Tensor, items: Tensor) -> Tensor:
    """`out[n, m, a·b]` = users[n, 0, a] · items[n or 0, m, b]; users (n, 1, a, k), items (n or 1, m, b, k)."""
    if len(items) == 1:
        products = torch.einsum("nak,mbk->nmab", users[:, 0], items[0])
    else:
        products = torch.einsum("nak,nmbk->nmab", users[:, 0], items)
    return products.flatten(start_dim=2)
