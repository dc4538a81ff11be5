"""Array types used across the engine, and the one way to make an array read-only."""

from typing import Any, TypeAlias, TypeVar

import numpy as np
from numpy.typing import NDArray

Positions: TypeAlias = NDArray[np.int32]
"""Users or items by their row in the user table or the catalogue."""
Scores: TypeAlias = NDArray[np.float32]
"""Scores of scorers; NaN is no opinion."""
Values: TypeAlias = NDArray[np.float64]
"""Figures for people: metrics, shares, contributions; NaN is undefined."""
Mask: TypeAlias = NDArray[np.bool_]

AnyArray = TypeVar("AnyArray", bound=NDArray[Any])


def read_only(array: AnyArray) -> AnyArray:
    """The same array, which from now on refuses to be written to."""
    array.flags.writeable = False
    return array
