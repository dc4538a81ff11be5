from pathlib import Path

import pytest

from recengine.errors import RecipeError
from recengine.models import make_recipe
from recengine.workspace import Workspace


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    return Workspace.open(tmp_path / "workspace")


def test_a_saved_recipe_is_found_by_its_name(workspace: Workspace) -> None:
    assert workspace.saved_recipes() == {}
    tuned = make_recipe("als", {"factors": 8})
    workspace.save_recipe("als:tuned", tuned)
    assert workspace.recipe("als:tuned") == tuned
    assert workspace.saved_recipes() == {"als:tuned": tuned}
    workspace.save_recipe("als:tuned", make_recipe("als", {"factors": 16}))
    assert workspace.recipe("als:tuned").settings()["factors"] == 16
    workspace.delete_recipe("als:tuned")
    assert workspace.saved_recipes() == {}


def test_a_plain_name_is_the_defaults_and_stays_so(workspace: Workspace) -> None:
    assert workspace.recipe("als") == make_recipe("als")
    with pytest.raises(RecipeError, match='"als" means the defaults, which stay'):
        workspace.save_recipe("als", make_recipe("als", {"factors": 8}))


@pytest.mark.parametrize(
    ("scorer", "message"),
    [
        ("als:../../x", "cannot name a variant"),
        ("als:.hidden", "cannot name a variant"),
        ("als:", "cannot name a variant"),
        ("als:" + "x" * 41, "cannot name a variant"),
        ("svd:tuned", "There is no model"),
        ("popularity:tuned", "cannot name a recipe of als"),
    ],
)
def test_names_that_are_none_are_refused(workspace: Workspace, scorer: str, message: str) -> None:
    with pytest.raises(RecipeError, match=message):
        workspace.save_recipe(scorer, make_recipe("als"))
    assert not workspace.root.exists() or not list(workspace.root.rglob("*x*"))


def test_what_is_not_saved_is_said_with_what_is(workspace: Workspace) -> None:
    workspace.save_recipe("als:wide", make_recipe("als", {"factors": 100}))
    with pytest.raises(RecipeError, match=r'no saved recipe "als:tuned" in .*, which has als:wide'):
        workspace.recipe("als:tuned")
    with pytest.raises(RecipeError, match="may have been deleted already"):
        workspace.delete_recipe("als:tuned")


def test_a_damaged_recipe_is_left_out(workspace: Workspace) -> None:
    workspace.save_recipe("als:wide", make_recipe("als", {"factors": 100}))
    workspace.save_recipe("als:narrow", make_recipe("als", {"factors": 4}))
    (workspace.root / "recipes" / "als" / "wide.json").write_text("{")
    assert list(workspace.saved_recipes()) == ["als:narrow"]


def test_a_variant_that_its_recipe_names_is_there_until_another_has_its_name(workspace: Workspace) -> None:
    assert workspace.recipe("multi-task:rating").settings()["head"] == "rating"
    workspace.save_recipe("multi-task:rating", make_recipe("multi-task:rating", {"epochs": 3}))
    assert workspace.recipe("multi-task:rating") == make_recipe("multi-task", {"head": "rating", "epochs": 3})
    workspace.delete_recipe("multi-task:rating")
    assert workspace.recipe("multi-task:rating") == make_recipe("multi-task", {"head": "rating"})
