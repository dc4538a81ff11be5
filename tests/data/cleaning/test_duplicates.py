from __future__ import annotations

from collections.abc import Callable

import pandas as pd
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data import Table, build_dataset, map_columns
from recengine.data.cleaning import parse_step
from recengine.data.material import Material

Make = Callable[..., Material]

ROWS = st.lists(
    st.tuples(st.sampled_from("uvw"), st.sampled_from("ab"), st.integers(0, 9), st.none() | st.integers(0, 2)),
    min_size=1,
    max_size=25,
)


@pytest.mark.parametrize("keep", ["last", "sum", "max"])
@settings(max_examples=30)
@given(rows=ROWS)
def test_merging_agrees_with_pandas(make: Make, keep: str, rows: list[tuple[str, str, int, int | None]]) -> None:
    users, items, values, times = (list(column) for column in zip(*rows, strict=True))
    done = parse_step(f"duplicates:keep={keep}").apply(
        make({"user": users, "item": items, "rating": values, "time": times}, mapping={"time": "time"})
    )
    frame = pd.DataFrame({"user": users, "item": items, "value": values, "time": times, "row": range(len(rows))})
    ordered = frame.sort_values(["time", "row"], na_position="first", kind="stable")
    last = ordered.groupby(["user", "item"], as_index=False).tail(1).set_index(["user", "item"])
    expected = {"last": last["value"]} | {
        name: frame.groupby(["user", "item"])["value"].agg(name) for name in ("sum", "max")
    }
    material = done.material
    events = material.events.with_columns(
        user=material.user_ids.gather(material.events["user"]), item=material.item_ids.gather(material.events["item"])
    )
    ours = {(user, item): value for user, item, value in events.select("user", "item", "value").rows()}
    assert ours == expected[keep].to_dict()
    # every pair stands where its last row stood
    assert dict(zip(ours, events["row"], strict=True)) == last["row"].to_dict()
    assert events["row"].is_sorted()
    assert done.touched == len(rows) - len(ours)


def test_the_sample_shows_the_rows_that_went_with_their_lines(make: Make) -> None:
    done = parse_step("duplicates").apply(
        make({"user": ["u", "u", "v"], "item": ["a", "a", "a"], "rating": [1, 2, 3], "time": [20, 10, 5]})
    )
    # line 1 is later than line 2
    assert done.sample.select("user", "item", "value", "line").rows() == [("u", "a", 2.0, 2)]
    assert done.says == "1 of 3 interactions repeat a user and an item and are merged; the last stays."


@pytest.mark.parametrize("keep", ["last", "sum", "max"])
def test_a_cell_that_cannot_be_read_is_not_merged_away(make: Make, keep: str) -> None:
    done = parse_step(f"duplicates:keep={keep}").apply(
        make({"user": ["u", "u", "u", "v", "v"], "item": ["a"] * 5, "rating": ["five", "1", "2", "2", "?"]})
    )
    assert done.touched == 1
    assert done.material.events["value"].to_list() == [None, 3.0 if keep == "sum" else 2.0, 2.0, None]


@pytest.mark.parametrize(
    ("mapping", "keep"),
    [
        # plays are amounts
        ({"value": "n", "value.rule": "log"}, "sum"),
        # a later rating replaces the earlier one
        ({"value": "n"}, "last"),
        # view 1, purchase 5, view 1: looking again after the purchase takes nothing back
        ({"event": "what"}, "max"),
    ],
)
def test_repeats_that_no_step_merged_go_by_what_values_mean(mapping: dict[str, str], keep: str) -> None:
    table = Table(
        "log.csv",
        pl.DataFrame(
            {"user": ["u"] * 3, "item": ["a"] * 3, "n": [2, 30, 1], "what": ["view", "buy", "view"], "time": [1, 2, 3]}
        ),
    )
    pairs = {"time": "time", "value": "", "event.weight.buy": "5" if "event" in mapping else "", **mapping}
    roles = map_columns(
        {role: column for role, column in pairs.items() if column or role == "value"}, table.frame.columns
    )
    dataset, report = build_dataset("log", table, None, None, roles, positive_from=None)
    assert report.merged_repeats == 2
    assert [step.text for step in report.steps] == [f"duplicates:keep={keep}"]
    assert dataset.interactions.height == 1
