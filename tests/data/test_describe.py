from __future__ import annotations

import pytest

from recengine.data import Dataset, describe_item, describe_user, known_categories
from recengine.errors import ScenarioError


def test_a_user_is_a_row_of_the_attribute_columns(synthetic_dataset: Dataset) -> None:
    row = describe_user(synthetic_dataset, {"group": "coast", "age": "30"})
    assert row.columns == [attribute.name for attribute in synthetic_dataset.user_attributes]
    assert row.row(0, named=True) == {"group": "coast", "age": 30.0, "age_group": "25-34"}
    assert row.schema == synthetic_dataset.users.select(row.columns).schema


def test_what_is_not_known_of_a_user_is_null(synthetic_dataset: Dataset) -> None:
    assert describe_user(synthetic_dataset, {}).row(0) == (None, None, None)
    assert describe_user(synthetic_dataset, {"age": " "}).row(0) == (None, None, None)


def test_an_item_described_as_one_of_the_catalogue_is_the_same_row(synthetic_dataset: Dataset) -> None:
    items = synthetic_dataset.items
    for position in (0, 17, 42):
        there = items.row(position, named=True)
        # what an import was given: text is put together of title, year, genre and description
        head = f"{there['title']} ({there['year']:.0f}). {', '.join(there['genre'])}. "
        assert there["text"].startswith(head)
        given = {"genre": "|".join(there["genre"]), "year": there["year"]}
        made = describe_item(
            synthetic_dataset, title=there["title"], text=there["text"].removeprefix(head), attributes=given
        )
        assert made.schema == items.schema
        assert made.row(0, named=True) == {**there, "id": ""}


def test_an_item_of_which_nothing_is_known_has_no_text(synthetic_dataset: Dataset) -> None:
    row = describe_item(synthetic_dataset).row(0, named=True)
    assert (row["title"], row["text"], row["genre"], row["year"]) == ("", "", None, None)


def test_the_known_categories(synthetic_dataset: Dataset) -> None:
    by_name = {one.name: one for one in (*synthetic_dataset.user_attributes, *synthetic_dataset.item_attributes)}
    assert known_categories(synthetic_dataset.users, by_name["group"]) == ["coast", "mountain", "valley"]
    assert "Comedy" in known_categories(synthetic_dataset.items, by_name["genre"])
    assert known_categories(synthetic_dataset.items, by_name["year"]) == []


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"gender": "F"}, 'no user has "gender". There are group, age, age_group'),
        ({"group": "plain"}, 'no user has group "plain". Choose among coast, mountain, valley'),
        ({"age": "old"}, 'age must be a number, got "old"'),
        ({"age": "nan"}, 'age must be a number, got "nan"'),
    ],
)
def test_a_mistake_is_one_line(synthetic_dataset: Dataset, attributes: dict[str, str], message: str) -> None:
    with pytest.raises(ScenarioError) as caught:
        describe_user(synthetic_dataset, attributes)
    assert message in str(caught.value)
