from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import map_columns
from recengine.data.mapping.roles import ROLES, table_of
from ui.importing import roles

COLUMNS = ("id", "name", "genres", "plot", "brand", "price")
PAIRS = {
    "item.id": "id",
    "item.title": "name",
    "item.categories.genres": "genres",
    "item.separator.genres": "|",
    "item.text": "plot",
}


def test_every_column_has_a_row_used_or_not() -> None:
    assert roles.roles_of(PAIRS, COLUMNS) == {
        "id": "item.id",
        "name": "item.title",
        "genres": "item.categories",
        "plot": "item.text",
        "brand": "",
        "price": "",
    }


def test_a_role_of_one_column_is_taken_from_the_other() -> None:
    changed = roles.with_role(PAIRS, "brand", "item.title")
    assert changed["item.title"] == "brand"
    assert roles.roles_of(changed, COLUMNS)["name"] == ""


def test_several_columns_of_text_are_numbered_in_their_order() -> None:
    changed = roles.with_role(PAIRS, "brand", "item.text")
    assert (changed["item.text"], changed["item.text.2"]) == ("plot", "brand")
    back = roles.with_role(changed, "plot", "")
    assert back["item.text"] == "brand"
    assert "item.text.2" not in back


def test_a_column_that_is_no_list_any_more_loses_its_separator() -> None:
    changed = roles.with_role(PAIRS, "genres", "item.category")
    assert changed["item.category.genres"] == "genres"
    assert "item.separator.genres" not in changed


def test_one_column_may_be_id_and_title() -> None:
    changed = roles.with_role(PAIRS, "id", roles.ID_AND_TITLE)
    assert (changed["item.id"], changed["item.title"]) == ("id", "id")
    assert roles.roles_of(changed, COLUMNS)["id"] == roles.ID_AND_TITLE


def test_a_title_may_hold_the_year() -> None:
    changed = roles.with_role(PAIRS, "name", roles.TITLE_AND_YEAR)
    assert (changed["item.title"], changed["item.year"]) == ("name", "name")
    assert roles.roles_of(changed, COLUMNS)["name"] == roles.TITLE_AND_YEAR


def test_attributes_of_one_name_get_names_of_their_own() -> None:
    pairs = roles.with_role({"item.id": "id", "item.category.brand": "brand"}, "brand:token", "item.category")
    assert pairs["item.category.brand 2"] == "brand:token"
    assert "title" not in {roles.name_of(key) for key in roles.with_role(PAIRS, "title", "item.category")}


def test_what_lacks_is_named() -> None:
    assert roles.missing({"item": "i"}, "interactions") == ["User"]
    assert roles.missing({}, "items") == ["Item id"]


def test_columns_that_are_gone_take_their_settings_along() -> None:
    kept = roles.of_columns(PAIRS, ("id", "name"))
    assert kept == {"item.id": "id", "item.title": "name"}


@pytest.mark.parametrize("kind", ["interactions", "items", "users"])
def test_every_role_can_be_chosen(kind: str) -> None:
    offered = {one for role in roles.offered(kind) for one in role.split("+") if role}  # type: ignore[arg-type]
    assert offered == {role for role in ROLES if table_of(role) == kind}


@settings(max_examples=60)
@given(st.lists(st.tuples(st.sampled_from(COLUMNS), st.sampled_from(roles.offered("items"))), max_size=12))
def test_whatever_is_chosen_is_what_the_engine_reads(choices: list[tuple[str, str]]) -> None:
    pairs: dict[str, str] = dict(PAIRS)
    for column, role in choices:
        pairs = roles.with_role(pairs, column, role)
    now = roles.roles_of(pairs, COLUMNS)
    used = {column for column, role in now.items() if role}
    if roles.missing(pairs, "items"):
        return
    whole = {**roles.complete({"user": "u", "item": "i"}, "interactions"), **roles.complete(pairs, "items")}
    mapping = map_columns(whole, ("u", "i", "rating"), COLUMNS)
    assert set(mapping.columns("items")) == used
    assert mapping.value is None  # a role without a column is not guessed behind the page's back
