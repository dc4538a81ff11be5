"""Telling two views of one history from those of all others (Xie et al. 2022, ICDE, equation 4; CL4SRec)."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def contrast(first: Tensor, second: Tensor, temperature: float) -> Tensor:
    """Mean cross entropy of finding second[i] for first[i], and the other way, among all 2 n - 1 other views, a scalar.

    first, second (n, factors): states after two views of the same n histories; compared by their cosine over
    `temperature`, as Chen et al. (2020, ICML, equation 1) do, since states of any length would make it say nothing.
    """
    n = len(first)
    views = functional.normalize(torch.cat([first, second]).float(), dim=1)
    alike = views @ views.T / temperature
    alike = alike.masked_fill(torch.eye(2 * n, dtype=torch.bool, device=alike.device), -torch.inf)
    partner = (torch.arange(2 * n, device=alike.device) + n) % (2 * n)
    return functional.cross_entropy(alike, partner)
