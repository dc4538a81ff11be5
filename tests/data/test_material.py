from __future__ import annotations

from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Table, build_dataset, map_columns
from recengine.data.material import Material, make_material
from recengine.data.vocabulary import are_used, encode, in_order
from recengine.errors import DataError


def make(columns: dict[str, Any], **mapping: str) -> Material:
    frame = pl.DataFrame(columns)
    pairs = {role.replace("__", "."): column for role, column in mapping.items()}
    return make_material({"interactions": Table("log.csv", frame)}, map_columns(pairs, frame.columns))


def ids_of(material: Material) -> list[tuple[str, str]]:
    events = material.events
    users, items = material.user_ids.gather(events["user"]), material.item_ids.gather(events["item"])
    return list(zip(users, items, strict=True))


@given(st.lists(st.none() | st.sampled_from(["a", "b", "", " ", "a "]), max_size=12))
def test_codes_give_the_ids_back_in_the_order_of_their_first_row(ids: list[str | None]) -> None:
    codes, vocabulary = encode(pl.Series(ids, dtype=pl.String))
    assert vocabulary.gather(codes).to_list() == ids
    assert vocabulary.to_list() == list(dict.fromkeys(ids))


@given(
    st.lists(st.integers(-3, 3) | st.integers(-(2**63), 2**63 - 1), max_size=12),
)
def test_whole_numbers_near_and_far_have_the_codes_of_their_texts(ids: list[int]) -> None:
    codes, vocabulary = encode(pl.Series(ids, dtype=pl.Int64))
    texts, words = encode(pl.Series([str(one) for one in ids], dtype=pl.String))
    assert codes.to_list() == texts.to_list()
    assert vocabulary.to_list() == words.to_list()


@given(st.lists(st.integers(0, 5), min_size=1, max_size=12))
def test_a_vocabulary_is_cut_to_what_is_used(codes: list[int]) -> None:
    words = pl.Series(list("abcdef"))
    series = pl.Series(codes, dtype=pl.UInt32)
    renumbered, used = in_order(series, words)
    assert used.gather(renumbered).to_list() == words.gather(codes).to_list()
    assert used.to_list() == list(dict.fromkeys(words.gather(codes)))
    assert are_used(series, 6).to_list() == [place in codes for place in range(6)]


@pytest.mark.parametrize("kind", [pl.String, pl.Categorical, pl.Int64, pl.Int32, pl.UInt64])
def test_ids_are_the_same_whatever_type_a_reader_gives_them(kind: Any) -> None:
    users = pl.Series(["7", "12", "7"]).cast(kind)
    material = make({"user": users, "item": ["a", "b", "b"]})
    assert ids_of(material) == [("7", "a"), ("12", "b"), ("7", "b")]
    assert material.user_ids.to_list() == ["7", "12"]
    assert material.user_ids.dtype == pl.String


def test_rows_without_an_id_go_and_the_others_know_where_they_were() -> None:
    material = make({"user": ["", "u", None, "v"], "item": ["a", "b", "c", " "], "rating": ["1", "x", "3", "4"]})
    assert ids_of(material) == [("u", "b")]
    assert material.item_ids.to_list() == ["b"]
    assert material.dropped == {"interactions without a user id": 2, "interactions without an item id": 1}
    assert material.events["row"].to_list() == [1]
    assert material.unreadable.select("row", "cell").rows() == [(1, "x")]
    assert material.origin.place(1) == "log.csv, row 2"


def test_a_type_of_event_gives_the_value_or_multiplies_it() -> None:
    log = {"user": list("uuuu"), "item": list("abcd"), "action": ["view", "cart", "buy", "refund"], "n": [2, 2, 2, 2]}
    said = {"event": "action", "event__weight__view": "1", "event__weight__cart": "3", "event__weight__buy": "5"}
    alone = make({name: log[name] for name in ("user", "item", "action")}, **said)
    assert alone.events["value"].to_list() == [1.0, 3.0, 5.0]
    assert alone.dropped == {'interactions of a type that weighs 0: "refund"': 1}
    assert alone.event_weights == {"view": 1.0, "cart": 3.0, "buy": 5.0, "refund": 0.0}
    assert make(log, **said, value="n").events["value"].to_list() == [2.0, 6.0, 10.0]


def test_values_become_weights_by_the_rule_and_positives_by_the_value() -> None:
    frame = pl.DataFrame({"user": ["u", "u"], "item": ["a", "b"], "hours": ["0", "1.718281828459045"]})
    mapping = map_columns({"value": "hours", "value.rule": "log"}, frame.columns)
    dataset, _ = build_dataset("x", Table("log", frame), None, None, mapping)
    # 1 + ln(1 + e - 1) = 2; nothing played is seen, not liked
    assert dataset.interactions["weight"].to_list() == pytest.approx([1e-6, 2.0])
    assert dataset.interactions["positive"].to_list() == [False, True]


def test_without_interactions_there_is_one_clear_line() -> None:
    with pytest.raises(DataError, match="no table of them is given"):
        make_material({}, map_columns({}, ["user", "item"]))
    with pytest.raises(DataError, match=r"^log\.csv: no row has both a user id"):
        make({"user": ["", " "], "item": ["a", "b"]})
