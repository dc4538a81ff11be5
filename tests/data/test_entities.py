from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import Attribute, Table, map_columns
from recengine.data.entities import Entities, build_items, build_users, group_of
from recengine.errors import DataError

NOBODY = pl.Series([], dtype=pl.String)


def items(columns: dict[str, Any], pairs: dict[str, str]) -> Entities:
    table = Table("items.csv", pl.DataFrame(columns))
    return build_items(table, map_columns(pairs, ["user", "item"], table.frame.columns), NOBODY)


def users(columns: dict[str, Any], pairs: dict[str, str]) -> Entities:
    table = Table("users.csv", pl.DataFrame(columns))
    return build_users(table, map_columns(pairs, ["user", "item"], None, table.frame.columns), NOBODY)


def test_a_template_composes_the_text() -> None:
    made = items(
        {
            "id": ["1", "2", "3"],
            "title": ["Heat", "Up", None],
            "year": ["1995", "", ""],
            "genres": ["Crime|Drama", "", ""],
            "plot": ["A robbery.", "A house flies.", ""],
        },
        {"item.template": "{title} ({year}): {genres}. {plot}", "item.text": "plot"},
    )
    assert made.frame["text"].to_list() == ["Heat (1995): Crime|Drama. A robbery.", "Up. A house flies.", ""]
    made = items({"id": ["1"], "genres": ["Crime|Drama"]}, {"item.template": "{genres}", "item.separator": "pipe"})
    assert made.frame["text"].to_list() == ["Crime, Drama"]


def test_whole_numbers_are_written_without_a_fraction() -> None:
    made = items({"id": [1], "year": [1995.0], "price": [2.5]}, {"item.template": "{year} for {price}"})
    assert made.frame["text"].to_list() == ["1995 for 2.5"]


def test_several_texts_stand_one_after_the_other() -> None:
    made = items(
        {"id": ["1", "2"], "name": ["Heat", "Up"], "plot": ["A robbery", ""], "more": ["Los Angeles", "Balloons"]},
        {"item.text": "plot", "item.text.2": "more"},
    )
    assert made.frame["text"].to_list() == ["Heat. A robbery. Los Angeles", "Up. Balloons"]


def test_lists_of_texts_are_one_text() -> None:
    made = items({"id": ["1"], "description": [["Soft", "warm"]]}, {})
    assert made.frame["text"].to_list() == ["Soft warm"]


def test_each_column_of_labels_may_have_its_own_separator() -> None:
    made = items(
        {"id": ["1", "2"], "genres": ["A|B, C", "(no genres listed)"], "tags": ["x y", ""]},
        {"item.separator.genres": "pipe", "item.separator.tags": "space"},
    )
    assert made.frame["genres"].to_list() == [["A", "B, C"], None]
    assert made.frame["tags"].to_list() == [["x", "y"], None]


def test_years_come_from_titles_and_days_and_make_decades() -> None:
    made = items({"id": ["1", "2"], "title": ["Heat (1995)", "Up"]}, {"item.year": "title"})
    assert made.frame.select("year", "decade").rows() == [(1995.0, "1990s"), (None, None)]
    # the year stands in the title already, and is not written twice
    assert made.frame["text"].to_list() == ["Heat (1995)", "Up"]
    made = items({"id": ["1"], "released": ["1995-12-15"]}, {"item.year": "released"})
    assert made.frame["year"].to_list() == [1995.0]


def test_an_image_is_a_column_and_no_attribute() -> None:
    made = items({"id": ["1", "2"], "poster": ["https://example.org/1.jpg", " "]}, {})
    assert made.frame["image"].to_list() == ["https://example.org/1.jpg", None]
    assert made.attributes == ()


def test_a_few_cells_that_are_no_numbers_count_as_missing_and_are_told() -> None:
    prices = ["1"] * 39 + ["free"]
    made = items({"id": [str(row) for row in range(40)], "price": prices}, {})
    # 1 of 40 is 2.5 %, below the 5 % that are tolerated
    assert made.frame["price"].null_count() == 1
    assert made.unread == (
        'items.csv: 1 of 40 cells of "price" must be a number and count as missing, such as "free" in row 40.',
    )
    with pytest.raises(DataError, match=r'^items\.csv, row 10: "price" must be a number, got "free"\.'):
        items({"id": [str(row) for row in range(10)], "price": prices[-10:]}, {})


def test_numbers_of_users_make_groups() -> None:
    made = users(
        {"id": list("abcd"), "age": ["17", "18", "30", ""], "income": [0.4, 0.5, 2, None]},
        {"user.bins.age": "18,30", "user.number": "income", "user.bins.income": "0.5,2"},
    )
    assert made.frame["age_group"].to_list() == ["Under 18", "18-29", "30+", None]
    assert made.frame["income_group"].to_list() == ["Under 0.5", "0.5 to 2", "2+", None]
    assert Attribute("income_group", "category") in made.attributes
    assert Attribute("age", "number") in made.attributes


def test_ages_without_bins_have_the_usual_groups() -> None:
    made = users({"id": ["a", "b"], "age": [17, 56]}, {})
    assert made.frame["age_group"].to_list() == ["Under 18", "56+"]


@settings(max_examples=50)
@given(
    st.lists(st.integers(-1000, 1000), min_size=1, max_size=20),
    st.lists(st.integers(-900, 900), min_size=1, max_size=5, unique=True).map(sorted),
)
def test_a_number_is_in_the_group_that_its_edges_say(numbers: list[int], edges: list[int]) -> None:
    groups = group_of(pl.Series(numbers).cast(pl.Float64), [float(edge) for edge in edges])
    below = [sum(edge <= number for edge in edges) for number in numbers]
    names = dict(zip(below, groups.to_list(), strict=True))
    # the same number of edges below: the same group, another number: another group
    assert [names[place] for place in below] == groups.to_list()
    assert len(set(names.values())) == len(names)
