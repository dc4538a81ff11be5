"""Users and items with few interactions, until none is left."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask
from recengine.data.cleaning.base import Applied, Settled
from recengine.data.cleaning.duplicates import pair_keys
from recengine.data.cleaning.rows import leave_out
from recengine.data.cleaning.settings import Option
from recengine.data.material import Material

_LARGEST = 1_000_000


@dataclass(frozen=True)
class KCore(Settled):
    """users: the fewest different items of a user. items: the fewest different users of an item."""

    users: int = 5
    items: int = 5

    name: ClassVar[str] = "k-core"
    label: ClassVar[str] = "Rare users and items (k-core)"
    about: ClassVar[str] = (
        "Users and items with too few interactions go, again and again until every one left has enough. Items stay in "
        "the catalogue."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option(
            "users", "Least items of a user", "whole", 5, "Users with fewer different items go.", low=1, high=_LARGEST
        ),
        Option(
            "items", "Least users of an item", "whole", 5, "Items with fewer different users go.", low=1, high=_LARGEST
        ),
    )

    def apply(self, material: Material) -> Applied:
        """Without the interactions of users and items outside the core."""
        rows = material.events
        pairs = pair_keys(rows).unique()
        users, items = (pairs // 2**32).to_numpy(), (pairs % 2**32).to_numpy()
        good_users, good_items = core(users, items, self.users, self.items)
        inside = pl.Series(good_users)[rows["user"]] & pl.Series(good_items)[rows["item"]]
        lost_users = np.unique(users).size - np.count_nonzero(good_users)
        lost_items = np.unique(items).size - np.count_nonzero(good_items)
        why = (
            f"{lost_users:,} users have fewer than {self.users:,} items or {lost_items:,} items fewer than "
            f"{self.items:,} users"
        )
        return leave_out(material, ~inside, self.name, why)


def core(users: NDArray[np.uint64], items: NDArray[np.uint64], user_degree: int, item_degree: int) -> tuple[Mask, Mask]:
    """Which users and items are in the largest set where each user has `user_degree` items and each item `item_degree`
    users of the set. users, items: (pairs,), each pair once.
    """
    user, item = users.astype(np.int64), items.astype(np.int64)
    n_users, n_items = int(user.max(initial=-1)) + 1, int(item.max(initial=-1)) + 1
    while True:
        user_there = np.bincount(user, minlength=n_users) >= user_degree
        item_there = np.bincount(item, minlength=n_items) >= item_degree
        stays = user_there[user] & item_there[item]
        if stays.all():
            return user_there, item_there
        user, item = user[stays], item[stays]
