from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import AGE_GROUPS, Attribute, Dataset, ImportReport, PositiveFrom, Table, build_dataset, map_columns
from recengine.errors import DataError


def build(
    interactions: dict[str, list[Any]],
    items: dict[str, list[Any]] | None = None,
    users: dict[str, list[Any]] | None = None,
    mapping: dict[str, str] | None = None,
    positive_from: PositiveFrom = "auto",
) -> tuple[Dataset, ImportReport]:
    tables = {
        name: None if columns is None else Table(f"{name}.csv", pl.DataFrame(columns))
        for name, columns in (("interactions", interactions), ("items", items), ("users", users))
    }
    columns = {name: None if table is None else table.frame.columns for name, table in tables.items()}
    roles = map_columns(mapping or {}, columns["interactions"] or [], columns["items"], columns["users"])
    assert tables["interactions"] is not None
    return build_dataset("small", tables["interactions"], tables["items"], tables["users"], roles, positive_from)


PAIR = {"user_id": ["u"], "item_id": ["a"]}


def test_interactions_alone_are_a_dataset() -> None:
    dataset, report = build({"user_id": ["v", "u", "v"], "item_id": ["b", "b", "a"]})
    assert dataset.user_ids == ["v", "u"]
    assert dataset.item_ids == dataset.titles == ["b", "a"]
    assert dataset.items["text"].to_list() == ["", ""]
    assert dataset.interactions.rows() == [
        (0, 0, 1.0, None, True),
        (0, 1, 1.0, None, True),
        (1, 0, 1.0, None, True),
    ]
    assert dict(dataset.interactions.schema) == {
        "user": pl.Int32,
        "item": pl.Int32,
        "weight": pl.Float32,
        "time": pl.Int64,
        "positive": pl.Boolean,
    }
    assert dataset.positive_from is None
    assert report.counts == {"users": 2, "items": 2, "interactions": 3, "positives": 3}


def test_rows_go_by_user_and_then_by_the_order_of_the_file() -> None:
    dataset, _ = build({"user_id": ["b", "a", "b", "a"], "item_id": ["1", "2", "3", "1"]}, users={"id": ["a", "b"]})
    assert dataset.interactions.select("user", "item").rows() == [(0, 1), (0, 0), (1, 0), (1, 2)]


def test_the_catalogue_comes_first_and_nothing_is_lost() -> None:
    dataset, report = build(
        {"user_id": ["new", "u1"], "item_id": ["unlisted", "listed"]},
        items={"item_id": ["unused", "listed"], "title": ["Unused", "Listed"]},
        users={"user_id": ["u1", "silent"], "gender": ["F", "M"]},
    )
    assert dataset.item_ids == ["unused", "listed", "unlisted"]
    assert dataset.titles == ["Unused", "Listed", "unlisted"]
    assert dataset.user_ids == ["u1", "silent", "new"]
    assert dataset.users["gender"].to_list() == ["F", "M", None]
    found = {finding.name: finding.value for finding in report.findings}
    assert found["items-not-in-catalogue"] == 1
    assert found["users-not-in-table"] == 1
    assert found["items-without-interactions"] == 1
    assert found["users-without-interactions"] == 1
    assert found["density"] == 2 / (3 * 3)


def test_repeats_of_a_pair_keep_the_last_by_time_then_by_file() -> None:
    dataset, report = build(
        {
            "user_id": ["u", "u", "u", "v", "v", "w", "w"],
            "item_id": ["a", "a", "b", "a", "a", "a", "a"],
            "rating": [1.0, 2.0, 9.0, 3.0, 4.0, 5.0, 6.0],
            "timestamp": [20, 10, 5, 7, 7, None, None],
        }
    )
    rows = dataset.interactions.select("user", "item", "weight", "time").rows()
    # u and a: 20 is later than 10; v: equal times, the second row; w: no times, the second row
    assert rows == [(0, 0, 1.0, 20), (0, 1, 9.0, 5), (1, 0, 4.0, 7), (2, 0, 6.0, None)]
    assert report.merged_repeats == 3


def test_rows_without_an_id_are_left_out_and_counted() -> None:
    dataset, report = build(
        {"user_id": ["u", "", None, "u"], "item_id": ["a", "a", " ", "  "], "rating": ["3", "bad", "bad", "bad"]},
        items={"item_id": ["a", "", None], "title": ["A", "B", "C"]},
        users={"user_id": ["u", " "], "age": ["20", "30"]},
    )
    assert dataset.interactions.height == 1
    assert report.dropped == {
        "interactions without a user id": 2,
        "interactions without an item id": 1,
        "items without an id": 2,
        "users without an id": 1,
    }
    assert report.rows_read == {"interactions": 4, "items": 3, "users": 2}


@pytest.mark.parametrize("identifier", ["007", " 7", "7.0", 'a,"b"', "line\nbreak", "=1+1", "<b>", "ü", "NA"])
def test_ids_are_kept_verbatim(identifier: str) -> None:
    dataset, _ = build({"user_id": [identifier, "7"], "item_id": ["7", identifier]})
    assert dataset.user_ids == [identifier, "7"]
    assert dataset.item_ids == ["7", identifier]


@pytest.mark.parametrize("value", ["five", "", None, "nan", "inf", "-inf", "1e39", "4,5,6", "0x10", "1_0"])
def test_a_value_that_is_no_number_is_one_clear_line(value: str | None) -> None:
    with pytest.raises(DataError, match=r'^interactions\.csv, row 2: "rating" must be a number, got .+\.') as caught:
        build({"user_id": ["u", "u"], "item_id": ["a", "b"], "rating": ["4", value]})
    assert "\n" not in str(caught.value)


def test_values_of_zero_or_less_are_seen_and_not_liked() -> None:
    dataset, report = build({"user_id": ["u"] * 4, "item_id": list("abcd"), "rating": ["-1", "0", "7", "1e-50"]})
    assert dataset.interactions["positive"].to_list() == [False, False, True, True]
    assert dataset.interactions["weight"].to_list() == pytest.approx([1e-6, 1e-6, 7.0, 1e-6])
    assert dataset.matrix.nnz == 2
    assert dataset.seen.nnz == 4
    assert report.notes == ("2 of 4 interactions have a value of 0 or less: they count as seen, not as liked.",)


@pytest.mark.parametrize(
    ("ratings", "lowest"),
    [
        (["1", "3", "5"], 4.0),
        (["0.5", "4.5", "5"], 3.5),
        (["1", "1", "5"], None),  # two values are no scale
        (["1", "3", "4"], None),  # nothing reaches 5
        (["1", "5", "10"], 8.0),
        (["1", "5", "11"], None),
        (["1", "2.7", "5"], None),
    ],
)
def test_auto_goes_by_the_scale_of_the_ratings(ratings: list[str], lowest: float | None) -> None:
    dataset, report = build({"user_id": ["u"] * 3, "item_id": ["a", "b", "c"], "rating": ratings})
    assert dataset.positive_from == report.positive_from == lowest
    expected = [lowest is None or float(rating) >= lowest for rating in ratings]
    assert dataset.interactions["positive"].to_list() == expected


def test_positive_from_is_inclusive_and_exact() -> None:
    # 4.1 is not a single-precision number: stored as a weight it is a little less
    dataset, _ = build({"user_id": ["u"] * 2, "item_id": ["a", "b"], "rating": ["4.1", "4"]}, positive_from=4.1)
    assert dataset.interactions["positive"].to_list() == [True, False]


def test_positive_from_must_leave_something() -> None:
    rated = {**PAIR, "rating": ["3"]}
    with pytest.raises(DataError, match="no value reaches 6"):
        build(rated, positive_from=6)
    with pytest.raises(DataError, match="positive-from must be a finite number, got nan"):
        build(rated, positive_from=float("nan"))
    assert build(rated, positive_from=None)[0].interactions["positive"].all()


def test_without_a_value_column_every_row_is_positive() -> None:
    dataset, _ = build(PAIR, positive_from=4)
    assert dataset.positive_from is None
    assert dataset.interactions["positive"].all()


@pytest.mark.parametrize(
    ("cell", "seconds"),
    [
        ("881250949", 881250949),
        ("881250949.0", 881250949),
        ("881250949000", 881250949),  # milliseconds, told by their size
        ("2024-01-31", datetime(2024, 1, 31, tzinfo=UTC).timestamp()),
        ("2024-01-31T18:05:09Z", datetime(2024, 1, 31, 18, 5, 9, tzinfo=UTC).timestamp()),
        ("2024-01-31 18:05:09.75", datetime(2024, 1, 31, 18, 5, 9, tzinfo=UTC).timestamp()),
        ("", None),
    ],
)
def test_times_are_seconds_since_1970(cell: str, seconds: float | None) -> None:
    dataset, _ = build({**PAIR, "timestamp": [cell]})
    assert dataset.interactions["time"].to_list() == [seconds]


@pytest.mark.parametrize("cell", ["yesterday", "inf", "1e400", "2024-02-30"])
def test_a_time_that_is_none_is_one_clear_line(cell: str) -> None:
    for others in ("5", "2024-01-30"):
        with pytest.raises(DataError, match=r'^interactions\.csv, row 2: "time" must be a time .*, got ') as caught:
            build({"user_id": ["u"] * 4, "item_id": list("abcd"), "time": [others, cell, others, others]})
        assert "\n" not in str(caught.value)


def test_items_get_title_text_year_and_decade() -> None:
    dataset, report = build(
        PAIR,
        items={
            "item_id": ["a", "b", "c", "d"],
            "title": ["Quiet River", None, " Last Orbit ", ""],
            "year": ["1995", "2001.0", "", "NA"],
            "genres": ["Drama|Crime|Drama", "Comedy", " | ", None],
            "brand": ["X", "Y", "Z", ""],
            "description": ["A slow film.", "", "", None],
        },
    )
    assert dataset.titles == ["Quiet River", "b", "Last Orbit", "d"]
    assert dataset.items["text"].to_list() == [
        "Quiet River (1995). X, Drama, Crime. A slow film.",
        "Y, Comedy",
        "Last Orbit. Z",
        "",
    ]
    assert dataset.items["year"].to_list() == [1995.0, 2001.0, None, None]
    assert dataset.items["decade"].to_list() == ["1990s", "2000s", None, None]
    assert dataset.items["genres"].to_list() == [["Drama", "Crime"], ["Comedy"], None, None]
    assert dataset.item_attributes == (
        Attribute("brand", "category"),
        Attribute("genres", "categories"),
        Attribute("year", "number"),
        Attribute("decade", "category"),
    )
    assert report.mapping["item.separator"] == "|"


def test_a_chosen_separator_wins() -> None:
    items = {"item_id": ["a"], "genres": ["Film-Noir Drama, dark"]}
    guessed, _ = build(PAIR, items=items)
    chosen, _ = build(PAIR, items=items, mapping={"item.separator": " "})
    assert guessed.items["genres"].to_list() == [["Film-Noir Drama", "dark"]]
    assert chosen.items["genres"].to_list() == [["Film-Noir", "Drama,", "dark"]]


@pytest.mark.parametrize(
    ("age", "group"),
    [
        ("0", "Under 18"),
        ("17.9", "Under 18"),
        ("18", "18-24"),
        ("24", "18-24"),
        ("25", "25-34"),
        ("34", "25-34"),
        ("35", "35-44"),
        ("44", "35-44"),
        ("45", "45-49"),
        ("49", "45-49"),
        ("50", "50-55"),
        ("55", "50-55"),
        ("56", "56+"),
        ("99", "56+"),
        ("", None),
    ],
)
def test_ages_fall_into_the_groups_of_movielens_1m(age: str, group: str | None) -> None:
    dataset, _ = build(PAIR, users={"user_id": ["u"], "age": [age]})
    assert dataset.users["age_group"].to_list() == [group]
    assert group is None or group in AGE_GROUPS
    assert dataset.user_attributes == (Attribute("age", "number"), Attribute("age_group", "category"))


def test_a_mapped_age_group_wins_over_the_derived_one() -> None:
    dataset, _ = build(PAIR, users={"user_id": ["u"], "age": ["20"], "age_group": ["young"]})
    assert dataset.users["age_group"].to_list() == ["young"]


@pytest.mark.parametrize(
    ("table", "column", "cell"),
    [("items", "year", "V"), ("items", "year", "20000"), ("users", "age", "-1"), ("users", "age", "inf")],
)
def test_a_number_out_of_range_is_one_clear_line(table: str, column: str, cell: str) -> None:
    tables: dict[str, Any] = {"items": None, "users": None}
    tables[table] = {"id": ["x", "y"], column: ["", cell]}
    with pytest.raises(
        DataError, match=rf'^{table}\.csv, row 2: "{column}" must be a number from 0 to \d+, got "{cell}"\.'
    ):
        build(PAIR, **tables)


def test_an_id_that_comes_twice_in_a_catalogue_is_one_clear_line() -> None:
    with pytest.raises(DataError, match=r'^items\.csv, row 4: the id "a" is already in row 2'):
        build(PAIR, items={"item_id": ["b", "a", "", "a"], "title": ["1", "2", "3", "4"]})


def test_interactions_without_a_usable_row_are_one_clear_line() -> None:
    with pytest.raises(DataError, match="no row has both a user id"):
        build({"user_id": ["u", ""], "item_id": ["", "a"]})


def test_ties_in_time_are_said() -> None:
    tied, report = build(
        {"user_id": ["u", "u", "v", "v", "w"], "item_id": list("ababa"), "timestamp": ["1", "1", "1", "2", "9"]}
    )
    # of u and v, who have two events, u's carry the same time
    assert {finding.name: finding.value for finding in report.findings}["tied-times"] == 1 / 2
    assert tied.notes == (
        "50% of the users' last two events carry the same time; such ties go by the order of the file.",
    )
    untied, _ = build({"user_id": ["u", "u"], "item_id": ["a", "b"], "timestamp": ["1", "2"]})
    assert untied.notes == ()


def test_the_report_is_plain_json() -> None:
    dataset, report = build({**PAIR, "rating": ["3"]}, items={"item_id": ["a"], "title": ["A"]})
    document = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert document["fingerprint"] == dataset.fingerprint
    assert document["mapping"] == {
        "user": "user_id",
        "item": "item_id",
        "value": "rating",
        "item.id": "item_id",
        "item.title": "title",
    }
    assert document["findings"][0].keys() == {"name", "value", "text"}


def test_typed_columns_do_as_well_as_strings() -> None:
    typed, _ = build(
        {
            "user_id": [1, 2],
            "item_id": [7, 7],
            "rating": [3, 5],
            "timestamp": [datetime(2024, 1, 1), datetime(2024, 1, 2)],
        },
        items={"item_id": [7], "genres": [["Drama", "Crime"]], "year": [1999]},
    )
    strings, _ = build(
        {"user_id": ["1", "2"], "item_id": ["7", "7"], "rating": ["3", "5"], "timestamp": ["2024-01-01", "2024-01-02"]},
        items={"item_id": ["7"], "genres": ["Drama|Crime"], "year": ["1999"]},
    )
    assert typed.interactions.equals(strings.interactions)
    assert typed.items.equals(strings.items)


@given(
    st.lists(
        st.tuples(st.sampled_from("uvw"), st.sampled_from("abc"), st.integers(1, 9), st.none() | st.integers(0, 2)),
        min_size=1,
        max_size=20,
    )
)
def test_merging_agrees_with_a_plain_loop(rows: list[tuple[str, str, int, int | None]]) -> None:
    users, items, ratings, times = (list(column) for column in zip(*rows, strict=True))
    frame = pl.DataFrame({"user": users, "item": items, "rating": ratings, "time": pl.Series(times, dtype=pl.Int64)})
    dataset, _ = build_dataset("x", Table("rows", frame), None, None, map_columns({}, frame.columns), None)

    kept: dict[tuple[str, str], tuple[int, int]] = {}
    for user, item, rating, time in rows:
        when = -1 if time is None else time
        if (user, item) not in kept or when >= kept[user, item][1]:
            kept[user, item] = (rating, when)
    ours = {
        (dataset.user_ids[user], dataset.item_ids[item]): (int(weight), -1 if time is None else time)
        for user, item, weight, time, _ in dataset.interactions.rows()
    }
    assert ours == kept
