"""A game whose gradient is known where the catalogue is small enough to add it up."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from scipy.sparse import csr_matrix
from torch import Tensor

from recengine.data import Dataset
from recengine.models import HasCurves, Resources, make_recipe
from recengine.models.networks.irgan import (
    DISCRIMINATOR_LOSS,
    REWARD,
    IrGan,
    IrGanTask,
    Player,
    discriminator_loss,
    generator_loss,
    likelihood_loss,
)
from recengine.models.neural.irgan import IrGanRecipe

TAKEN = csr_matrix(np.array([[1, 0, 1, 0], [0, 5, 0, 0]], dtype=np.float32))


@pytest.fixture
def game() -> IrGan:
    torch.manual_seed(0)
    made = IrGan(TAKEN, factors=2)
    for player in (made.generator, made.discriminator):
        for weight in player.parameters():
            torch.nn.init.normal_(weight)
    return made


def untouched(loss: Tensor, player: Player) -> bool:
    found = torch.autograd.grad(loss, list(player.parameters()), retain_graph=True, allow_unused=True)
    return all(gradient is None for gradient in found)


def test_the_share_of_what_was_taken(game: IrGan) -> None:
    found = game.share_of_taken(torch.tensor([0, 1]), torch.tensor([[0, 1, 2], [3, 1, 1]]))
    assert found.tolist() == [[1 / 2, 0, 1 / 2], [0, 1, 1]]


def test_the_policy_gradient_is_that_of_the_expected_reward(game: IrGan) -> None:
    users = torch.tensor([0])
    rng = np.random.default_rng(0)
    taken = torch.from_numpy(rng.choice([0, 2], (1, 200_000)))
    loss, reward = generator_loss(game, users, taken)
    (gradient,) = torch.autograd.grad(loss, game.generator.bias, retain_graph=True)
    with torch.no_grad():
        chances = torch.softmax(game.generator(users), dim=1)[0]
        rewards = 2 * torch.sigmoid(game.discriminator(users))[0] - 1
        expected = (chances * rewards).sum()
    # d/db_i of -Σ p r, p being a softmax, is -p_i (r_i - Σ p r)
    torch.testing.assert_close(gradient, -chances * (rewards - expected), rtol=0.05, atol=0.003)
    assert float(reward) == pytest.approx(float(expected), abs=0.01)
    # the discriminator learns nothing from the generator's turn
    assert untouched(loss, game.discriminator)


def test_the_discriminator_learns_in_its_own_turn_alone(game: IrGan) -> None:
    users, taken = torch.tensor([1]), torch.full((1, 50_000), 1)
    loss = discriminator_loss(game, users, taken)
    with torch.no_grad():
        chances, odds = torch.softmax(game.generator(users), dim=1)[0], game.discriminator(users)[0]
        expected = -torch.log(torch.sigmoid(odds[1])) - (chances * torch.log(1 - torch.sigmoid(odds))).sum()
    assert float(loss.detach()) == pytest.approx(float(expected), rel=0.02)
    assert untouched(loss, game.generator)


def test_the_likelihood_is_that_of_a_softmax(game: IrGan) -> None:
    loss = likelihood_loss(game.generator, torch.tensor([0]), torch.tensor([[0, 2]]))
    with torch.no_grad():
        chances = torch.softmax(game.generator(torch.tensor([0])), dim=1)[0]
    assert float(loss.detach()) == pytest.approx(-float(chances[0].log() + chances[2].log()) / 2)


def test_a_batch_is_what_its_users_took() -> None:
    task = IrGanTask(IrGanRecipe(draws=8, pretraining=1), TAKEN)
    assert [batch[2].tolist() for batch in task.batches(np.random.default_rng(0), 2)] == [[0, 0]]
    task.after_epoch()
    batches = list(task.batches(np.random.default_rng(0), 2))
    assert [batch[2].tolist() for batch in batches] == [[1, 1], [2, 2]]
    for users, items, _ in batches:
        for user, row in zip(users.tolist(), items.tolist(), strict=True):
            assert set(row) == set(TAKEN[user].indices)


def test_a_pass_that_is_begun_anew_is_told_once() -> None:
    torch.manual_seed(0)
    task = IrGanTask(IrGanRecipe(draws=8, pretraining=0), TAKEN)
    rng = np.random.default_rng(0)
    # the second batch had no room
    task.loss(task.network, next(task.batches(rng, 1)))
    losses = [float(task.loss(task.network, batch).detach()) for batch in task.batches(rng, 1)]
    # in turn the one player and the other
    assert task.after_epoch()[DISCRIMINATOR_LOSS] == pytest.approx(np.mean(losses[::2]), rel=1e-6)


def test_its_curves_begin_with_the_game(board: Dataset, resources: Resources) -> None:
    recipe = make_recipe("irgan", {"epochs": 5, "pretraining": 2, "batch_size": 16})
    scorer = recipe.fit(board, resources=resources)
    assert isinstance(scorer, HasCurves)
    curves = {curve.name: curve.values for curve in scorer.curves}
    assert set(curves) == {DISCRIMINATOR_LOSS, REWARD}
    for values in curves.values():
        np.testing.assert_array_equal(np.isnan(values), [True, True, False, False, False])
    # a player that does not know better has log 2 for either kind
    assert curves[DISCRIMINATOR_LOSS][2] == pytest.approx(2 * np.log(2), abs=0.1)
    assert np.all(np.abs(curves[REWARD][2:]) < 1)


def test_one_event_a_user_is_enough(board: Dataset) -> None:
    single = board.with_interactions(board.interactions.unique("user", keep="first", maintain_order=True), "single")
    scorer = make_recipe("irgan", {"epochs": 2}).fit(single)
    heard = np.isfinite(scorer.score(np.arange(board.n_users, dtype=np.int32)))
    np.testing.assert_array_equal(heard, np.outer(np.diff(single.matrix.indptr) > 0, single.popularity() > 0))
