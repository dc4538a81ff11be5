"""Figures over users: a mean with its interval, its n and its variant."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """One number for people.

    low, high: 95 % bootstrap interval over users, None where resampling users misleads (coverage, Gini).
    n: users that the figure is over (undefined ones are left out). variant: which definition, in words.
    """

    mean: float
    low: float | None
    high: float | None
    n: int
    variant: str
