from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data.cleaning import parse_step
from recengine.data.material import Material

Make = Callable[..., Material]
SPELLED = st.lists(
    st.tuples(*[st.sampled_from(["a", " a", "A", "a ", "b", "B  b", "b b"])] * 2), min_size=1, max_size=15
)


def ids_of(material: Material) -> list[tuple[str, str]]:
    events = material.events
    users, items = material.user_ids.gather(events["user"]), material.item_ids.gather(events["item"])
    return list(zip(users, items, strict=True))


@pytest.mark.parametrize("case", ["keep", "lower", "upper"])
@given(rows=SPELLED)
def test_ids_become_what_a_plain_function_makes_of_them(make: Make, case: str, rows: list[tuple[str, str]]) -> None:
    changes: dict[str, Callable[[str], str]] = {"keep": str, "lower": str.lower, "upper": str.upper}
    change = changes[case]

    def tidy(text: str) -> str:
        return change(" ".join(text.split()))

    material = make({"user": [user for user, _ in rows], "item": [item for _, item in rows]})
    done = parse_step(f"ids:case={case}").apply(material)
    expected = [(tidy(user), tidy(item)) for user, item in rows]
    assert ids_of(done.material) == expected
    assert done.touched == sum(before != after for before, after in zip(rows, expected, strict=True))
    # the vocabularies hold each id once
    assert done.material.user_ids.n_unique() == done.material.user_ids.len()


def test_ids_that_fall_together_are_counted_and_the_first_row_of_the_catalogue_stays(make: Make) -> None:
    log = {"user": ["u", "u", "v"], "item": ["a", "A ", "b"]}
    material = make(log, {"item_id": ["A", "a", "b", "b"], "title": ["first", "second", "b", "twice"]})
    done = parse_step("ids:case=lower").apply(material)
    assert ids_of(done.material) == [("u", "a"), ("u", "a"), ("v", "b")]
    assert done.material.items is not None
    # b came twice before: that is a mistake of the table, and still said as one
    assert done.material.items.frame.rows() == [("a", "first"), ("b", "b"), ("b", "twice")]
    assert "1 of 3 item ids are changed, 1 fall together with another" in done.says
    assert "1 rows of items.csv repeat an id and are left out" in done.says
    assert done.sample.rows() == [("item", "A ", "a")]


def test_only_the_ids_that_are_meant_are_changed(make: Make) -> None:
    done = parse_step("ids:whose=users").apply(make({"user": [" u"], "item": [" a"]}))
    assert ids_of(done.material) == [("u", " a")]
