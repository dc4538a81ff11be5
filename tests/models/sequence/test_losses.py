"""The losses by their formulas, on scores small enough to work out."""

from __future__ import annotations

import math
from typing import Any, cast

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn import functional

from recengine.models import make_recipe
from recengine.models.networks.contrast import contrast
from recengine.models.networks.next_item_loss import NextItemLoss, bpr_max, top1_max
from recengine.models.networks.whole_softmax import whole_softmax
from recengine.models.sequence.gru4rec import RANKING_LOSSES
from recengine.models.sequence.recipe import DRAWS, SequenceRecipe
from recengine.models.training import Task
from tests.models.sequence.cycle import N_ITEMS, NOBODYS, cycle

OWN = torch.tensor([[2.0], [0.5]])
OTHERS = torch.tensor([[1.0, 3.0, 2.0], [0.0, -1.0, 0.25]])
SAME = torch.tensor([[False, False, True], [False, False, False]])


def sigmoid(x: float) -> float:
    return 1 / (1 + math.exp(-x))


def shares(scores: list[float]) -> list[float]:
    total = sum(map(math.exp, scores))
    return [math.exp(score) / total for score in scores]


# the third item drawn in the first row is the one looked for, so it does not count
ROWS = [(2.0, [1.0, 3.0]), (0.5, [0.0, -1.0, 0.25])]


def test_bpr_max() -> None:
    expected = []
    for own, others in ROWS:
        above = sum(share * sigmoid(own - other) for share, other in zip(shares(others), others, strict=True))
        kept = sum(share * other**2 for share, other in zip(shares(others), others, strict=True))
        expected.append(-math.log(above) + 0.7 * kept)
    assert float(bpr_max(OWN, OTHERS, SAME, 0.7)) == pytest.approx(sum(expected) / 2)


def test_top1_max() -> None:
    expected = [
        sum(s * (sigmoid(other - own) + sigmoid(other**2)) for s, other in zip(shares(others), others, strict=True))
        for own, others in ROWS
    ]
    assert float(top1_max(OWN, OTHERS, SAME)) == pytest.approx(sum(expected) / 2)


def states_and_items() -> tuple[Tensor, Tensor, Tensor]:
    """750 states that should point to what the circle's users took, so in proportion to popularity."""
    generator = torch.Generator().manual_seed(3)
    wanted = torch.from_numpy(cycle().sequences.items.astype(np.int64))
    return torch.randn(len(wanted), 8, generator=generator), wanted, torch.randn(31, 8, generator=generator)


def test_the_whole_softmax_is_that_of_torch() -> None:
    # 131 states in blocks of 64, the last of them not full
    generator = torch.Generator().manual_seed(4)
    states = (4 * torch.randn(131, 5, generator=generator)).requires_grad_()
    items = torch.randn(20_000, 5, generator=generator).requires_grad_()
    wanted = torch.randint(20_000, (131,), generator=generator)
    ours, theirs = whole_softmax(states, wanted, items), functional.cross_entropy(states @ items.T, wanted)
    torch.testing.assert_close(ours, theirs, rtol=1e-5, atol=0)
    gradients = (torch.autograd.grad(3 * loss, (states, items)) for loss in (ours, theirs))
    for mine, other in zip(*gradients, strict=True):
        torch.testing.assert_close(mine, other, rtol=1e-4, atol=1e-7)


@pytest.mark.parametrize("sampling", DRAWS)
@pytest.mark.parametrize("loss", [loss for loss in RANKING_LOSSES if loss != "softmax"])
def test_an_item_that_nobody_took_is_never_drawn(loss: str, sampling: str) -> None:
    states, wanted, items = states_and_items()
    items[NOBODYS] = torch.nan
    assert torch.isfinite(NextItemLoss(cycle(), loss, 200, sampling, 1.0)(states, wanted, items))


@pytest.mark.parametrize("sampling", DRAWS)
def test_a_sampled_softmax_tends_to_the_whole_one(sampling: str) -> None:
    states, wanted, items = states_and_items()
    torch.manual_seed(0)
    whole = NextItemLoss(cycle(), "softmax", 1, sampling, 0.0)(states, wanted, items[:NOBODYS])
    drawn = NextItemLoss(cycle(), "sampled", 20_000, sampling, 0.0)(states, wanted, items)
    assert float(drawn) == pytest.approx(float(whole), rel=0.01)
    few = NextItemLoss(cycle(), "sampled", 4, sampling, 0.0)(states, wanted, items)
    assert abs(float(few) - float(whole)) > 0.02 * float(whole)


def test_binary_cross_entropy_of_one_item_drawn() -> None:
    # two items, so that what is drawn is either the one looked for, which does not count, or the other
    scores = torch.tensor([[1.5, -0.5]])
    loss = NextItemLoss(cycle(), "bce", 64, "uniform", 0.0)
    loss._steps = torch.tensor([0.5, 1.0], dtype=torch.float64)
    expected = -math.log(sigmoid(1.5)) - math.log(1 - sigmoid(-0.5))
    assert float(loss(torch.ones(1, 1), torch.tensor([0]), scores.T)) == pytest.approx(expected)


def test_views_are_told_apart() -> None:
    # cosines: 1 between the two views of a history, 0 to the views of the other
    first, second = torch.tensor([[2.0, 0.0], [0.0, 3.0]]), torch.tensor([[0.5, 0.0], [0.0, 1.0]])
    expected = -math.log(math.exp(1 / 0.5) / (math.exp(1 / 0.5) + 2 * math.exp(0)))
    assert float(contrast(first, second, 0.5)) == pytest.approx(expected)
    assert float(contrast(first, second.flip(0), 0.5)) > expected


@pytest.mark.parametrize("name", ["sasrec", "bert4rec"])
def test_a_weight_of_0_leaves_the_views_out(name: str) -> None:
    small = {"factors": 8, "max_length": 6}
    rng = np.random.default_rng
    without, with_views = (
        cast(SequenceRecipe, make_recipe(name, {**small, "contrast": weight})).task(cycle()) for weight in (0.0, 1.0)
    )
    assert [len(batch) for batch in without.batches(rng(0), 64)] == [2, 2]
    given, wanted, first, second = next(iter(with_views.batches(rng(0), 90)))
    assert given.shape == wanted.shape
    assert first.shape == second.shape == (90, 6)
    assert (first != second).any()


def test_some_histories_are_learnt_from_in_a_view() -> None:
    chosen = {"factors": 8, "max_length": 20, "augmented": 0.5, "crop": 0.0, "mask": 0.0, "reorder": 1.0}
    task = cast(SequenceRecipe, make_recipe("sasrec", chosen)).task(cycle())
    given, wanted = (np.concatenate([rows[:, :3] for rows in part]) for part in columns(task))
    follows = ((given % N_ITEMS) + 1 == wanted).all(axis=1)
    # half the users are shuffled, of whom next to none stay in order; 90 users
    assert 0.3 < follows.mean() < 0.7


def columns(task: Task) -> list[list[np.ndarray[Any, Any]]]:
    batches = list(task.batches(np.random.default_rng(0), 32))
    return [[batch[place].numpy() for batch in batches] for place in (0, 1)]
