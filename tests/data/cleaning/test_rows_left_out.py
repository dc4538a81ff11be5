from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from recengine.data.cleaning import parse_step
from recengine.data.material import Material

Make = Callable[..., Material]

RATINGS = [-1, 0, 3, 11, 5]
RATED = {"user": list("aabbc"), "item": list("xyxzz"), "rating": RATINGS}


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("values:low=0", [0, 3, 11, 5]),
        ("values:above=0", [3, 11, 5]),
        ("values:low=1,high=10", [3, 5]),
        ("values:low=1,high=10,do=clip", [1, 1, 3, 10, 5]),
        ("values:above=0,high=10,do=clip", [3, 10, 5]),
        ("values", [-1, 0, 3, 11, 5]),
    ],
)
def test_values_out_of_range(make: Make, text: str, left: list[float]) -> None:
    done = parse_step(text).apply(make(RATED))
    assert done.material.events["value"].to_list() == left
    changed = [value for value in RATINGS if value not in left or (text.endswith("clip") and value > 10)]
    assert done.touched == len(changed)


def test_without_values_or_times_there_is_nothing_to_look_at(make: Make) -> None:
    material = make({"user": ["u"], "item": ["a"]})
    for text in ("values:low=5", "times"):
        done = parse_step(text).apply(material)
        assert (done.touched, done.of) == (0, 1)
        assert done.says.startswith("No column of")


def test_impossible_times(make: Make) -> None:
    times = [0, 631_152_000, 631_151_999, 946_684_799, 946_684_800, 5_000_000_000, None]
    log = {"user": list("abcdefg"), "item": ["x"] * 7, "time": times}
    # 1990-01-01 is 631,152,000; the last second of 1999 is 946,684,799
    done = parse_step("times:since=1990-01-01,until=1999-12-31").apply(make(log))
    assert done.material.events["time"].to_list() == [631_152_000, 946_684_799, None]
    usual = parse_step("times").apply(make(log))
    assert usual.material.events["time"].to_list() == [*times[1:5], None]
    none = parse_step("times:epoch_zero=no,future=no").apply(make(log))
    assert none.touched == 0
    emptied = parse_step("times:do=empty").apply(make(log))
    assert emptied.material.events["time"].to_list() == [None, *times[1:5], None, None]
    assert emptied.touched == 2


def test_a_moment_with_a_zone_is_that_moment(make: Make) -> None:
    log = {"user": ["a", "b"], "item": ["x", "x"], "time": [946_681_199, 946_681_200]}
    # midnight in Berlin is 23:00 of the day before in UTC, 946,684,800 - 3,600
    done = parse_step("times:since=2000-01-01T00:00:00+01:00").apply(make(log))
    assert done.material.events["time"].to_list() == [946_681_200]


def test_overactive_users_are_beyond_the_fence_or_the_percentile(make: Make) -> None:
    activity = [1, 2, 3, 4, 40]
    users = [f"u{number}" for number, count in enumerate(activity) for _ in range(count)]
    material = make({"user": users, "item": [str(number) for number in range(len(users))]})
    # quartiles 2 and 4: the fence of 3 is at 4 + 3 * 2 = 10
    assert parse_step("bots").apply(material).touched == 40
    assert parse_step("bots:fence=18").apply(material).touched == 0
    limit = np.percentile(activity, 75)
    assert parse_step("bots:percentile=75").apply(material).touched == sum(n for n in activity if n > limit)


def test_items_and_users_that_the_tables_do_not_know(make: Make) -> None:
    log = {"user": ["a", "a", "b"], "item": ["x", "y", "x"]}
    material = make(log, {"item_id": ["x"]}, {"user_id": ["a"]})
    items = parse_step("unknown-items").apply(material)
    assert items.sample.select("user", "item", "line").rows() == [("a", "y", 2)]
    assert parse_step("unknown-users").apply(material).sample["user"].to_list() == ["b"]
    alone = parse_step("unknown-items").apply(make(log))
    assert (alone.touched, alone.says) == (0, "There is no table of items, so none is unknown.")


def test_rows_of_the_tables_without_interactions(make: Make) -> None:
    log = {"user": ["a"], "item": ["x"]}
    material = make(log, {"item_id": ["w", "x", ""], "title": ["W", "X", "?"]}, {"user_id": ["a", "b"]})
    items = parse_step("unused-items").apply(material)
    assert items.material.items is not None
    # a row without an id is no row without interactions: it is counted when the dataset is made
    assert items.material.items.frame["item_id"].to_list() == ["x", ""]
    assert items.material.items.line(0) == 2
    assert items.sample.rows() == [("w", "W", 1)]
    assert parse_step("unused-users").apply(material).touched == 1


def test_of_rows_with_one_id_the_first_stays(make: Make) -> None:
    material = make({"user": ["a"], "item": ["x"]}, {"item_id": ["x", "w", "x", "", ""], "title": list("12345")})
    done = parse_step("repeated-items").apply(material)
    assert done.material.items is not None
    assert done.material.items.frame["title"].to_list() == ["1", "2", "4", "5"]
    assert done.touched == 1


def test_interactions_that_cannot_be_read(make: Make) -> None:
    log = {"user": list("abcd"), "item": ["x"] * 4, "rating": ["5", "?", "4", "3"], "time": ["1", "2", "soon", "4"]}
    material = make(log)
    assert material.unreadable.select("row", "column", "cell").rows() == [(1, "rating", "?"), (2, "time", "soon")]
    left = parse_step("unreadable").apply(material)
    assert left.material.events["value"].to_list() == [5.0, 3.0]
    assert left.sample.select("column", "cell", "line").rows() == [("rating", "?", 2), ("time", "soon", 3)]
    emptied = parse_step("unreadable:times=empty").apply(material)
    assert emptied.material.events.select("value", "time").rows() == [(5.0, 1), (4.0, None), (3.0, 4)]
    assert emptied.touched == 2
    assert emptied.material.unreadable.is_empty()


def test_numbers_of_the_tables_that_cannot_be_read_are_emptied(make: Make) -> None:
    material = make({"user": ["a"], "item": ["x"]}, None, {"user_id": ["a", "b", "c"], "age": ["20", "old", "400"]})
    done = parse_step("unreadable-users").apply(material)
    assert done.material.users is not None
    assert done.material.users.frame["age"].to_list() == ["20", None, None]
    assert (done.touched, done.does, done.table) == (2, "changes", "users")
