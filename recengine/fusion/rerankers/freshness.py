"""Freshness: what is new counts more."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl

from recengine.arrays import Values, read_only
from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion.facts import SECONDS_A_DAY, Facts
from recengine.fusion.rerankers.base import Aim, Reranker, Shortlists, mean_over_list, strength_setting
from recengine.fusion.rerankers.popularity_penalty import pointwise
from recengine.models.settings import Number, Text, setting
from recengine.ranking import Rankings

AUTO = "auto"
FIRST = "first interaction"
YEAR = "year"
"""The attribute that "auto" takes where there is one."""
MAX_HALF_LIFE = 1_000_000.0


@dataclass(frozen=True)
class Freshness(Reranker):
    """worth + strength * newness, where newness is 1 for the newest item and halves with every half-life of age.

    Age: how much lower the item's number is than the highest of the catalogue, or the days from its first training
    interaction to the latest first one. Where it is not known, newness is the catalogue's mean.
    """

    name: ClassVar[str] = "freshness"
    label: ClassVar[str] = "Freshness"
    about: ClassVar[str] = "Lifts new items, by their year or by when they were first taken."

    strength: float = strength_setting(0.3, "What the newest item gains, where worth runs from 0 to 1.")
    by: str = setting(
        AUTO,
        Text("the name of a numeric item attribute, or words for a choice"),
        f'A numeric item attribute such as year, "{FIRST}" for when somebody first took the item, or "auto" for the '
        "year where there is one, else the first interaction.",
    )
    half_life: float = setting(
        0.0,
        Number(MAX_HALF_LIFE, zero=True),
        "Age at which newness is a half, in the unit of the attribute or in days; 0 for the median age of the items.",
    )

    def check(self, dataset: Dataset, k: int) -> None:
        """An attribute or times must be there."""
        self._basis(dataset)

    def rerank(self, lists: Shortlists, k: int, facts: Facts) -> Shortlists:
        """Item by item."""
        if self.strength == 0:
            return lists
        return pointwise(lists, self.strength * self.newness(facts))

    def newness(self, facts: Facts) -> Values:
        """Of each item, in [0, 1], (n_items,)."""

        def make() -> Values:
            age = self._age(facts)
            known = ~np.isnan(age)
            if not known.any():
                return read_only(np.zeros(len(age)))
            half_life = self.half_life or float(np.median(age[known])) or 1.0
            newness = np.exp2(-age / half_life)
            return read_only(np.where(known, newness, newness[known].mean()))

        found: Values = facts.kept(("newness", self.by, self.half_life), make)
        return found

    def aim(self, facts: Facts) -> Aim:
        """How old the listed items are."""
        basis = self._basis(facts.train)
        if basis == FIRST:
            return Aim("Mean age since first taken", False, "days", ".1f")
        return Aim(f"Mean age by {basis}", False, "years" if basis == YEAR else "", ".1f")

    def measure(self, rankings: Rankings, facts: Facts) -> Values:
        """Mean age of the listed items whose age is known."""
        return mean_over_list(rankings.items, self._age(facts))

    def _age(self, facts: Facts) -> Values:
        """(n_items,); NaN where it is not known."""
        basis = self._basis(facts.train)
        when = _first_times(facts.train) if basis == FIRST else _numbers(facts.train, basis)
        known = ~np.isnan(when)
        newest: float = when[known].max() if known.any() else np.nan
        return newest - when

    def _basis(self, dataset: Dataset) -> str:
        numbers = [attribute.name for attribute in dataset.item_attributes if attribute.kind == "number"]
        if self.by in numbers:
            return self.by
        if self.by == AUTO and YEAR in numbers:
            return YEAR
        if self.by in (AUTO, FIRST) and dataset.has_times:
            return FIRST
        has = f"numeric attributes are {', '.join(numbers)}" if numbers else "items have no numeric attribute"
        if self.by in (AUTO, FIRST):
            raise ScenarioError(
                f'{self.name}: interactions of "{dataset.name}" have no times, and {has}. Name one that tells how new '
                "an item is, or leave this out."
            )
        raise ScenarioError(
            f'{self.name}: items have no numeric attribute {self.by[:80]!r}; {has}. Name another, or "{FIRST}".'
        )


def _numbers(dataset: Dataset, attribute: str) -> Values:
    values: Values = dataset.items[attribute].cast(pl.Float64).fill_null(np.nan).to_numpy()
    return np.where(np.isfinite(values), values, np.nan)


def _first_times(dataset: Dataset) -> Values:
    """Days since 1970 of each item's first interaction, (n_items,)."""
    when = np.full(dataset.n_items, np.nan)
    rows = dataset.interactions.drop_nulls("time").group_by("item").agg(pl.col("time").min())
    when[rows["item"].to_numpy()] = rows["time"].to_numpy() / SECONDS_A_DAY
    return when
