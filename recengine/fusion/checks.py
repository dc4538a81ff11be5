"""What a fusion and a list length must be, checked at the door."""

import math
from collections.abc import Sequence

from recengine.errors import ScenarioError


def check_weights(weights: Sequence[float], scorers: Sequence[str]) -> None:
    """One finite weight >= 0 for each scorer, not all 0. Raises `ScenarioError`."""
    if len(weights) != len(scorers):
        raise ScenarioError(
            f"Weights: one is needed for each of {len(scorers)} scorers ({', '.join(scorers)}), got {len(weights)}. "
            "Give every scorer a weight; 0 leaves it out."
        )
    for scorer, weight in zip(scorers, weights, strict=True):
        if not math.isfinite(weight) or weight < 0:
            raise ScenarioError(
                f'Weight of "{scorer}" must be a number of 0 or more, got {weight:g}. Give it one; 0 leaves it out.'
            )
    total = sum(weights)
    if total == 0:
        raise ScenarioError(f"Weights of {', '.join(scorers)} are all 0. Give at least one scorer a weight above 0.")
    if not math.isfinite(total):
        raise ScenarioError(f"Weights of {', '.join(scorers)} are too large to add up. Divide them all by the largest.")


def check_k(k: int, n_items: int) -> None:
    """A list holds at least one item and at most the catalogue. Raises `ScenarioError`."""
    if not 1 <= k <= n_items:
        raise ScenarioError(f"List length k must be from 1 to {n_items} (the catalogue), got {k}. Change it.")


def check_choice(what: str, value: str, choices: Sequence[str]) -> None:
    """`value` is one of `choices`. Raises `ScenarioError`."""
    if value not in choices:
        raise ScenarioError(f'{what} must be one of {", ".join(choices)}, got "{value}". Choose one of them.')
