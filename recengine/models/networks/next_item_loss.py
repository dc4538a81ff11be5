"""What the next item is told apart from: the losses that a sequence model may choose from."""

from __future__ import annotations

import math

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from recengine.data import Dataset
from recengine.models.networks.whole_softmax import whole_softmax
from recengine.models.training import Negatives


class NextItemLoss:
    """Mean loss of states (n, factors) that should point to `wanted` (n,) among `items` (n_items, factors).

    softmax: cross entropy among the whole catalogue. sampled: among the item and those drawn, the scores of these less
    the log of how often each is expected to be drawn, so that it tends to the whole softmax however they are drawn
    (Bengio & Senécal 2008, IEEE Transactions on Neural Networks 19(4), section III). bce: the item and those drawn are
    told apart one by one by binary cross entropy (Kang & McAuley 2018, ICDM, equation 9). bpr-max, top1-max: the item
    is to score above those drawn, which count by their softmax (Hidasi & Karatzoglou 2018, CIKM, equations 8 to 10).

    bce draws for each state, the others once for a batch: the "additional samples" of the same paper.
    """

    def __init__(self, known: Dataset, loss: str, negatives: int, sampling: str, penalty: float) -> None:
        """negatives: items drawn, for all but softmax. penalty: of bpr-max, on scores far from 0.

        sampling: "uniform", "popularity", or "batch" for what others of the batch took next.
        """
        self._loss = loss
        self._negatives = negatives
        self._penalty = penalty
        self._from_batch = sampling == "batch"
        if self._from_batch:
            # what a batch holds is in proportion to popularity
            counts = np.maximum(known.popularity().astype(np.float64), 1.0)
            share = np.log(counts / counts.sum())
        else:
            share = Negatives(known.matrix, sampling).log_share
        self._log_share = torch.from_numpy(share)
        self._steps = self._log_share.exp().cumsum(0)

    def __call__(self, states: Tensor, wanted: Tensor, items: Tensor) -> Tensor:
        """A scalar."""
        loss = self._loss
        if loss == "softmax":
            return whole_softmax(states, wanted, items)
        own = (states * items[wanted]).sum(dim=1, keepdim=True)
        if loss == "bce":
            drawn = self._draw(wanted, (len(states), self._negatives))
            others = torch.einsum("nf,nmf->nm", states, items[drawn])
            counted = drawn != wanted[:, None]
            apart = (functional.softplus(others) * counted).sum() / counted.sum().clamp(min=1)
            return functional.softplus(-own).mean() + apart
        drawn = self._draw(wanted, (self._negatives,))
        others, same = states @ items[drawn].T, drawn == wanted[:, None]
        if loss == "sampled":
            others = others - (self._log_share.to(states)[drawn] + math.log(self._negatives))
            target = torch.zeros(len(states), dtype=torch.long, device=states.device)
            return functional.cross_entropy(torch.cat([own, others.masked_fill(same, -torch.inf)], dim=1), target)
        if loss == "bpr-max":
            return bpr_max(own, others, same, self._penalty)
        return top1_max(own, others, same)

    @property
    def compares_within_batch(self) -> bool:
        """Whether what others of the batch took is drawn."""
        return self._from_batch and self._loss != "softmax"

    def _draw(self, wanted: Tensor, shape: tuple[int, ...]) -> Tensor:
        if self._from_batch:
            return wanted[torch.randint(len(wanted), shape, device=wanted.device)]
        steps = self._steps.to(wanted.device)
        places = torch.searchsorted(steps, torch.rand(shape, dtype=steps.dtype, device=wanted.device) * steps[-1])
        return places.clamp(max=len(steps) - 1)


def bpr_max(own: Tensor, others: Tensor, same: Tensor, penalty: float) -> Tensor:
    """-log Σ_j s_j sigmoid(r_i - r_j) + penalty Σ_j s_j r_j², mean over states (equation 10); s: softmax of the others.

    own (n, 1): scores r_i of the item; others (n, m): scores r_j; same (n, m): where it is the item itself.
    """
    log_share = others.masked_fill(same, torch.finfo(others.dtype).min).log_softmax(dim=1)
    above = torch.logsumexp(log_share + functional.logsigmoid(own - others), dim=1)
    kept = penalty * (log_share.exp() * others.square()).sum(dim=1)
    return (kept - above).mean()


def top1_max(own: Tensor, others: Tensor, same: Tensor) -> Tensor:
    """Σ_j s_j (sigmoid(r_j - r_i) + sigmoid(r_j²)), mean over states (equation 8); arguments as of `bpr_max`."""
    share = others.masked_fill(same, torch.finfo(others.dtype).min).softmax(dim=1)
    return (share * (torch.sigmoid(others - own) + torch.sigmoid(others.square()))).sum(dim=1).mean()
