from collections.abc import Callable

import polars as pl
import pytest

from recengine.data import Attribute, Dataset
from recengine.fairness import item_groupings, user_groupings
from recengine.fairness.groups import MAX_GROUPS, in_natural_order

MakeDataset = Callable[..., Dataset]


def history(*lengths: int) -> list[tuple[int, int]]:
    return [(user, item) for user, length in enumerate(lengths) for item in range(length)]


def test_activity_is_the_quartile_of_the_training_history(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(history(1, 2, 3, 4, 5, 6, 7, 8), n_users=8, n_items=8)
    assert user_groupings(dataset)["activity"].to_list() == [
        *["Q1 least active (1 to 2)"] * 2,
        *["Q2 (3 to 4)"] * 2,
        *["Q3 (5 to 6)"] * 2,
        *["Q4 most active (7 to 8)"] * 2,
    ]


def test_equal_histories_are_in_the_same_quartile(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(history(2, 2, 2, 2, 2, 2, 0, 9), n_users=8, n_items=9)
    activity = user_groupings(dataset)["activity"].to_list()
    assert activity[:6] == ["Q1 least active (0 to 2)"] * 6
    assert activity[6:] == ["Q1 least active (0 to 2)", "Q4 most active (9)"]


def test_user_groupings_are_the_category_attributes_and_activity(make_dataset: MakeDataset) -> None:
    n_users = MAX_GROUPS + 1
    dataset = make_dataset(
        [],
        n_users=n_users,
        n_items=1,
        users={
            "gender": ["F", None] + ["M"] * (n_users - 2),
            "zip": [str(user) for user in range(n_users)],
            "age": [20.0] * n_users,
            "activity": ["none"] * n_users,
        },
        user_attributes=[
            Attribute("gender", "category"),
            Attribute("zip", "category"),
            Attribute("age", "number"),
            Attribute("activity", "category"),
        ],
    )
    groupings = user_groupings(dataset)
    assert list(groupings) == ["gender", "activity (column)", "activity"]  # 61 zip codes name rather than group
    assert groupings["gender"].to_list()[:3] == ["F", "unknown", "M"]
    assert groupings["activity (column)"].to_list()[0] == "none"


def test_item_groupings_are_popularity_and_the_category_attributes(make_dataset: MakeDataset) -> None:
    dataset = make_dataset(
        [(user, 1) for user in range(8)] + [(0, 0), (1, 2)],
        n_users=8,
        n_items=4,
        items={
            "genre": pl.Series([["Drama", "War"], [], None, ["Drama", "Drama", None]], dtype=pl.List(pl.String)),
            "decade": ["1990s", None, "1980s", "1990s"],
            "price": [1.0, 2.0, 3.0, 4.0],
        },
        item_attributes=[
            Attribute("genre", "categories"),
            Attribute("decade", "category"),
            Attribute("price", "number"),
        ],
    )
    groupings = item_groupings(dataset)
    assert list(groupings) == ["popularity", "genre", "decade"]
    # 8 of 10 interactions are four fifths
    assert groupings["popularity"].to_list() == [["tail"], ["head"], ["tail"], ["cold"]]
    assert groupings["genre"].to_list() == [["Drama", "War"], ["unknown"], ["unknown"], ["Drama"]]
    assert groupings["decade"].to_list() == [["1990s"], ["unknown"], ["1980s"], ["1990s"]]


def test_item_attributes_of_too_many_values_are_left_out(make_dataset: MakeDataset) -> None:
    for n_items, offered in ((MAX_GROUPS, True), (MAX_GROUPS + 1, False)):
        dataset = make_dataset(
            [],
            n_users=1,
            n_items=n_items,
            items={"director": [f"d{item}" for item in range(n_items)], "cast": [[f"c{i}"] for i in range(n_items)]},
            item_attributes=[Attribute("director", "category"), Attribute("cast", "categories")],
        )
        assert ("director" in item_groupings(dataset)) == ("cast" in item_groupings(dataset)) == offered


@pytest.mark.parametrize(
    "ordered",
    [
        ["Under 18", "18-24", "25-34", "56+", "unknown"],
        ["Q1 least active (1 to 20)", "Q2 (21 to 40)", "Q4 most active (41 to 900)"],
        ["1980s", "1990s", "2000s"],
        ["F", "M", "unknown"],
        ["head", "tail", "cold"],
        ["1", "2", "10"],
    ],
)
def test_groups_come_in_the_order_a_reader_expects(ordered: list[str]) -> None:
    assert in_natural_order(reversed(ordered)) == ordered
