from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data.cleaning import parse_step
from recengine.data.material import Material
from recengine.errors import DataError

Make = Callable[..., Material]


def naive_core(rows: list[tuple[int, int]], users: int, items: int) -> list[tuple[int, int]]:
    """One user or item at a time, until nothing changes."""
    while True:
        of_user = Counter(user for user, _ in set(rows))
        of_item = Counter(item for _, item in set(rows))
        kept = [(u, i) for u, i in rows if of_user[u] >= users and of_item[i] >= items]
        if kept == rows:
            return rows
        rows = kept


@given(
    rows=st.lists(st.tuples(st.integers(0, 7), st.integers(0, 7)), min_size=1, max_size=60),
    users=st.integers(1, 4),
    items=st.integers(1, 4),
)
def test_the_core_agrees_with_a_naive_loop(make: Make, rows: list[tuple[int, int]], users: int, items: int) -> None:
    material = make({"user": [user for user, _ in rows], "item": [item for _, item in rows]})
    step, expected = parse_step(f"k-core:users={users},items={items}"), naive_core(rows, users, items)
    if not expected:
        with pytest.raises(DataError, match="leaves no interaction"):
            step.apply(material)
        return
    done = step.apply(material)
    events = done.material.events
    ours = zip(material.user_ids.gather(events["user"]), material.item_ids.gather(events["item"]), strict=True)
    assert [(int(user), int(item)) for user, item in ours] == expected
    assert done.touched == len(rows) - len(expected)


def test_repeats_of_a_pair_are_one_item_of_the_user(make: Make) -> None:
    material = make({"user": ["u", "u", "v", "v"], "item": ["a", "a", "a", "b"]})
    done = parse_step("k-core:users=2,items=1").apply(material)
    # u took a twice, which is one item
    assert done.touched == 2
    assert done.says == (
        "2 of 4 interactions are left out: 1 users have fewer than 2 items or 0 items fewer than 1 users."
    )
