"""What every family of findings looks at: the dataset, its split, its import; each figure is worked out once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask
from recengine.data.cleaning.times import ZONES_AHEAD
from recengine.data.dataset import Dataset
from recengine.data.quality.columns import column_table
from recengine.data.quality.groups import group_table
from recengine.data.quality.histogram import Histogram, histogram
from recengine.data.quality.spread import Spread
from recengine.data.quality.timeline import DAY, Timeline, timeline
from recengine.data.quality.titles import TwinTitles, twin_titles
from recengine.data.splits.split import Split

FEW_POSITIVES = 5
"""A user with fewer is hard to learn from and has at most one test item."""
OLDEST = 631_152_000
"""1 January 1990, UTC: an earlier time of an interaction was hardly recorded by a computer that served people."""


@dataclass(frozen=True)
class Evidence:
    """now: seconds since 1970, after which a time lies in the future. imported: the stored report of the import, as
    JSON, or empty.
    """

    dataset: Dataset
    now: int
    split: Split | None = None
    imported: Mapping[str, Any] = field(default_factory=dict)

    @property
    def rows(self) -> pl.DataFrame:
        """The interactions."""
        return self.dataset.interactions

    @cached_property
    def by_user(self) -> NDArray[np.int64]:
        """Interactions of each user, (n_users,)."""
        return np.bincount(self.rows["user"].to_numpy(), minlength=self.dataset.n_users)

    @cached_property
    def by_item(self) -> NDArray[np.int64]:
        """Interactions of each item, (n_items,)."""
        return np.bincount(self.rows["item"].to_numpy(), minlength=self.dataset.n_items)

    @cached_property
    def positives_by_user(self) -> NDArray[np.int64]:
        """Positive interactions of each user, (n_users,)."""
        positive = self.rows["positive"].to_numpy()
        return np.bincount(self.rows["user"].to_numpy()[positive], minlength=self.dataset.n_users)

    @cached_property
    def activity(self) -> Spread:
        """Interactions over users."""
        return Spread.of(self.by_user)

    @cached_property
    def popularity(self) -> Spread:
        """Interactions over items."""
        return Spread.of(self.by_item)

    @cached_property
    def times(self) -> NDArray[np.int64]:
        """The times there are, in the order of the rows."""
        return self.rows["time"].drop_nulls().to_numpy()

    @property
    def epoch_zero(self) -> Mask:
        """Of `times`: within a day of 1 January 1970, which time zones can shift it by."""
        return np.abs(self.times) <= DAY

    @property
    def future(self) -> Mask:
        """Of `times`: after now in every time zone, as the step of cleaning has it that leaves them out."""
        return self.times > self.now + ZONES_AHEAD

    @property
    def too_old(self) -> Mask:
        """Of `times`: before 1990, and not one of `epoch_zero`."""
        return (self.times < OLDEST) & ~self.epoch_zero

    @cached_property
    def plausible(self) -> NDArray[np.int64]:
        """The times that are none of these three, ascending."""
        return np.sort(self.times[~(self.epoch_zero | self.future | self.too_old)])

    @cached_property
    def timeline(self) -> Timeline | None:
        """The picture of the plausible times."""
        return timeline(self.plausible)

    @cached_property
    def whole_days(self) -> bool:
        """Whether every time is midnight, so that the order within a day is not known."""
        return len(self.times) > 0 and not (self.times % DAY).any()

    @cached_property
    def tied_last_events(self) -> float | None:
        """Share in [0, 1], of users with two events or more that have a time, whose last two carry the same one.

        None where no user has two.
        """
        dated = self.rows.select("user", "time").drop_nulls("time")
        if dated.is_empty():
            return None
        # by user already, as every dataset is
        users, times = dated["user"].to_numpy(), dated["time"].to_numpy()
        starts = np.flatnonzero(np.diff(users, prepend=users[0] - 1))
        counts = np.diff(starts, append=len(users))
        newest = np.repeat(np.maximum.reduceat(times, starts), counts)
        # the last two are the same where the newest time comes twice
        tied = np.add.reduceat(times == newest, starts, dtype=np.int64) >= 2
        several = counts >= 2
        return float(tied[several].mean()) if several.any() else None

    @cached_property
    def values(self) -> Histogram | None:
        """The values of the interactions."""
        return histogram(self.rows["weight"])

    @cached_property
    def columns(self) -> pl.DataFrame:
        """As `column_table`."""
        return column_table(self.dataset)

    @cached_property
    def groups(self) -> pl.DataFrame:
        """As `group_table`."""
        return group_table(self.dataset)

    @cached_property
    def twins(self) -> TwinTitles:
        """Items whose titles look alike."""
        return twin_titles(self.dataset.items, self.by_item)

    @property
    def no_text(self) -> int:
        """Items without a text."""
        return int((self.dataset.items["text"] == "").sum())

    def imported_figure(self, name: str) -> float | None:
        """The figure of a finding of the import; None where it had none of the name."""
        for one in self.imported.get("findings", ()):
            if one.get("name") == name:
                return float(one["value"])
        return None

    def column_of(self, role: str) -> str | None:
        """The source's column that plays `role`; None where that is not known."""
        column = self.imported.get("mapping", {}).get(role)
        return column if isinstance(column, str) else None
