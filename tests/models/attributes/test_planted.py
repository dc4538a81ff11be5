"""Networks over fields find what attributes decide, and networks over ids cannot."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from recengine.data import Dataset
from recengine.models import Resources, TakesAttributes, TakesNewItems, make_recipe
from recengine.models.attributes.recipe import FieldScorer
from tests.models.attributes.planted import COLD, GROUPS, ITEM_KINDS, KINDS, N_ITEMS, N_USERS, auc, planted

FEATURE_MODELS = ("deepfm", "nfm", "dlrm")
ID_MODELS = ("gmf", "mlp", "neumf")
EVERYBODY = np.arange(N_USERS, dtype=np.int32)
QUICK = {"epochs": 15, "batch_size": 64, "learning_rate": 0.02, "factors": 8, "negatives": 4, "dropout": 0.0}


def quick(name: str, **changes: Any) -> Any:
    layers = {} if name == "gmf" else {"hidden": 16}
    fields = {"hidden_ids": 0.3} if name in FEATURE_MODELS else {}
    return make_recipe(name, {**QUICK, **layers, **fields, **changes})


@pytest.mark.parametrize("name", FEATURE_MODELS)
def test_attributes_tell_who_takes_what_nobody_took(name: str) -> None:
    scorer = quick(name).fit(planted())
    scores = scorer.score(EVERYBODY)
    assert auc(scores[:, COLD], GROUPS, COLD) > 0.9


def test_attributes_that_say_nothing_leave_it_to_chance() -> None:
    silent = quick("deepfm").fit(planted(said=False)).score(EVERYBODY)
    assert 0.3 < auc(silent[:, COLD], GROUPS, COLD) < 0.7


@pytest.mark.parametrize("name", FEATURE_MODELS)
def test_new_people_and_new_items_are_known_by_attributes(name: str) -> None:
    data = planted()
    scorer: FieldScorer = quick(name).fit(data)
    assert isinstance(scorer, TakesAttributes)
    assert isinstance(scorer, TakesNewItems)
    people = pl.DataFrame({"group": [*KINDS, None, "none of them"]})
    scores = scorer.score_attributes(people)
    assert auc(scores[:3], np.arange(3), np.arange(N_ITEMS)) > 0.9
    assert np.isnan(scores[3:]).all()
    # an item of the catalogue that nobody took is scored as one that comes later
    later = scorer.score_new_items(EVERYBODY, data.items[COLD], Resources())
    np.testing.assert_allclose(later, scorer.score(EVERYBODY)[:, COLD], rtol=1e-4, atol=1e-5)
    unknown = data.items[COLD[:1]].with_columns(kind=pl.lit(None, pl.String))
    assert np.isnan(scorer.score_new_items(EVERYBODY, unknown, Resources())).all()


@pytest.mark.parametrize("name", ID_MODELS)
def test_ids_alone_say_nothing_of_what_nobody_took(name: str) -> None:
    scores = quick(name).fit(planted()).score(EVERYBODY)
    assert np.isnan(scores[:, COLD]).all()
    warm = np.arange(COLD[0])
    assert auc(scores[:, warm], GROUPS, warm) > 0.9


@pytest.mark.parametrize("name", FEATURE_MODELS)
def test_without_attributes_only_ids_tell(name: str) -> None:
    data = planted()
    # the first user took nothing
    bare = Dataset("bare", data.interactions.filter(pl.col("user") > 0), data.items, data.users, (), (), "bare")
    scorer = quick(name).fit(bare)
    scores = scorer.score(EVERYBODY)
    assert np.isnan(scores[:, COLD]).all()
    assert np.isnan(scores[0]).all()
    warm = np.arange(COLD[0])
    assert auc(scores[1:, warm], GROUPS[1:], warm) > 0.9
    assert isinstance(scorer, FieldScorer)
    assert np.isnan(scorer.score_attributes(data.users)).all()


@pytest.mark.parametrize("name", FEATURE_MODELS + ID_MODELS)
def test_one_event_a_user_is_enough(name: str) -> None:
    data = planted()
    first = data.interactions.unique("user", keep="first", maintain_order=True)
    sparse = data.with_interactions(first, "one event a user")
    scores = quick(name, epochs=2, held_out=10).fit(sparse).score(EVERYBODY)
    took = np.isin(np.arange(N_ITEMS), first["item"].to_numpy())
    assert np.isfinite(scores[:, took]).all()
    assert np.isnan(scores[:, ~took]).all() == (name in ID_MODELS)


@pytest.mark.parametrize(
    ("name", "sampling", "loss"),
    [
        ("deepfm", "popularity", "softmax"),
        ("nfm", "in-batch", "softmax"),
        ("dlrm", "uniform", "bce"),
        ("gmf", "in-batch", "bce"),
        ("mlp", "uniform", "bce"),
        ("neumf", "popularity", "bce"),
    ],
)
def test_every_way_of_drawing_learns(name: str, sampling: str, loss: str) -> None:
    data = planted()
    scores = quick(name, sampling=sampling, loss=loss, learning_rate=0.01).fit(data).score(EVERYBODY)
    warm = np.arange(COLD[0])
    assert auc(scores[:, warm], GROUPS, warm) > 0.8


def test_kinds_are_even() -> None:
    assert np.bincount(ITEM_KINDS[COLD]).tolist() == [4, 4, 4]
