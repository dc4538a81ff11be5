"""What mends a finding, in the texts of cleaning steps: the one place that knows how they are spelt."""

from __future__ import annotations

from recengine.data.quality.report import Fix


def few_events(users: int) -> Fix:
    """Users with fewer than `users` interactions leave."""
    return Fix(f"Leave out users with fewer than {users} interactions", (f"k-core:users={users},items=1",))


def core() -> Fix:
    """Users and items with fewer than 5 interactions leave, until none is left."""
    return Fix("Leave out users and items with fewer than 5 interactions", ("k-core:users=5,items=5",))


def overactive(fence: float) -> Fix:
    """Users beyond `fence` interquartile ranges above the third quartile leave."""
    return Fix("Leave out the overactive users", (f"bots:fence={fence:g}",))


def future_times() -> Fix:
    """Interactions of the future leave."""
    return Fix("Leave out times in the future", ("times:epoch_zero=no,future=yes",))


def old_times() -> Fix:
    """Interactions keep no time from before 1990."""
    return Fix("Keep them without a time", ("times:since=1990-01-01,future=no,do=empty",))


def sum_repeats() -> Fix:
    """The values of a pair are added up."""
    return Fix("Add up the values of repeats", ("duplicates:keep=sum",))


def unknown_items() -> Fix:
    """Interactions with items that the catalogue does not know leave."""
    return Fix("Leave out items that are not in the catalogue", ("unknown-items",))


def unknown_users() -> Fix:
    """Interactions of users that the user table does not know leave."""
    return Fix("Leave out users that are not in the user table", ("unknown-users",))


def unused_users() -> Fix:
    """Users without an interaction leave the user table."""
    return Fix("Leave out users without an interaction", ("unused-users",))


def unused_items() -> Fix:
    """Items without an interaction leave the catalogue."""
    return Fix("Leave out items without an interaction", ("unused-items",))


def fold_ids(several: str) -> Fix:
    """Ids of users, or of items, lose their outer blanks and their capitals."""
    return Fix(f"Take ids of {several} without blanks, in lower case", (f"ids:trim=yes,case=lower,whose={several}",))


def logarithm() -> Fix:
    """Values count by their logarithm."""
    return Fix("Take the logarithm of the values", mapping={"value.rule": "log"})
