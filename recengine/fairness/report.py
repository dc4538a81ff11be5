"""The two sides of fairness as values."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class GroupFigure:
    """A metric's mean over one user group, with a 95 % bootstrap interval and the number of users."""

    mean: float
    low: float
    high: float
    n: int


@dataclass(frozen=True)
class GroupGap:
    """One metric across the groups of one user attribute.

    gap = highest mean - lowest mean, in the metric's unit; ratio = lowest / highest in [0, 1], 1 = equal;
    chance_gap: mean gap when group labels are shuffled; p_value: share of shuffles with a gap at least as large.
    suppressed: groups under the minimum size, with their n; they are in no figure.
    p_holm: p_value corrected for all attributes and metrics that were compared together.
    """

    groups: Mapping[str, GroupFigure]
    gap: float
    ratio: float
    chance_gap: float
    p_value: float
    suppressed: Mapping[str, int]
    p_holm: float = float("nan")


@dataclass(frozen=True)
class GroupShare:
    """One item group: its shares, each in [0, 1], of the catalogue, of the training interactions, of the exposure.

    An item of three groups counts a third in each share of each, but as one in each `n_items`.
    """

    catalogue: float
    interactions: float
    exposure: float
    n_items: int


@dataclass(frozen=True)
class FairnessReport:
    """k; users[attribute][metric]; items[attribute][group]; gini in [0, 1], 0 = equal exposure; coverage in [0, 1]."""

    k: int
    users: Mapping[str, Mapping[str, GroupGap]]
    items: Mapping[str, Mapping[str, GroupShare]]
    gini: float
    coverage: float
