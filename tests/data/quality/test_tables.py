from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Attribute, Dataset
from recengine.data.quality import quality_report
from tests.data.quality.conftest import NOW, Find


def with_users(dataset: Dataset, **columns: tuple[str, Sequence[object]]) -> Dataset:
    """The dataset with other attributes of its users: name=(kind, values)."""
    types = {"category": pl.String, "number": pl.Float64}
    series = [pl.Series(name, values, dtype=types[kind]) for name, (kind, values) in columns.items()]
    attributes = tuple(Attribute(name, kind) for name, (kind, _) in columns.items())  # type: ignore[arg-type]
    return replace(dataset, users=dataset.users.select("id").with_columns(series), user_attributes=attributes)


def test_small_groups_are_listed_with_their_size(clean: Dataset, find: Find) -> None:
    dataset = with_users(clean, city=("category", ["a"] * 29 + ["b"] * 30 + ["c"] * 241))
    finding = find(dataset, "small-user-groups")
    assert (finding.value, finding.n, finding.facts["groups"]) == (1, 3, ["city a (29)"])
    assert find(dataset, "user-group-balance").value == 241 / 300


def test_evenness_is_entropy_over_its_highest_value(clean: Dataset, find: Find) -> None:
    dataset = with_users(clean, half=("category", ["a", "b"] * 150), most=("category", ["x"] * 270 + ["y"] * 30))
    finding = find(dataset, "user-group-balance")
    assert finding.facts["half"]["evenness"] == pytest.approx(1)
    shares = np.array([0.9, 0.1])
    assert finding.facts["most"]["evenness"] == pytest.approx(-(shares * np.log(shares)).sum() / np.log(2))
    assert (finding.severity, finding.value) == ("note", 0.9)


def test_missing_values_are_listed_the_emptiest_first(clean: Dataset, find: Find) -> None:
    dataset = with_users(
        clean,
        few=("category", [None] * 15 + ["a", "b", "c"] * 95),
        some=("category", [None] * 60 + ["a", "b"] * 120),
        most=("number", [None] * 240 + [float(age) for age in range(60)]),
    )
    finding = find(dataset, "missing-values")
    # 15 of 300 is 5 %, which is not more than 5 %
    assert finding.facts["columns"] == ["user most (80%)", "user some (20%)"]
    assert (finding.value, finding.severity) == (2, "warning")
    columns = quality_report(dataset, now=NOW).columns.filter(pl.col("table") == "users")
    assert columns["missing"].to_list() == [0, 15, 60, 240]
    assert columns["distinct"].to_list() == [300, 3, 2, 60]


def test_columns_that_are_of_another_kind_are_told_with_a_mapping_that_mends_them(clean: Dataset, find: Find) -> None:
    dataset = with_users(
        clean,
        zip=("category", [str(number % 50) for number in range(300)]),
        level=("number", [float(number % 4) for number in range(300)]),
        name=("category", [f"person {number}" for number in range(300)]),
        same=("category", ["yes"] * 300),
    )
    mapping = {
        "user.category.zip": "ZIP",
        "user.number.level": "LEVEL",
        "user.category.name": "NAME",
        "user.category.same": "SAME",
    }
    fixes = {
        name: find(dataset, name, mapping=mapping).fix
        for name in (
            "numeric-category:user.zip",
            "coded-number:user.level",
            "unique-category:user.name",
            "constant-columns",
        )
    }
    assert {name: None if fix is None else dict(fix.mapping) for name, fix in fixes.items()} == {
        "numeric-category:user.zip": {"user.category.zip": "", "user.number.zip": "ZIP"},
        "coded-number:user.level": {"user.number.level": "", "user.category.level": "LEVEL"},
        "unique-category:user.name": {"user.category.name": ""},
        "constant-columns": {"user.category.same": ""},
    }


def test_no_groups_of_users_is_said(clean: Dataset, find: Find) -> None:
    assert find(with_users(clean), "no-user-groups").severity == "note"


def test_group_shares_are_of_all_users_and_of_all_interactions(clean: Dataset) -> None:
    dataset = with_users(clean, half=("category", [None] * 30 + ["a"] * 120 + ["b"] * 150))
    groups = quality_report(dataset, now=NOW).groups.filter(pl.col("table") == "users")
    assert groups["group"].to_list() == ["b", "a", None]
    assert groups["share"].to_list() == [150 / 300, 120 / 300, 30 / 300]
    assert groups["interactions_share"].sum() == pytest.approx(1)
    of_b = int((clean.interactions["user"] >= 150).sum())
    assert groups["interactions"][0] == of_b


def test_items_without_text_and_the_same_text_are_counted(clean: Dataset, find: Find) -> None:
    texts = clean.items["text"].to_list()
    texts[:5] = [""] * 5
    texts[5:8] = ["Boilerplate about nothing at all."] * 3
    dataset = replace(clean, items=clean.items.with_columns(pl.Series("text", texts)))
    assert (find(dataset, "items-without-text").value, find(dataset, "items-without-text").n) == (5, 200)
    assert (find(dataset, "same-texts").value, find(dataset, "same-texts").n) == (3, 195)
    assert find(dataset, "text-length").value == int(np.median([len(text) for text in texts if text]))


def test_the_language_comes_from_the_import(clean: Dataset, find: Find) -> None:
    language = {"main": "en", "shares": {"en": 0.7, "fr": 0.3}, "text": "Mostly English.", "judged": 90, "model": "m"}
    finding = find(clean, "language", language=language)
    assert (finding.severity, finding.value, finding.text) == ("note", 0.7, "Mostly English.")


def with_values(dataset: Dataset, values: list[float], positive_from: float | None = 4.0) -> Dataset:
    rows = dataset.interactions
    cells = pl.Series("weight", np.resize(values, rows.height), dtype=pl.Float32)
    return replace(dataset, interactions=rows.with_columns(cells), positive_from=positive_from)


def test_one_value_is_worth_a_note_only_where_a_column_was_mapped(clean: Dataset, find: Find) -> None:
    dataset = with_values(clean, [5.0], None)
    assert find(dataset, "one-value").severity == "good"
    assert find(dataset, "one-value", mapping={"value": "rating"}).severity == "note"


def test_a_j_shape_is_told(clean: Dataset, find: Find) -> None:
    finding = find(with_values(clean, [5.0] * 12 + [4.0] * 3 + [3.0] * 2 + [2.0] + [1.0] * 2), "j-shape")
    assert finding.value == pytest.approx(12 / 20, abs=0.01)


def test_low_ratings_that_count_as_liked_are_a_warning(clean: Dataset, find: Find) -> None:
    finding = find(with_values(clean, [1.0, 2.0, 3.0, 4.0, 5.0], None), "low-ratings-positive")
    # 1, 2 and 3 of 5 are in the lower half, the middle included
    assert finding.value == pytest.approx(3 / 5, abs=0.01)


def test_weights_of_events_are_no_ratings(clean: Dataset) -> None:
    weights = with_values(clean, [5.0] * 6 + [3.0, 1.0, 1.0], None)
    report = quality_report(weights, plan_report={"mapping": {"event": "action"}}, now=NOW)
    assert report.finding("low-ratings-positive") is None
    assert report.finding("j-shape") is None
    assert report.finding("values") is not None


def test_values_that_dwarf_all_others_get_a_logarithm(clean: Dataset, find: Find) -> None:
    # more values than a scale of stars has, the highest 100,000 times the median
    dataset = with_values(clean, [1_000_000.0, *(float(value) for value in range(1, 20))])
    finding = find(dataset, "value-tail", mapping={"value": "hours"})
    assert finding.severity == "warning"
    assert finding.fix is not None
    assert finding.fix.mapping == {"value.rule": "log"}
    # without such a column the rule would change nothing
    assert find(dataset, "value-tail", mapping={"event": "action"}).fix is None
