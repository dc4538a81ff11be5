"""Heads over shared towers, on data whose answer is planted."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest
import torch

from recengine.data import Dataset
from recengine.errors import RecipeError
from recengine.models import Resources, TakesAttributes, TakesNewItems, make_recipe, named_variant
from recengine.models.attributes.fields import Fields
from recengine.models.networks.multi_task import Head, mean_of, weighted_sum
from recengine.models.networks.multi_task_learning import LOSS_OF, WEIGHT_OF, MultiTaskLearning
from recengine.models.neural.multi_task import MultiTaskRecipe
from recengine.models.training import hold_out
from tests.models.checkerboard import COLD_ITEM, DAY, START

QUICK = {"factors": 8, "hidden": 16, "batch_size": 64, "learning_rate": 0.02, "dropout": 0.1}
FEW = {**QUICK, "epochs": 2, "text": False}


def test_uncertain_losses_count_less() -> None:
    losses = {"click": torch.tensor(6.0), "rating": torch.tensor(0.8)}
    log_variances = torch.tensor([0.3, -0.2], requires_grad=True)
    total, weights = weighted_sum(losses, log_variances)
    expected = np.exp(-0.3) * 6 + 0.3 / 2 + np.exp(0.2) / 2 * 0.8 - 0.2 / 2
    assert float(total.detach()) == pytest.approx(expected)
    assert float(weights["rating"].detach()) == pytest.approx(np.exp(0.2) / 2)
    # d/ds (λ L + s / 2) = -λ L + 1 / 2
    (gradient,) = torch.autograd.grad(total, log_variances)
    assert gradient.tolist() == pytest.approx([-np.exp(-0.3) * 6 + 1 / 2, -np.exp(0.2) / 2 * 0.8 + 1 / 2], rel=1e-5)


def test_at_the_best_variance_every_loss_counts_alike() -> None:
    # λ L = 1 / 2 where exp(s) = 2 L, and for a squared error exp(s) = L: then σ² is the mean squared error
    losses = {"click": torch.tensor(6.0), "rating": torch.tensor(0.8)}
    best = torch.tensor([np.log(2 * 6.0), np.log(0.8)], requires_grad=True)
    total, _ = weighted_sum(losses, best)
    (gradient,) = torch.autograd.grad(total, best)
    assert gradient.tolist() == pytest.approx([0, 0], abs=1e-6)


def test_a_head_is_an_inner_product() -> None:
    torch.manual_seed(0)
    head = Head(3, mean=3.5, spread=1.2)
    for layer in (head.user_bias, head.item_bias):
        torch.nn.init.normal_(layer.weight)
    users, items = torch.randn(4, 3), torch.randn(5, 3)
    found = head.in_units(head.user_vectors(users)) @ head.item_vectors(items).T
    biases = head.user_bias(users) + head.item_bias(items).T
    expected = 3.5 + 1.2 * (head.users(users) @ head.items(items).T + biases)
    torch.testing.assert_close(found, expected)


def test_the_mean_is_over_what_is_there() -> None:
    vectors = torch.tensor([[[1.0], [3.0]], [[5.0], [9.0]], [[2.0], [2.0]]])
    items = torch.tensor([[4, 7], [4, -1], [-1, -1]])
    assert mean_of(vectors, items).flatten().tolist() == [2, 5, 0]


def test_a_pass_that_is_begun_anew_is_told_once(board: Dataset) -> None:
    torch.manual_seed(0)
    recipe = MultiTaskRecipe(factors=8, hidden=16, text=False, weighting="fixed", rating_weight=2.0)
    task = MultiTaskLearning(recipe.network(Fields.learn(board, None), board, recipe.heads(board)), recipe, board)
    rng = np.random.default_rng(0)
    # the second batch had no room
    task.loss(task.network, next(task.batches(rng, 64)))
    totals = [float(task.loss(task.network, batch).detach()) for batch in task.batches(rng, 32)]
    told = task.after_epoch()
    weighted = sum(recipe.fixed_weights[name] * told[LOSS_OF[name]] for name in recipe.heads(board))
    assert weighted == pytest.approx(np.mean(totals), rel=1e-6)


@pytest.fixture(scope="module")
def rated() -> tuple[Dataset, Dataset, Any]:
    """Ratings that are the sum of a user's and an item's leaning and of how their two tastes agree; a tenth hidden."""
    rng = np.random.default_rng(0)
    n_users, n_items = 60, 50
    leaning = 3 + rng.normal(0, 0.4, (n_users, 1)) + rng.normal(0, 0.4, (1, n_items))
    agree = np.outer(rng.choice([-1, 1], n_users), rng.choice([-1, 1], n_items))
    ratings = leaning + 0.8 * agree
    users, items = np.nonzero(rng.random((n_users, n_items)) < 0.6)
    rows = pl.DataFrame(
        {
            "user": users.astype(np.int32),
            "item": items.astype(np.int32),
            "weight": ratings[users, items].clip(0.1).astype(np.float32),
            "time": START + DAY * rng.permutation(users.size),
            "positive": ratings[users, items] >= 3,
        }
    )
    names = {"title": "", "text": ""}
    catalogue = pl.DataFrame({"id": [f"i{i}" for i in range(n_items)], **names})
    people = pl.DataFrame({"id": [f"u{u}" for u in range(n_users)]})
    every = Dataset("rated", rows, catalogue, people, (), (), "rated", positive_from=3.0)
    shown = rng.random(rows.height) < 0.9
    return every.with_interactions(rows.filter(pl.Series(shown)), "shown"), every, rows.filter(pl.Series(~shown))


def test_the_rating_head_finds_planted_ratings(rated: tuple[Dataset, Dataset, Any]) -> None:
    shown, _, hidden = rated
    recipe = make_recipe("multi-task", {**QUICK, "head": "rating", "epochs": 30, "batch_size": 128, "dropout": 0.0})
    scores = recipe.fit(shown, seed=0).score(np.arange(shown.n_users, dtype=np.int32))
    wanted = hidden["weight"].to_numpy()
    found = scores[hidden["user"].to_numpy(), hidden["item"].to_numpy()]
    of_mean = np.sqrt(np.mean((wanted - shown.interactions["weight"].mean()) ** 2))
    assert np.sqrt(np.mean((wanted - found) ** 2)) < 0.5 * of_mean


def test_curves_tell_of_every_head(board: Dataset) -> None:
    learnt: Any = make_recipe("multi-task", FEW).fit(board)
    assert {curve.name for curve in learnt.curves} == {*LOSS_OF.values(), *WEIGHT_OF.values()}
    assert all(np.isfinite(curve.values).all() and len(curve.values) == 2 for curve in learnt.curves)
    fixed: Any = make_recipe("multi-task", {**FEW, "weighting": "fixed"}).fit(board)
    assert {curve.name for curve in fixed.curves} == set(LOSS_OF.values())


def test_a_head_that_counts_nothing_learns_nothing(board: Dataset) -> None:
    recipe = {**FEW, "weighting": "fixed", "rating_weight": 0.0}
    scorer: Any = make_recipe("multi-task", {**recipe, "epochs": 5, "head": "rating"}).fit(board)
    losses = {curve.name: curve.values for curve in scorer.curves}
    assert losses[LOSS_OF["rating"]][-1] > 0.9  # the variance of what is standardised is 1
    assert losses[LOSS_OF["click"]][-1] < losses[LOSS_OF["click"]][0]


def test_every_head_is_a_scorer_by_its_name() -> None:
    assert make_recipe("multi-task").settings()["head"] == "click"
    assert make_recipe("multi-task:rating").settings()["head"] == "rating"
    assert make_recipe("multi-task:next", {"epochs": 3}).settings()["head"] == "next"
    # what is asked for goes before what a name means, and any other name means nothing
    assert make_recipe("multi-task:next", {"head": "rating"}).settings()["head"] == "rating"
    assert make_recipe("multi-task:mine").settings()["head"] == "click"
    assert named_variant("multi-task:rating") == {"head": "rating"}
    assert named_variant("multi-task:mine") is named_variant("als:rating") is named_variant("nothing:rating") is None


def test_what_is_missing_is_said_in_one_line(board: Dataset) -> None:
    alike = board.with_interactions(board.interactions.with_columns(weight=pl.lit(4.0, pl.Float32)), "alike")
    timeless = board.with_interactions(board.interactions.with_columns(time=pl.lit(None, pl.Int64)), "timeless")
    for head, train, message in (("rating", alike, "no ratings to learn"), ("next", timeless, "there are none")):
        recipe = make_recipe("multi-task", {**FEW, "head": head})
        obstacle = recipe.obstacle(train)
        assert obstacle is not None
        assert message in obstacle
        assert "\n" not in obstacle
        with pytest.raises(RecipeError, match=message):
            recipe.fit(train)
    # clicks are there all the same, and the other heads are left out
    bare = timeless.with_interactions(alike.interactions.with_columns(time=pl.lit(None, pl.Int64)), "bare")
    scorer: Any = make_recipe("multi-task", FEW).fit(bare)
    assert {curve.name for curve in scorer.curves} == {LOSS_OF["click"], WEIGHT_OF["click"]}


def test_a_head_that_only_what_is_held_out_would_teach_is_not_offered(board: Dataset) -> None:
    rows = board.interactions.sort("user", "time", maintain_order=True)
    latest = rows["user"].to_numpy() != np.append(rows["user"].to_numpy()[1:], -1)
    weights = np.where(latest, 2.0, 4.0).astype(np.float32)
    held = board.with_interactions(rows.with_columns(weight=pl.Series(weights)), "latest rated otherwise")
    settings = {**FEW, "held_out": board.n_users}
    scorer: Any = make_recipe("multi-task", settings).fit(held)
    assert LOSS_OF["rating"] not in {curve.name for curve in scorer.curves}
    assert LOSS_OF["next"] in {curve.name for curve in scorer.curves}
    with pytest.raises(RecipeError, match="no ratings to learn"):
        make_recipe("multi-task", {**settings, "head": "rating"}).fit(held)
    # a stored one has the heads that learnt
    restored: Any = make_recipe("multi-task", settings).restore(scorer.state(), held, "CPU")
    people = pl.DataFrame({"club": ["dancers"], "age": [30.0]})
    np.testing.assert_array_equal(restored.score_attributes(people), scorer.score_attributes(people))
    # the mean of those that are learnt from, 4 each but for one of 1
    weights[0] = 1
    some = board.with_interactions(rows.with_columns(weight=pl.Series(weights)), "rated")
    known = hold_out(some, board.n_users, 0)
    assert known is not None
    n = known.known.interactions.height
    recipe = MultiTaskRecipe(held_out=board.n_users)
    assert recipe.heads(known.known)["rating"][0] == pytest.approx((4 * (n - 1) + 1) / n)


def test_nothing_comes_next_where_nobody_took_two_items(board: Dataset) -> None:
    rows = board.interactions.unique("user", keep="first", maintain_order=True)
    single = board.with_interactions(rows, "single")
    scorer: Any = make_recipe("multi-task", FEW).fit(single)
    assert LOSS_OF["next"] not in {curve.name for curve in scorer.curves}
    recipe = make_recipe("multi-task", {**FEW, "head": "next"})
    assert "nobody in" in (recipe.obstacle(single) or "")
    assert "\n" not in (recipe.obstacle(single) or "")


@pytest.mark.parametrize(("head", "read"), [("click", 0), ("rating", 0), ("next", 1)])
def test_only_the_head_of_the_next_item_reads_the_latest(board: Dataset, head: str, read: int) -> None:
    recipe = MultiTaskRecipe(head=head, factors=8, hidden=16, text=False)
    network = recipe.network(Fields.learn(board, None), board, recipe.heads(board)).eval()
    asked: list[int] = []
    network.items.register_forward_hook(lambda module, rows, out: asked.append(len(out)))
    before = torch.zeros((3, 5), dtype=torch.long)
    with torch.inference_mode():
        network.vectors_of_users(head, torch.arange(3), before)
    assert asked == [3 * 5] * read


def test_one_event_a_user_without_attributes_is_enough(board: Dataset) -> None:
    rows = board.interactions.unique("user", keep="first", maintain_order=True)
    items, users = board.items.select("id", "title", "text"), board.users.select("id")
    single = Dataset("single", rows, items, users, (), (), "single")
    scorer = make_recipe("multi-task", FEW).fit(single)
    heard = np.isfinite(scorer.score(np.arange(board.n_users, dtype=np.int32)))
    np.testing.assert_array_equal(heard, np.outer(np.diff(single.matrix.indptr) > 0, single.popularity() > 0))


def test_attributes_and_texts_speak_for_who_and_what_is_new(board: Dataset, resources: Resources) -> None:
    settings = {**QUICK, "epochs": 15, "hidden_ids": 0.3}
    scorer = make_recipe("multi-task", settings).fit(board, seed=0, resources=resources)
    assert isinstance(scorer, TakesAttributes)
    assert isinstance(scorer, TakesNewItems)
    known = np.arange(board.n_items) != COLD_ITEM
    even, odd = known & (np.arange(board.n_items) % 2 == 0), np.arange(board.n_items) % 2 == 1
    people = pl.DataFrame({"club": ["dancers", "pilots", None], "age": [30.0, 30.0, None]})
    scores = scorer.score_attributes(people)
    assert scores[0, even].mean() > scores[0, odd].mean()
    assert scores[1, even].mean() < scores[1, odd].mean()
    assert np.isnan(scores[2]).all()
    films = pl.DataFrame(
        {"id": ["a", "b"], "title": ["", ""], "text": ["a wedding and a love story", "rockets fight an alien fleet"]}
    ).with_columns(genres=pl.Series([["romance"], ["space"]]), year=pl.Series([None, None], dtype=pl.Float64))
    new = scorer.score_new_items(np.array([0, 2], dtype=np.int32), films, resources)
    assert new[0, 0] > new[0, 1]  # a dancer
    assert new[1, 0] < new[1, 1]  # a pilot
