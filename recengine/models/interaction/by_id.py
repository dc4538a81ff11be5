"""Networks with layers over a user and an item, known by who they are alone."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from recengine.data import Dataset
from recengine.models.base import Resources
from recengine.models.interaction.recipe import LayeredRecipe, LearntPairs, learn_pairs
from recengine.models.interaction.scorer import PairScorer, restored_pairs
from recengine.models.interaction.taken import taken
from recengine.progress import Cancel, Progress, never, silent, stop_if_asked

if TYPE_CHECKING:
    from recengine.models.networks.pair_network import PairNetwork


@dataclass(frozen=True, kw_only=True)
class IdRecipe(LayeredRecipe):
    """Base of the recipes that know a user and an item by a vector each."""

    @abstractmethod
    def network(self, n_users: int, n_items: int) -> PairNetwork:
        """A new one, not learnt yet."""

    def fit(
        self,
        train: Dataset,
        *,
        seed: int = 0,
        resources: Resources = Resources(),
        progress: Progress = silent,
        cancel: Cancel = never,
    ) -> IdScorer:
        """Fit on the positives of `train`. Raises `RecipeError` or `CancelledError`."""
        stop_if_asked(cancel)
        learnt = learn_pairs(
            self,
            lambda: self.network(train.n_users, train.n_items),
            train,
            taken(train)[1],
            seed=seed,
            resources=resources,
            progress=progress,
            cancel=cancel,
        )
        return IdScorer(self, train, learnt)

    def restore(self, state: dict[str, NDArray[Any]], train: Dataset, device: str) -> IdScorer:
        """The scorer whose `state` was stored, over the same `train`."""
        return IdScorer(self, train, restored_pairs(state, device))


class IdScorer(PairScorer):
    """No opinion on an item that nobody took, nor for a user without a history."""

    def __init__(self, recipe: IdRecipe, train: Dataset, learnt: LearntPairs) -> None:
        super().__init__(learnt, recipe.loss_name, *taken(train))
        self._recipe = recipe
        self._shape = train.n_users, train.n_items

    def _new_network(self) -> PairNetwork:
        return self._recipe.network(*self._shape)
