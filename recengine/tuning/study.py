"""What a study asks, and what it found."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from recengine.data import Dataset, parse_split
from recengine.errors import RecipeError, ScenarioError
from recengine.fusion import check_k
from recengine.models import Recipe, recipes
from recengine.models.settings import Among, Search, Span
from recengine.ranking import find_metric
from recengine.storage import digest
from recengine.tuning.trials import Trial
from recengine.tuning.validation import check_cut

VERSION = 1
"""Changes whenever trials of one study cannot go on in another."""


@dataclass(frozen=True)
class Question:
    """What is asked: which settings of a recipe have the best objective on validation.

    dataset: fingerprint. recipe: its name, of which version. objective: key of a metric with a better direction.
    fixed: settings that are not searched, as pairs. space: where the others are looked for, as JSON text by setting.
    prune: whether trials without hope end early. Hashable, checked by `ask`.
    """

    dataset: str
    recipe: str
    version: int
    objective: str
    split: str
    seed: int
    folds: int
    k: int
    prune: bool
    fixed: tuple[tuple[str, Any], ...]
    space: tuple[tuple[str, str], ...]

    @property
    def key(self) -> str:
        """SHA-256 of all of it: trials of the same key belong to one study."""
        return digest({"study": VERSION, **self.to_json()})

    @property
    def higher_is_better(self) -> bool:
        """The direction of the objective."""
        return higher_is_better(self.objective)

    def to_json(self) -> dict[str, Any]:
        """A JSON object with the field names as keys."""
        return {**vars(self), "fixed": dict(self.fixed), "space": dict(self.space)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Question:
        """What `to_json` wrote. Raises `KeyError`, `TypeError` or `AttributeError` for anything else."""
        pairs = {key: tuple(document[key].items()) for key in ("fixed", "space")}
        return cls(**{**document, **pairs})


@dataclass(frozen=True)
class Study:
    """A question with its trials so far; `best` is by the objective's direction, the earlier one among equals."""

    question: Question
    trials: tuple[Trial, ...]

    @property
    def best(self) -> Trial | None:
        """The complete trial with the best value; None where none is complete."""
        sign = 1.0 if self.question.higher_is_better else -1.0
        complete = [(sign * trial.value, trial) for trial in self.trials if trial.value is not None]
        return max(complete, key=lambda pair: pair[0])[1] if complete else None

    @property
    def best_recipe(self) -> Recipe | None:
        """The recipe with the settings of `best`. Raises `RecipeError` where it is not installed any more."""
        best = self.best
        if best is None:
            return None
        if self.question.recipe not in recipes():
            raise RecipeError(f'There is no model "{self.question.recipe}" any more. Install its package again.')
        return recipes()[self.question.recipe](**best.settings)


def ask(
    recipe: Recipe,
    dataset: Dataset,
    *,
    objective: str = "ndcg",
    split: str = "random",
    seed: int = 0,
    folds: int = 1,
    k: int = 10,
    prune: bool = True,
) -> Question:
    """The question that a study of `recipe` on `dataset` answers.

    Raises `RecipeError` where the recipe has nothing to search or cannot be fitted on the dataset, `ScenarioError`
    where the objective is unknown or has no better direction, or split, seed, folds or k cannot be.
    """
    higher_is_better(objective)
    check_cut(split, seed, folds)
    check_k(k, dataset.n_items)
    space = search_space(recipe)
    if not space:
        raise RecipeError(f"{recipe.name}: has no setting to search. Choose another model to tune.")
    if obstacle := recipe.obstacle(dataset):
        raise RecipeError(obstacle)
    fixed = {name: value for name, value in recipe.settings().items() if name not in space}
    return Question(
        dataset=dataset.fingerprint,
        recipe=recipe.name,
        version=recipe.version,
        objective=objective,
        split=parse_split(split).text,
        seed=seed,
        folds=folds,
        k=k,
        prune=prune,
        fixed=tuple(sorted(fixed.items())),
        space=tuple(sorted((name, words(search)) for name, search in space.items())),
    )


def higher_is_better(objective: str) -> bool:
    """The direction of a metric that can be aimed at. Raises `ScenarioError` for one without, or an unknown one."""
    better = find_metric(objective).higher_is_better
    if better is None:
        raise ScenarioError(
            f'objective: neither more nor less "{objective}" is better in itself. Choose another, such as ndcg.'
        )
    return better


def search_space(recipe: Recipe) -> dict[str, Search]:
    """Where tuning looks, by setting; those without are left as they are."""
    return {fact.name: fact.search for fact in recipe.facts() if fact.search is not None}


def words(search: Search) -> str:
    """Where tuning looks, for people: "0.05 to 5, logarithmic", "8 to 128, whole"."""
    if isinstance(search, Among):
        return " | ".join(map(str, search.options))
    notes = [note for note, holds in (("whole", is_whole(search)), ("logarithmic", search.log)) if holds]
    return ", ".join((f"{search.low:g} to {search.high:g}", *notes))


def is_whole(search: Span) -> bool:
    """Whether only whole numbers are looked for."""
    return isinstance(search.low, int) and isinstance(search.high, int)


def size(space: Mapping[str, Search]) -> int | None:
    """How many choices there are in all; None where there is no end of them."""
    total = 1
    for search in space.values():
        if isinstance(search, Among):
            total *= len(search.options)
        elif is_whole(search):
            total *= int(search.high) - int(search.low) + 1
        else:
            return None
    return total
