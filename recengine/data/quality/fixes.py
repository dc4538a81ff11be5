"""What mends a finding, in the texts of cleaning steps: the one place that knows how they are spelt."""

from __future__ import annotations

from recengine.data.quality.report import Fix
from recengine.data.quality.timeline import DAY, day_text


def few_events(users: int) -> Fix:
    """Users with fewer than `users` interactions leave."""
    return Fix(f"Leave out users with fewer than {users} interactions", (f"k-core:users={users},items=1",))


def core() -> Fix:
    """Users and items with fewer than 5 interactions leave, until none is left."""
    return Fix("Keep the 5-core", ("k-core:users=5,items=5",))


def overactive(fence: float) -> Fix:
    """Users beyond `fence` interquartile ranges above the third quartile leave."""
    return Fix("Leave out users beyond the fence", (f"bots:fence={fence:g}",))


def future_times(now: int) -> Fix:
    """Interactions after `now`, in seconds since 1970, leave."""
    return Fix("Leave out times in the future", (f"times:until={day_text(now // DAY)}",))


def old_times() -> Fix:
    """Interactions before 1990 leave."""
    return Fix("Leave out times before 1990", ("times:since=1990-01-01",))


def sum_repeats() -> Fix:
    """The values of a pair are added up."""
    return Fix("Add up the values of repeats", ("duplicates:keep=sum",))


def unknown_items() -> Fix:
    """Interactions with items that the catalogue does not know leave."""
    return Fix("Leave out items that are not in the catalogue", ("unknown-items",))


def unused_items() -> Fix:
    """Items without an interaction leave the catalogue."""
    return Fix("Leave out items without an interaction", ("unused-items",))
