"""A fitted sequence model in eight bits: smaller and nearly as good, on its own and in a folder of its own."""

from __future__ import annotations

import copy
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask, Scores
from recengine.data import Dataset, Sequences
from recengine.errors import RecipeError, StoreError
from recengine.models.base import Scorer
from recengine.models.products import inner_products
from recengine.models.sequence.recipe import SequenceRecipe, SequenceScorer, without
from recengine.storage import load_entry, save_entry

if TYPE_CHECKING:
    from recengine.models.networks.quantised import EightBitTable
    from recengine.models.networks.sequence_network import SequenceNetwork

KIND = "network in eight bits"
ITEMS_AT_ONCE = 2**16
"""Vectors of a block, made float32 while the catalogue is scored."""
_GROUP = "network."
_MEND = "Write it again with `recengine quantise`."


class QuantisedScorer:
    """Folds histories in as the scorer that it was made of, by a network that holds whole numbers of eight bits."""

    def __init__(self, recipe: SequenceRecipe, network: SequenceNetwork, unknown: Mask) -> None:
        """network: of `eight_bit_network`. unknown (n_items,): items of which it has no opinion."""
        self._recipe = recipe
        self._network = network
        self._unknown = unknown

    def histories(self, train: Dataset) -> Sequences:
        """Those of `train` in the order that was learnt, to be folded in."""
        return self._recipe.read(train).sequences

    def fold_in_order(self, histories: Sequences) -> Scores:
        """Scores (n, n_items) float32, NaN for no opinion. Items that nobody took are left out of a history."""
        from recengine.models.networks.next_item import user_vectors

        states = user_vectors(self._network, without(histories, self._unknown), self._recipe.max_length)
        table: Any = self._network.items
        items: EightBitTable = table
        n_items = len(self._unknown)
        scores = np.empty((len(states), n_items), dtype=np.float32)
        for start in range(0, n_items, ITEMS_AT_ONCE):
            stop = min(n_items, start + ITEMS_AT_ONCE)
            # the first row is the padding's
            scores[:, start:stop] = inner_products(states, items.between(1 + start, 1 + stop).numpy())
        scores[:, self._unknown] = np.nan
        return scores


@dataclass(frozen=True)
class Quantised:
    """A scorer and what was made of it. Bytes of the network's weights in a file of safetensors, before and after."""

    plain: SequenceScorer
    scorer: QuantisedScorer
    arrays: Mapping[str, NDArray[Any]]
    bytes_before: int
    bytes_after: int

    def save(self, folder: Path, item_ids: Sequence[str], facts: Mapping[str, Any]) -> None:
        """Write the network to `folder`, for `load_quantised`: weights in one file of safetensors, and a manifest.

        item_ids: of the catalogue, in order. facts: JSON values for who reads it. Raises `StoreError`, also where
        there is a `folder`.
        """
        refuse_existing(folder)
        recipe = self.plain.recipe
        made_of = {"recipe": recipe.name, "version": recipe.version, "settings": recipe.settings()}
        save_entry(
            folder,
            kind=KIND,
            settings={**made_of, "about": dict(facts)},
            arrays={
                "unknown": self.plain.unknown,
                **{_GROUP + name: array for name, array in self.arrays.items()},
            },
            tables={"items": pl.DataFrame({"id": list(item_ids)}, schema={"id": pl.String})},
        )


@dataclass(frozen=True)
class LoadedQuantised:
    """What a folder holds: the scorer, the ids of the items in the order of its columns, and the facts."""

    scorer: QuantisedScorer
    item_ids: tuple[str, ...]
    about: Mapping[str, Any]


def quantise(scorer: Scorer, name: str) -> Quantised:
    """`scorer` with layers, recurrent units and vectors of items in eight bits, for its forward pass on the CPU.

    name: of the scorer, for messages. Raises `RecipeError` for one without a network that reads histories, and where
    torch cannot multiply such numbers on this processor.
    """
    if not isinstance(scorer, SequenceScorer):
        raise RecipeError(f"{name}: has no network that reads histories. Choose a sequence model, such as sasrec.")
    from recengine.models.networks.arrays import network_arrays
    from recengine.models.networks.quantised import eight_bit_network, in_eight_bits

    arrays = in_eight_bits(scorer.network)
    try:
        network = eight_bit_network(copy.deepcopy(scorer.network), arrays)
    except RuntimeError as error:
        raise RecipeError(_not_here(error, "Use the scorer as it is.")) from error
    made = QuantisedScorer(scorer.recipe, network, scorer.unknown)
    return Quantised(scorer, made, arrays, _bytes(network_arrays(scorer.network)), _bytes(arrays))


def load_quantised(folder: Path) -> LoadedQuantised:
    """What `Quantised.save` wrote, scoring as it did there, on a processor of the same kind to the last bit.

    Raises `StoreError` where the folder holds something else or is damaged, `RecipeError` as `quantise`.
    """
    from recengine.models.networks.quantised import eight_bit_network
    from recengine.models.registry import make_recipe

    entry = load_entry(folder, kind=KIND, mend=_MEND)
    facts = entry.settings
    try:
        recipe = make_recipe(facts["recipe"], facts["settings"])
        if not isinstance(recipe, SequenceRecipe) or recipe.version != facts["version"]:
            raise StoreError(f"{folder}: written by another version of {recipe.name}. {_MEND}")
        unknown, ids = entry.arrays["unknown"], tuple(entry.tables["items"]["id"].to_list())
        arrays = {name.removeprefix(_GROUP): array for name, array in entry.arrays.items() if name.startswith(_GROUP)}
        if unknown.shape != (len(ids),) or unknown.dtype != np.bool_:
            raise ValueError("the items are of another network")
        network = eight_bit_network(recipe.network(len(ids)), arrays)
    except (KeyError, TypeError, ValueError, pl.exceptions.PolarsError) as error:
        raise StoreError(f"{folder}: not a whole {KIND} ({str(error).splitlines()[0]}). {_MEND}") from error
    except RuntimeError as error:
        raise RecipeError(_not_here(error, "Fit a model here instead.")) from error
    return LoadedQuantised(QuantisedScorer(recipe, network, unknown), ids, facts.get("about", {}))


def refuse_existing(folder: Path) -> None:
    """Raise `StoreError` where there is something, which would be replaced whole, or no folder to put it into."""
    if folder.exists():
        raise StoreError(f"{folder}: is there already. Name a folder that is not.")
    above = next(parent for parent in folder.parents if parent.exists())
    if not above.is_dir():
        raise StoreError(f"{above}: is a file, so no folder can be made in it. Name another folder than {folder}.")


def _not_here(error: RuntimeError, mend: str) -> str:
    return f"quantise: not possible on this processor ({str(error).splitlines()[0]}). {mend}"


def _bytes(arrays: Mapping[str, NDArray[Any]]) -> int:
    from safetensors.numpy import save

    return len(save(dict(arrays)))
