"""A fitted sequence model in eight bits: smaller, most often faster, and nearly as good."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.errors import RecipeError
from recengine.models.sequence.recipe import SequenceScorer


@dataclass(frozen=True)
class Quantised:
    """The scorer, which folds histories in as the one it was made of. Bytes of the network before and after."""

    scorer: SequenceScorer
    bytes_before: int
    bytes_after: int


def quantise(scorer: SequenceScorer) -> Quantised:
    """`scorer` with layers, recurrent units and vectors of items in eight bits, for its forward pass on the CPU.

    Raises `RecipeError` where torch cannot multiply such numbers on this processor.
    """
    from recengine.models.networks.quantised import quantised, sizes

    network = scorer.network
    before, after = sizes(network)
    try:
        return Quantised(scorer.with_network(quantised(network)), before, after)
    except RuntimeError as error:
        reason = str(error).splitlines()[0]
        raise RecipeError(f"quantise: not possible on this processor ({reason}). Use the scorer as it is.") from error
