from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from recengine.data import Table, map_columns
from recengine.data.importing.preview import preview


def shown(kind: Any, columns: dict[str, Any], pairs: dict[str, str], rows: int = 20) -> dict[str, list[str]]:
    table = Table("x.csv", pl.DataFrame(columns, strict=False))
    given: dict[str, Any] = {"interactions": ["user", "item"], kind: table.frame.columns}
    mapping = map_columns(pairs, given["interactions"], given.get("items"), given.get("users"))
    frame = preview(mapping, kind, table, rows)
    assert set(frame.dtypes) == {pl.String}
    assert frame.null_count().sum_horizontal().sum() == 0
    return frame.to_dict(as_series=False)


def test_interactions_are_shown_as_they_will_be_read() -> None:
    assert shown(
        "interactions",
        {
            "user": ["u", "", "w"],
            "item": ["a", "b", "c"],
            "rating": ["5", "five", "0"],
            "event": ["view", "cart", "cancel"],
            "time": ["31/12/2023", "1/2/2024 10:00", "soon"],
            "session": ["s", None, "t"],
        },
        {"event.weight.view": "2", "time.zone": "Asia/Shanghai"},
    ) == {
        "user": ["u", "⚠ no id: the row is left out", "w"],
        "item": ["a", "b", "c"],
        "value": ["5", '⚠ "five" must be a number.', "0"],
        "event": ["view", "cart", "cancel"],
        # 2 · 5; a value that cannot be read has no weight; a cancelled order weighs 0 and is left out
        "weight": ["10", "", "left out"],
        "positive": ["yes", "", "left out"],
        "time": [
            *("2023-12-30T16:00:00Z", "2024-02-01T02:00:00Z"),
            '⚠ "soon" must be a time such as 31/12/2024, as the other rows have.',
        ],
        "session": ["s", "", "t"],
    }


def test_days_that_cannot_be_told_apart_say_what_to_do() -> None:
    times = shown("interactions", {"user": ["u"], "item": ["a"], "time": ["01/02/2024"]}, {})["time"]
    assert times[0].endswith("may say day/month or month/day. Say time.unit=dmy or time.unit=mdy.")


def test_all_rows_decide_and_the_first_are_shown() -> None:
    columns = {"user": ["u"] * 9, "item": ["a"] * 9, "rating": [1, 2, 3, 4, 5, 6, 7, 8, 10]}
    made = shown("interactions", columns, {}, rows=4)
    # up to 10: positive from 8 on; by the first four rows alone nothing could be said
    assert made["positive"] == ["no"] * 4


def test_items_are_shown_with_their_text() -> None:
    columns = {
        "id": ["1", " "],
        "title": ["Heat", ""],
        "plot": ["A robbery", "B"],
        "genres": ["Crime|Drama", ""],
        "price": ["$1,200", "?x"],
        "year": ["1995", "V"],
    }
    pairs = {"item.template": "{title}: {genres}. {plot}", "item.separator.genres": "pipe"}
    assert shown("items", columns, pairs) == {
        "id": ["1", "⚠ no id: the row is left out"],
        "title": ["Heat", ""],
        "text": ["Heat: Crime, Drama. A robbery", "B"],
        "genres": ["Crime | Drama", ""],
        "price": ["1200", '⚠ "?x" must be a number.'],
        "year": ["1995", '⚠ "V" must be a number from 0 to 9999.'],
        "decade": ["1990s", ""],
    }


def test_users_are_shown_with_their_groups() -> None:
    assert shown("users", {"id": ["a", "b"], "age": ["17", "x"]}, {"user.bins.age": "18"}) == {
        "id": ["a", "b"],
        "age": ["17", '⚠ "x" must be a number from 0 to 150.'],
        "age_group": ["Under 18", ""],
    }


@pytest.mark.parametrize("kind", ["interactions", "items", "users"])
def test_nothing_that_cells_hold_raises(kind: str) -> None:
    odd = ["", None, "nan", "1e400", "\u202e", "x" * 10_000, "{title}", "-1"]
    names = {
        "interactions": ["user", "item", "rating", "time", "event", "session"],
        "items": ["id", "title", "plot", "genres", "price", "year", "poster"],
        "users": ["id", "age", "gender", "income"],
    }[kind]
    made = shown(kind, dict.fromkeys(names, odd), {})
    assert all(len(column) == len(odd) for column in made.values())


def test_weights_of_types_are_no_scale_of_ratings() -> None:
    # 1, 3 and 5 look like stars, of which 4 would be positive
    columns = {"user": ["u"] * 3, "item": ["a"] * 3, "event": ["view", "cart", "purchase"]}
    made = shown("interactions", columns, {})
    assert made["weight"] == ["1", "3", "5"]
    assert made["positive"] == ["yes"] * 3
