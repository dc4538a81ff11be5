"""Users that are too active to be people."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.cleaning.base import Applied, Settled
from recengine.data.cleaning.rows import leave_out
from recengine.data.cleaning.settings import Option
from recengine.data.material import Material


@dataclass(frozen=True)
class Bots(Settled):
    """percentile: users above this percentile of activity go. fence: without a percentile, users above
    Q3 + fence · (Q3 - Q1) of activity go (Tukey 1977: 3 is "far out"). Activity is the number of interactions.
    """

    fence: float = 3.0
    percentile: float | None = None

    name: ClassVar[str] = "bots"
    label: ClassVar[str] = "Overactive users"
    about: ClassVar[str] = "Users with so many interactions that they are likely machines, shops or test accounts."
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "fence",
            "Interquartile ranges above",
            "number",
            3.0,
            "A quarter of the users have more interactions than the third quartile, half are between the first and the "
            "third. Users go who have more than the third quartile plus so many times the distance between the two. "
            "3 is usual; a higher number lets more users stay.",
            low=0,
            high=1000,
        ),
        Option(
            "percentile",
            "Percentile instead",
            "number",
            None,
            "Users above this percentile of activity go, such as 99.9; it replaces the limit by quartiles.",
            low=50,
            high=100,
        ),
    )

    def apply(self, material: Material) -> Applied:
        """Without the interactions of users above the limit."""
        user = material.events["user"].to_numpy()
        activity = np.bincount(user, minlength=material.user_ids.len())
        active = activity[activity > 0]
        limit = activity_limit(active, self.fence, self.percentile)
        beyond = activity > limit
        how = (
            f"{self.fence:g} interquartile ranges above the third quartile"
            if self.percentile is None
            else f"percentile {self.percentile:g}"
        )
        why = f"{np.count_nonzero(beyond):,} of {active.size:,} users have more than {limit:,.10g} interactions, {how}"
        return leave_out(material, pl.Series(beyond)[material.events["user"]], self.name, why)


def activity_limit(activity: NDArray[np.int64], fence: float, percentile: float | None) -> float:
    """The most interactions that a user may have; activity: (users,), of those that have any."""
    if percentile is not None:
        return float(np.percentile(activity, percentile))
    first, third = np.percentile(activity, (25, 75))
    return float(third + fence * (third - first))
