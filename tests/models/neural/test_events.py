"""Events one by one, with what came before."""

from __future__ import annotations

import numpy as np
import polars as pl

from recengine.data import Dataset
from recengine.data.sequences import NOTHING
from recengine.models.neural.events import Events, has_ratings, latest_items


def test_what_a_user_took_before_stands_beside_each_event(board: Dataset) -> None:
    rows = [(0, 3, 1.0, 30, True), (0, 1, 5.0, 10, True), (0, 2, 2.0, 20, False), (0, 4, 4.0, 40, True)]
    rows += [(2, 7, 3.0, 5, True)]
    interactions = pl.DataFrame(rows, schema=board.interactions.schema, orient="row")
    train = board.with_interactions(interactions, "few")
    events = Events.of(train, 2)
    assert events.users.tolist() == [0, 0, 0, 0, 2]
    # by time; item 2 was not liked, so it comes before nothing, but has a rating
    assert events.items.tolist() == [1, 2, 3, 4, 7]
    assert events.ratings.tolist() == [5, 2, 1, 4, 3]
    assert events.positive.tolist() == [True, False, True, True, True]
    none = [NOTHING, NOTHING]
    assert events.before.tolist() == [none, [1, NOTHING], [1, NOTHING], [3, 1], none]
    assert latest_items(train, 2)[:3].tolist() == [[4, 3], none, [7, NOTHING]]


def test_ratings_are_weights_that_differ(board: Dataset) -> None:
    assert has_ratings(board)
    alike = board.with_interactions(board.interactions.with_columns(weight=pl.lit(4.0, pl.Float32)), "alike")
    assert not has_ratings(alike)


def test_places_before_are_those_of_the_sequences(board: Dataset) -> None:
    events, histories = Events.of(board, 3), board.sequences
    for user in range(board.n_users):
        rows = np.flatnonzero(events.users == user)
        items = histories.items[histories.indptr[user] : histories.indptr[user + 1]].tolist()
        for place, row in enumerate(rows):
            assert events.items[row] == items[place]
            expected = items[max(0, place - 3) : place][::-1]
            assert events.before[row].tolist() == expected + [NOTHING] * (3 - len(expected))
