from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.fusion import FusedRow
from ui.items import MAX_OFFERED, best_item, item_label, neighbour, offered_items


def row(ranks: list[int]) -> FusedRow:
    """A user for whom item i is on rank `ranks[i]`, 0 = in the history."""
    rank = np.array(ranks, dtype=np.int32)
    nothing = np.where(rank > 0, 0, np.nan).astype(np.float32)[None]
    one = np.ones(1)
    return FusedRow(
        raw=nothing,
        normalised=nothing,
        opinion=nothing == 0,
        score=nothing[0],
        rank=rank,
        fused_rank=rank,
        ranks=nothing,
        weights=one,
        parts=nothing.astype(np.float64),
        multipliers=nothing.astype(np.float64),
        scale=one,
        offset=one,
    )


def named(dataset: Dataset, titles: list[str]) -> Dataset:
    items = pl.DataFrame({"id": [f"i{at}" for at in range(len(titles))], "title": titles, "text": [""] * len(titles)})
    return replace(dataset, interactions=dataset.interactions.clear(), items=items, item_attributes=())


def test_the_best_rank_comes_first_and_the_history_is_left_out(synthetic_dataset: Dataset) -> None:
    data = named(synthetic_dataset, ["a", "b", "c", "d"])
    assert offered_items(data, row([3, 0, 1, 2]), chosen=2) == [2, 3, 0]
    assert best_item(row([3, 0, 1, 2])) == 2


def test_a_user_who_has_everything_has_nothing_to_explain() -> None:
    with pytest.raises(ScenarioError, match="every item is in the history, or a rule blocks"):
        best_item(row([0, 0, 0]))


def test_a_chosen_item_of_the_history_is_offered_too_and_says_so(synthetic_dataset: Dataset) -> None:
    data = named(synthetic_dataset, ["a", "two\nlines", "c", "d"])
    one = row([3, 0, 1, 2])
    assert offered_items(data, one, chosen=1) == [1, 2, 3, 0]
    assert item_label(data, one, 1) == "in the history · two lines"
    assert item_label(data, one, 0) == "3 · a"
    taken_out = replace(one, normalised=np.zeros_like(one.normalised))
    assert item_label(data, taken_out, 1) == "not listed · two lines"


@pytest.mark.parametrize(("search", "found"), [("FAR", [2, 0]), (" i3 ", [2, 3]), (".*", [2]), ("", [2, 3, 1, 0])])
def test_search_finds_parts_of_titles_in_any_case_and_whole_ids(
    synthetic_dataset: Dataset, search: str, found: list[int]
) -> None:
    data = named(synthetic_dataset, ["Fargo", "Heat", "Farewell", "Alien"])
    assert offered_items(data, row([4, 3, 1, 2]), chosen=2, search=search) == found


def test_a_large_catalogue_is_cut_to_the_best_but_keeps_the_chosen(synthetic_dataset: Dataset) -> None:
    n = MAX_OFFERED + 5
    data = named(synthetic_dataset, [str(at) for at in range(n)])
    ranks = row(list(range(1, n + 1)))
    offered = offered_items(data, ranks, chosen=n - 1)
    assert offered == [n - 1, *range(MAX_OFFERED)]


def test_neighbours_end_with_the_ranking() -> None:
    one = row([3, 0, 1, 2])
    assert neighbour(one, 2, 1) == 3
    assert neighbour(one, 3, -1) == 2
    assert neighbour(one, 2, -1) is None
    assert neighbour(one, 0, 1) is None
    assert neighbour(one, 1, 1) is None, "an item of the history has no neighbour"
