from __future__ import annotations

import pytest

from recengine.data import AttributeColumn, ColumnMapping, map_columns
from recengine.errors import DataError


def test_usual_names_are_guessed() -> None:
    mapping = map_columns(
        {},
        ["userId", "movieId", "rating", "timestamp"],
        ["movieId", "title", "genres", "Year", "color"],
        ["user_id:token", "Age", "gender", "zip"],
    )
    assert mapping == ColumnMapping(
        user="userId",
        item="movieId",
        value="rating",
        time="timestamp",
        item_id="movieId",
        item_title="title",
        item_year="Year",
        item_attributes=(AttributeColumn("genres", "genres", "categories"),),
        user_id="user_id:token",
        user_age="Age",
        user_attributes=(AttributeColumn("gender", "gender", "category"),),
    )


def test_what_is_said_wins_over_a_guess() -> None:
    mapping = map_columns(
        {"user": "who", "item": "what", "value": "", "item.title": "label", "item.category.colour": "color"},
        ["user_id", "who", "what", "rating"],
        ["id", "title", "label", "color", "brand", "genre"],
    )
    assert (mapping.user, mapping.item, mapping.value, mapping.item_title) == ("who", "what", None, "label")
    # a role of attributes that is named is not guessed further, the others are
    assert mapping.item_attributes == (
        AttributeColumn("colour", "color", "category"),
        AttributeColumn("genre", "genre", "categories"),
    )


def test_a_role_of_attributes_is_taken_as_often_as_there_are_names() -> None:
    mapping = map_columns(
        {"item.number.price": "p", "item.number.size.cm": "s", "item.number": "depth"},
        ["user", "item"],
        ["id", "p", "s", "depth"],
    )
    assert [(one.name, one.column) for one in mapping.item_attributes] == [
        ("price", "p"),
        ("size.cm", "s"),
        ("depth", "depth"),
    ]


def test_the_pairs_of_a_mapping_say_the_same_again() -> None:
    columns = (["user", "item", "stars"], ["id", "name", "tags", "year"], ["id", "age", "country"])
    mapping = map_columns({"item.separator": ";"}, *columns)
    assert map_columns(mapping.to_json(), *columns) == mapping


def test_only_the_columns_with_a_role_are_listed() -> None:
    mapping = map_columns({"item.category.kind": "id"}, ["user", "item", "noise"], ["id", "noise", "title"])
    assert mapping.columns("interactions") == ["user", "item"]
    assert mapping.columns("items") == ["id", "title"]
    assert mapping.columns("users") == []


@pytest.mark.parametrize(
    ("pairs", "message"),
    [
        ({"usr": "a"}, r'unknown role "usr"\. Use one of: user, item, value'),
        ({"item.titel": "a"}, r'unknown role "item\.titel"'),
        ({"item.title.x": "name"}, r'unknown role "item\.title\.x"'),
        ({"user": "foo"}, r'^log\.csv: no column "foo" for the role user; the columns are "user", "item", "a"\.'),
        ({"user": "a", "item": "a"}, r'user and item are both "a"'),
        ({"user": ""}, r"^log\.csv: no column for the role user"),
        ({"user.age": "age"}, r"user\.age needs a table of users, and none was given"),
        ({"item.category.title": "name"}, r'"title" cannot name one attribute more'),
        ({"item.category.x": "name", "item.number.x": "id"}, r'"x" cannot name one attribute more'),
    ],
)
def test_a_mistake_is_one_clear_line(pairs: dict[str, str], message: str) -> None:
    with pytest.raises(DataError, match=message) as caught:
        map_columns(pairs, ["user", "item", "a"], ["id", "name"], names={"interactions": "log.csv"})
    assert "\n" not in str(caught.value)


def test_a_catalogue_without_ids_is_one_clear_line() -> None:
    with pytest.raises(DataError, match=r"^items: no column for the role item\.id"):
        map_columns({}, ["user", "item"], ["title", "year"])
