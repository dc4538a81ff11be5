"""Times that no interaction can have."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import Applied, Settled
from recengine.data.cleaning.rows import first_rows, leave_out, nothing_to_do, shown
from recengine.data.cleaning.settings import Option, read_moment
from recengine.data.material import Material

DAY = 86_400
ZONES_AHEAD = 14 * 3600
"""Seconds that the clocks farthest ahead of UTC may show more: a time up to there need not lie in the future."""


@dataclass(frozen=True)
class Times(Settled):
    """since, until: ISO dates or moments, both inclusive, a date in `until` to its end; those without a zone are UTC.

    epoch_zero: whether 1970-01-01 00:00:00, what a missing time is often written as, is impossible. future: whether
    times later than now are.
    """

    since: str | None = None
    until: str | None = None
    epoch_zero: bool = True
    future: bool = True
    do: str = "leave-out"

    name: ClassVar[str] = "times"
    label: ClassVar[str] = "Impossible times"
    about: ClassVar[str] = "Times before or after what can be, at the zero of the clock, or in the future."
    options: ClassVar[tuple[Option, ...]] = (
        Option("since", "Not before", "time", None, "Earlier times are impossible."),
        Option("until", "Not after", "time", None, "Later times are impossible; a date counts to its end."),
        Option(
            "epoch_zero",
            "1970-01-01 is no time",
            "switch",
            True,
            "The zero of the clock stands for a missing time.",
        ),
        Option("future", "Future is impossible", "switch", True, "Times later than now are impossible."),
        Option(
            "do",
            "Impossible ones",
            "choice",
            "leave-out",
            "Leave the interaction out, or keep it without a time.",
            choices=("leave-out", "empty"),
        ),
    )

    def apply(self, material: Material) -> Applied:
        """Leave the rows out, or empty their times; rows without a time are not looked at."""
        if material.mapping.time is None:
            return nothing_to_do(material, "No column of times is mapped, so none is impossible.")
        rows = material.events
        first = None if self.since is None else read_moment(self.since)
        last = None if self.until is None else _end_of(self.until)
        moment = pl.col("time")
        tests = [
            *([] if first is None else [(moment < first, f"before {self.since}")]),
            *([] if last is None else [(moment > last, f"after {self.until}")]),
            *([(moment == 0, "zero")] if self.epoch_zero else []),
            *([(moment > int(time.time()) + ZONES_AHEAD, "in the future")] if self.future else []),
        ]
        if not tests:
            return nothing_to_do(material, "Every time is taken as possible.")
        bad = rows.select(pl.any_horizontal([one for one, _ in tests]).fill_null(value=False)).to_series()
        why = " or ".join(text for _, text in tests)
        if self.do == "leave-out":
            return leave_out(material, bad, self.name, f"their time is {why}")
        touched = int(bad.sum())
        emptied = rows.with_columns(pl.when(~bad).then(moment))
        return Applied(
            material=replace(material, events=emptied) if touched else material,
            table="interactions",
            does="changes",
            touched=touched,
            of=rows.height,
            says=f"{touched:,} of {rows.height:,} interactions lose their time: it is {why}.",
            sample=shown(material, first_rows(rows, bad)),
        )


def _end_of(text: str) -> int:
    """The last second that `text` allows."""
    moment = read_moment(text) or 0
    return moment + DAY - 1 if len(text) <= len("2024-01-31") else moment
