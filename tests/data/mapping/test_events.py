from __future__ import annotations

import polars as pl
import pytest

from recengine.data.mapping import usual_event_weight, weigh_events


@pytest.mark.parametrize(
    ("name", "weight"),
    [
        *(("view", 1), ("Page View", 1), ("click", 1), ("浏览", 1), ("cart", 3), ("addToCart", 3), ("加购", 3)),
        *(("purchase", 5), ("TRANSACTION", 5), ("购买", 5), ("remove_from_cart", 0), ("收藏", 2), ("zoom", None)),
    ],
)
def test_usual_types_have_a_weight(name: str, weight: float | None) -> None:
    assert usual_event_weight(name) == weight


def test_what_is_said_wins_and_unknown_types_are_named() -> None:
    events = weigh_events(pl.Series(["view", " Cart", "zoom", "cart", None]), [("CART", 4.0), ("view", 0.0)])
    assert events.weights.to_list() == [0.0, 4.0, 1.0, 4.0, 1.0]
    assert set(events.unknown) == {"zoom", ""}
    assert events.counts["view"] == 1


def test_types_may_be_numbers_or_categories() -> None:
    assert weigh_events(pl.Series([1, 4]), [("4", 5.0)]).weights.to_list() == [1.0, 5.0]
    assert weigh_events(pl.Series(["buy"], dtype=pl.Categorical)).weights.to_list() == [5.0]
    assert weigh_events(pl.Series([], dtype=pl.String)).weights.to_list() == []
