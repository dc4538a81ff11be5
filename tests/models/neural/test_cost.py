"""What a fit is estimated to cost."""

from __future__ import annotations

import pytest

from recengine.models import make_recipe
from recengine.models.training import TrainedRecipe

NAMES = ("lightgcn", "multvae", "irgan", "multi-task")


@pytest.mark.parametrize("name", NAMES)
def test_more_of_anything_costs_more(name: str) -> None:
    recipe = make_recipe(name)
    assert isinstance(recipe, TrainedRecipe)
    least = recipe.operations(100, 200, 5_000)
    assert 0 < least < recipe.operations(1_000, 2_000, 50_000)
    longer = make_recipe(name, {"epochs": recipe.epochs + 10})
    assert isinstance(longer, TrainedRecipe)
    assert longer.operations(100, 200, 5_000) > least
    assert recipe.memory(100, 200, 5_000) <= recipe.memory(1_000, 2_000, 50_000)


def test_rounds_before_the_game_cost_less() -> None:
    played, learnt = (make_recipe("irgan", {"epochs": 10, "pretraining": before}) for before in (0, 20))
    assert isinstance(played, TrainedRecipe)
    assert isinstance(learnt, TrainedRecipe)
    assert learnt.operations(100, 200, 5_000) < played.operations(100, 200, 5_000)
