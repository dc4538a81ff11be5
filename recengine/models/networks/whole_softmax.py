"""Cross entropy among a whole catalogue, without a table of every score."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor

SCORES_AT_ONCE = 2**19
"""Scores of a block on the CPU: 2 MiB, which stay in a core's cache while they become losses and gradients."""
SCORES_AT_ONCE_GPU = 2**26
LEAST_ROWS = 64
"""States of a block at least; fewer make a matrix product slow."""


def whole_softmax(states: Tensor, wanted: Tensor, items: Tensor) -> Tensor:
    """Mean cross entropy of `wanted` (n,) among all items by states (n, factors) · items (n_items, factors), a scalar.

    In full precision. Scores are made for a block of states at a time and give loss and gradients at once, so that
    memory does not grow with n times n_items, and the time is half of what keeping them takes.
    """
    with torch.autocast(states.device.type, enabled=False):
        loss: Tensor = _TAKE.apply(states.float(), wanted, items.float())
    return loss


class _WholeSoftmax(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, states: Tensor, wanted: Tensor, items: Tensor) -> Tensor:
        at_once = SCORES_AT_ONCE if states.device.type == "cpu" else SCORES_AT_ONCE_GPU
        size = max(LEAST_ROWS, at_once // len(items))
        of_states, of_items = torch.empty_like(states), torch.zeros_like(items)
        loss = states.new_zeros(())
        for start in range(0, len(states), size):
            block, right = states[start : start + size], wanted[start : start + size, None]
            scores = block @ items.T
            log_total = scores.logsumexp(dim=1, keepdim=True)
            loss += (log_total - scores.gather(1, right)).sum()
            # the gradient by a score is its share, less 1 for the one that is right
            by_score = scores.sub_(log_total).exp_().scatter_add_(1, right, torch.full_like(log_total, -1.0))
            torch.mm(by_score, items, out=of_states[start : start + size])
            of_items.addmm_(by_score.T, block)
        ctx.save_for_backward(of_states / len(states), of_items / len(states))
        return loss / len(states)

    @staticmethod
    def backward(ctx: Any, *grads: Tensor) -> tuple[Tensor, None, Tensor]:
        of_states, of_items = ctx.saved_tensors
        return grads[0] * of_states, None, grads[0] * of_items


_TAKE: Any = _WholeSoftmax
"""torch does not say what `apply` takes."""
