"""How a fit went, round by round."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import NDArray

from recengine.arrays import Values, read_only
from recengine.models.base import Curve

HELD_OUT_K = 10
HELD_OUT_NDCG = f"NDCG@{HELD_OUT_K} of users held out"


@dataclass(frozen=True)
class Round:
    """One round over the examples.

    number: from 1. loss: mean over the examples, lower is better. ndcg: over the users held out, in [0, 1], higher is
    better, NaN where none is. seconds: that it took, without the measuring. others: by what the recipe names.
    """

    number: int
    loss: float
    ndcg: float
    seconds: float
    others: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Curves:
    """Every round of a fit, first to last: losses and ndcg (rounds,), NaN where not measured, and others by name."""

    losses: Values
    ndcg: Values
    others: Mapping[str, Values] = field(default_factory=dict)

    @classmethod
    def of(cls, rounds: Sequence[Round]) -> Curves:
        """Of these rounds."""
        names = list(dict.fromkeys(name for one in rounds for name in one.others))
        return cls(
            _column(one.loss for one in rounds),
            _column(one.ndcg for one in rounds),
            {name: _column(one.others.get(name, np.nan) for one in rounds) for name in names},
        )

    @classmethod
    def restore(cls, state: Mapping[str, NDArray[Any]]) -> Curves:
        """Those whose `state` was stored among other arrays."""
        others = {name.removeprefix("curve."): state[name] for name in state if name.startswith("curve.")}
        return cls(np.asarray(state["losses"]), np.asarray(state["held_out_ndcg"]), others)

    def state(self) -> dict[str, NDArray[Any]]:
        """As arrays by name."""
        return {
            "losses": self.losses,
            "held_out_ndcg": self.ndcg,
            **{f"curve.{name}": values for name, values in self.others.items()},
        }

    @property
    def shown(self) -> tuple[Curve, ...]:
        """What there is beside the loss."""
        measured = () if np.isnan(self.ndcg).all() else (Curve(HELD_OUT_NDCG, self.ndcg, higher_is_better=True),)
        return (*measured, *(Curve(name, values, None) for name, values in self.others.items()))


def _column(values: Iterable[float]) -> Values:
    return read_only(np.array(list(values), dtype=np.float64))
