"""Everybody goes round one circle of items: what comes next is known."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import polars as pl
import pytest

from recengine.arrays import Scores
from recengine.data import Dataset, Sequences
from recengine.errors import RecipeError
from recengine.models import Resources, Scorer, fold_in, make_recipe
from recengine.models.sequence.recipe import SequenceScorer
from tests.models.sequence.cycle import N_ITEMS, NEVER, NOBODYS, ONCE, cycle

CPU = Resources(device="cpu")
NAMES = ("sasrec", "gru4rec", "narm", "bert4rec")
SMALL: dict[str, Any] = {
    "factors": 32,
    "max_length": 8,
    "epochs": 40,
    "batch_size": 32,
    "learning_rate": 0.01,
    "dropout": 0.1,
}
OWN: dict[str, dict[str, Any]] = {
    "sasrec": {"blocks": 1},
    "gru4rec": {"units": 32, "negatives": 32},
    "narm": {"units": 32, "attention": 8},
    # what it is asked at the end of a history it must have been asked there, after short histories too
    "bert4rec": {
        "blocks": 1,
        "epochs": 100,
        "only_last": 0.8,
        "augmented": 0.7,
        "crop": 0.3,
        "mask": 0.0,
        "reorder": 0.0,
    },
}
Fit = Callable[[str], Scorer]


@pytest.fixture(scope="module")
def circle() -> Dataset:
    return cycle()


@pytest.fixture(scope="module")
def learnt(circle: Dataset) -> Fit:
    fitted: dict[str, Scorer] = {}

    def fit(name: str) -> Scorer:
        if name not in fitted:
            fitted[name] = make_recipe(name, SMALL | OWN[name]).fit(circle, seed=1, resources=CPU)
        return fitted[name]

    return fit


def next_found(scores: Scores, histories: Sequences) -> float:
    """Share of histories whose next item on the circle scores highest among those not taken."""
    scores = scores.copy()
    scores[histories.matrix.nonzero()] = np.nan
    last = histories.items[histories.indptr[1:] - 1]
    return float((np.nanargmax(scores, axis=1) == (last + 1) % N_ITEMS).mean())


@pytest.mark.parametrize("name", NAMES)
def test_the_next_item_is_found(name: str, circle: Dataset, learnt: Fit) -> None:
    users = np.arange(NEVER, dtype=np.int32)
    assert next_found(learnt(name).score(users), circle.sequences.take(users)) >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_the_next_item_of_a_new_history_is_found(name: str, circle: Dataset, learnt: Fit) -> None:
    # of every start and of 1 to 10 items, longer than what is read
    chains = [
        {(start + step) % N_ITEMS: 1.0 for step in range(length)} for start in range(N_ITEMS) for length in range(1, 11)
    ]
    histories = Sequences.of_weights(chains, N_ITEMS + 1)
    assert next_found(fold_in(learnt(name), histories), histories) >= 0.95


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_a_history_counts(name: str, learnt: Fit) -> None:
    one_way = Sequences.of_weights([{3: 1.0, 4: 1.0, 5: 1.0}, {5: 1.0, 4: 1.0, 3: 1.0}], N_ITEMS + 1)
    scores = fold_in(learnt(name), one_way)
    assert scores[0, 6] > scores[1, 6]


@pytest.mark.parametrize("name", NAMES)
def test_no_opinion_where_nothing_is_known(name: str, learnt: Fit) -> None:
    scores = learnt(name).score(np.array([0, ONCE, NEVER], dtype=np.int32))
    assert np.isnan(scores[2]).all()
    assert np.isnan(scores[:, NOBODYS]).all()
    assert np.isfinite(scores[:2, :NOBODYS]).all()
    # what nobody took says nothing of who takes it
    histories = Sequences.of_weights(
        [{4: 1.0, 5: 1.0}, {4: 1.0, 5: 1.0, NOBODYS: 1.0}, {NOBODYS: 1.0}, {}], N_ITEMS + 1
    )
    folded = fold_in(learnt(name), histories)
    np.testing.assert_allclose(folded[1], folded[0], rtol=1e-5, atol=1e-5)
    assert np.isnan(folded[2:]).all()


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("order", ["time", "file"])
def test_one_event_a_user_leaves_nothing_to_learn(name: str, order: str, circle: Dataset) -> None:
    first = circle.with_interactions(circle.interactions.unique("user", keep="first", maintain_order=True), "one each")
    # what was seen without liking is not taken
    disliked = circle.interactions.with_columns(positive=pl.int_range(pl.len()).over("user") == 0)
    recipe = make_recipe(name, {**SMALL, **OWN[name], "order": order, "epochs": 2, "held_out": 5, "patience": 1})
    for rows in (first.interactions, disliked, first.interactions.clear()):
        short = circle.with_interactions(rows, "short")
        said = (
            f'{name}: learns what comes next, and nobody in "cycle" took two items. Choose another model, or a split '
            "that leaves longer histories to learn from."
        )
        assert recipe.obstacle(short) == said
        with pytest.raises(RecipeError) as caught:
            recipe.fit(short, resources=CPU)
        assert str(caught.value) == said


@pytest.mark.parametrize("name", NAMES)
def test_an_item_taken_only_in_an_event_held_out_is_not_known(name: str, circle: Dataset) -> None:
    last = circle.interactions.filter(pl.col("user") == 0).sort("time").tail(1)
    rows = pl.concat([circle.interactions, last.with_columns(item=pl.lit(NOBODYS, pl.Int32), time=pl.col("time") + 1)])
    train = circle.with_interactions(rows.sort("user", maintain_order=True), "one more")
    everybody = {**SMALL, **OWN[name], "epochs": 2, "held_out": circle.n_users}
    scorer = make_recipe(name, everybody).fit(train, resources=CPU)
    users = np.arange(2, dtype=np.int32)
    scores = scorer.score(users)
    assert np.isnan(scores[:, NOBODYS]).all()
    assert np.isfinite(scores[:, :NOBODYS]).all()
    np.testing.assert_allclose(fold_in(scorer, train.sequences.take(users)), scores, rtol=1e-5, atol=1e-5)
    # where nothing is held out it was learnt
    assert np.isfinite(make_recipe(name, {**everybody, "held_out": 0}).fit(train, resources=CPU).score(users)).all()


@pytest.mark.parametrize("name", NAMES)
def test_without_times_the_order_of_the_file_counts_if_it_may(name: str, circle: Dataset) -> None:
    timeless = cycle(times=False)
    by_time, by_file = (make_recipe(name, {**SMALL, **OWN[name], "order": order}) for order in ("time", "file"))
    assert by_time.obstacle(circle) is None
    assert by_file.obstacle(timeless) is None
    assert by_time.obstacle(timeless) == (
        f'{name}: learns from the order of events, and there are no times. Set "order" to "file" if the rows of each '
        "user stand in the order of events, or choose another model."
    )


@pytest.mark.parametrize("times", ["none", "random"])
def test_the_order_of_the_file_is_learnt(times: str) -> None:
    """Whatever the times say; also by which item is held out, and for users who are known."""
    timeless = cycle(times=False)
    train = timeless
    if times == "random":
        drawn = np.random.default_rng(2).permutation(timeless.interactions.height)
        train = timeless.with_interactions(timeless.interactions.with_columns(time=pl.Series(drawn)), "random times")
    users = np.arange(NEVER, dtype=np.int32)
    settings = {**SMALL, **OWN["sasrec"], "order": "file", "held_out": 20}
    scorer = make_recipe("sasrec", settings).fit(train, resources=CPU)
    assert isinstance(scorer, SequenceScorer)
    assert next_found(scorer.score(users), timeless.sequences.take(users)) >= 0.95
    np.testing.assert_array_equal(scorer.histories(train).items, timeless.sequences.items)
    assert scorer.curves[0].values[-1] >= 0.9
