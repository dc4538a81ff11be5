from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import Dataset, Table, build_dataset, map_columns, synthetic
from recengine.data.fingerprint import content_fingerprint

MakeDataset = Callable[..., Dataset]

ROWS = [("u", "a", 5.0, 1), ("u", "b", 4.0, 2), ("v", "a", 3.0, None)]


def test_the_fingerprint_is_the_same_in_every_run(make_dataset: MakeDataset) -> None:
    # written down once: it must not change between runs, machines or versions of the libraries
    assert make_dataset(ROWS).fingerprint == "9b447097973c06c57f7294f864e6e2df78649b5786bbd9cf9fc3f1bff1855a0f"
    assert make_dataset(ROWS, name="another name").fingerprint == make_dataset(ROWS).fingerprint


def test_the_fingerprint_follows_content_and_settings(make_dataset: MakeDataset) -> None:
    changed = [
        ROWS,
        ROWS[::-1],
        ROWS[:2],
        [("u", "a", 5.0, 1), ("u", "b", 4.0, 2), ("v", "b", 3.0, None)],
        [("u", "a", 5.0, 1), ("u", "b", 4.5, 2), ("v", "a", 3.0, None)],
        [("u", "a", 5.0, 1), ("u", "b", 4.0, 3), ("v", "a", 3.0, None)],
        [("u", "a", 5.0, 1), ("u", "b", 4.0, 2), ("v", "a", 3.0, 0)],
        [("u", "a", 5.0, 1), ("u", "b", 4.0, 2), ("w", "a", 3.0, None)],
    ]
    prints = [make_dataset(rows).fingerprint for rows in changed]
    prints += [make_dataset(ROWS, positive_from=bound).fingerprint for bound in (4, 5)]
    assert len(set(prints)) == len(changed) + 2


def test_the_fingerprint_follows_the_mapping() -> None:
    table = Table("rows", pl.DataFrame({"user": ["u"], "item": ["a"], "twin": ["a"]}))
    prints = {
        build_dataset("x", table, None, None, map_columns({"item": column}, table.frame.columns))[0].fingerprint
        for column in ("item", "twin")
    }
    assert len(prints) == 2


def fingerprint_of(**columns: pl.Series) -> str:
    return content_fingerprint(pl.DataFrame(columns), pl.DataFrame(), pl.DataFrame(), {})


texts = st.lists(st.none() | st.text(max_size=3), max_size=4)


@given(first=texts, second=texts)
def test_different_texts_never_share_a_fingerprint(first: list[str | None], second: list[str | None]) -> None:
    prints = [fingerprint_of(text=pl.Series(one, dtype=pl.String)) for one in (first, second)]
    assert (prints[0] == prints[1]) == (first == second)


lists = st.lists(st.none() | st.lists(st.sampled_from(["", "a", "ab", "b"]), min_size=1, max_size=3), max_size=4)


@given(first=lists, second=lists)
def test_different_lists_never_share_a_fingerprint(
    first: list[list[str] | None], second: list[list[str] | None]
) -> None:
    prints = [fingerprint_of(tags=pl.Series(one, dtype=pl.List(pl.String))) for one in (first, second)]
    assert (prints[0] == prints[1]) == (first == second)


def test_layout_in_memory_does_not_matter() -> None:
    whole = pl.Series(["a", None, "c", "d"])
    in_chunks = pl.concat([whole[:1], whole[1:3], whole[3:]], rechunk=False)
    assert fingerprint_of(text=whole) == fingerprint_of(text=in_chunks)


@pytest.mark.parametrize("part", ["items", "users"])
def test_an_attribute_counts_as_content(part: str) -> None:
    dataset = synthetic(n_users=20, n_items=20)
    frames = {"interactions": dataset.interactions, "items": dataset.items, "users": dataset.users}
    numbers = {"items": "year", "users": "age"}
    changed = frames | {part: frames[part].with_columns(pl.col(numbers[part]) + 1)}
    assert content_fingerprint(**frames, settings={}) != content_fingerprint(**changed, settings={})
