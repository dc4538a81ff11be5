"""Which tasks share their batches among several GPUs, on a machine that only seems to have two."""

from __future__ import annotations

from contextlib import nullcontext
from types import SimpleNamespace
from typing import Any, cast

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from torch import nn

from recengine.data import Dataset
from recengine.models.attributes.fields import Fields
from recengine.models.networks.contrastive_encoder import ContrastiveTask
from recengine.models.networks.irgan import IrGanTask
from recengine.models.networks.lossy import Lossy
from recengine.models.networks.multi_task_learning import MultiTaskLearning
from recengine.models.neural.irgan import IrGanRecipe
from recengine.models.neural.multi_task import MultiTaskRecipe
from recengine.models.sequence import Bert4RecRecipe, SasRecRecipe
from recengine.models.training import Task
from recengine.models.training.loop import _with_loss
from tests.models.training.tiny import TinyNetwork, TinyTask


class Shared(nn.Module):
    """In the place of torch's own, which wants real GPUs."""

    def __init__(self, module: nn.Module) -> None:
        super().__init__()
        self.module = module


@pytest.fixture
def two_gpus(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr(torch.cuda, "device_count", lambda: 2)
    monkeypatch.setattr(torch.nn, "DataParallel", Shared)
    monkeypatch.setattr(Lossy, "to", lambda module, device: module)
    return SimpleNamespace(device=torch.device("cuda"), autocast=nullcontext)


def tiny() -> TinyTask:
    task = TinyTask()
    task.network = TinyNetwork()
    return task


def encoder(board: Dataset) -> Task:
    network: Any = TinyNetwork()
    pairs = np.zeros((2, 2), dtype=np.int64)
    return ContrastiveTask(network, pairs, ["a"], csr_matrix((1, 1)), temperature=1.0, left_out=0.0)


def several(board: Dataset) -> Task:
    recipe = MultiTaskRecipe()
    return MultiTaskLearning(recipe.network(Fields.learn(board, None), board, recipe.heads(board)), recipe, board)


def game(board: Dataset) -> Task:
    return IrGanTask(IrGanRecipe(), board.matrix)


def views(board: Dataset) -> Task:
    return SasRecRecipe(contrast=0.1).task(board)


def drawn(board: Dataset) -> Task:
    return SasRecRecipe(loss="sampled", sampling="batch").task(board)


def drawn_one_by_one(board: Dataset) -> Task:
    return Bert4RecRecipe(loss="bce", sampling="batch", contrast=0.0).task(board)


@pytest.mark.parametrize("make", [encoder, several, game, views, drawn, drawn_one_by_one])
def test_batches_that_are_compared_within_or_told_of_stay_whole(make: Any, board: Dataset, two_gpus: Any) -> None:
    assert isinstance(_with_loss(make(board), two_gpus), Lossy)


def test_others_are_shared(board: Dataset, two_gpus: Any) -> None:
    whole = SasRecRecipe(contrast=0.0, loss="softmax", sampling="batch")
    popular = SasRecRecipe(contrast=0.0, loss="sampled", sampling="popularity")
    for task in (cast(Task, tiny()), whole.task(board), popular.task(board)):
        assert isinstance(_with_loss(task, two_gpus), Shared)
