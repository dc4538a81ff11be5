"""Recipes that people named: variants such as `als:tuned`, by the name of the scorer."""

from __future__ import annotations

from pathlib import Path

from recengine.errors import RecipeError, StoreError
from recengine.models import Recipe, make_recipe, named_variant, recipe_name
from recengine.storage import read_document, write_document

FOLDER = "recipes"
FORMAT = "recengine-recipe"
_MEND = "Delete the file, or save the recipe again."


def load_recipe(root: Path, scorer: str) -> Recipe:
    """The recipe saved as `scorer`; a plain name such as `als` is the recipe with its defaults.

    A variant that the recipe names itself, as `multi-task:rating`, is there unless another one is saved under its name.
    Raises `RecipeError` where nothing is saved under the name, `StoreError` where it is damaged.
    """
    recipe = make_recipe(scorer)  # the name is one
    if scorer == recipe_name(scorer):
        return recipe
    path = _path(root, scorer)
    if not path.exists():
        if named_variant(scorer) is not None:
            return recipe
        there = ", ".join(saved_recipes(root)) or "nothing"
        way = "Upload its scores" if recipe.name == "external" else "Save it, or tune it"
        raise RecipeError(f'There is no saved recipe "{scorer}" in {root}, which has {there}. {way}.')
    return _read(path, scorer)


def saved_recipes(root: Path) -> dict[str, Recipe]:
    """Every saved recipe that is whole, by the name of its scorer, sorted."""
    found = {}
    for path in sorted((root / FOLDER).glob("*/*.json")):
        scorer = f"{path.parent.name}:{path.stem}"
        try:
            found[scorer] = _read(path, scorer)
        except (RecipeError, StoreError):  # damaged, or of a recipe that is not installed any more
            continue
    return found


def save_recipe(root: Path, scorer: str, recipe: Recipe) -> None:
    """Save `recipe` under the name of a variant, replacing what had it. Raises `RecipeError` or `StoreError`."""
    make_recipe(scorer)  # the name is one
    if scorer == recipe_name(scorer):
        raise RecipeError(f'"{scorer}" means the defaults, which stay. Save it as {scorer}:NAME.')
    if recipe_name(scorer) != recipe.name:
        raise RecipeError(f'"{scorer}" cannot name a recipe of {recipe.name}. Save it as {recipe.name}:NAME.')
    write_document(
        _path(root, scorer),
        {"format": FORMAT, "recipe": recipe.name, "version": recipe.version, "settings": recipe.settings()},
    )


def delete_recipe(root: Path, scorer: str) -> None:
    """Forget a saved recipe; what was fitted with it stays. Raises `RecipeError` where there is none."""
    make_recipe(scorer)
    path = _path(root, scorer)
    if scorer == recipe_name(scorer) or not path.exists():
        raise RecipeError(f'There is no saved recipe "{scorer}". It may have been deleted already; reload the page.')
    try:
        path.unlink()
    except OSError as error:
        raise StoreError(f"{path}: cannot be deleted ({error.strerror}). Make the folder writable.") from error


def _path(root: Path, scorer: str) -> Path:
    recipe, _, variant = scorer.partition(":")
    return root / FOLDER / recipe / f"{variant}.json"


def _read(path: Path, scorer: str) -> Recipe:
    document = read_document(path, "the saved recipe", _MEND)
    settings = document.get("settings")
    if document.get("format") != FORMAT or not isinstance(settings, dict):
        raise StoreError(f"{path}: not a saved recipe. {_MEND}")
    return make_recipe(scorer, settings)
