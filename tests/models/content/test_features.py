from __future__ import annotations

from math import cos, log, pi, sin, sqrt

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.feature_extraction.text import TfidfVectorizer

from recengine.data import Attribute, Dataset
from recengine.models.content.features import fit_featurizer

ATTRIBUTES = (Attribute("genre", "categories"), Attribute("country", "category"), Attribute("year", "number"))
ITEMS = pl.DataFrame(
    {
        "genre": [["war"], ["war", "love"], None, []],
        "country": ["France", None, "France", None],
        "year": [1980.0, 1990.0, 2030.0, None],
    }
)


def test_labels_are_weighted_by_how_rare_they_are() -> None:
    featurizer = fit_featurizer(ITEMS, ATTRIBUTES, number_weight=0)
    assert featurizer.names == ["country: France", "genre: love", "genre: war"]
    # three items have a label: France and war are on two of them, love on one
    common, rare = log(4 / 3) + 1, log(4 / 2) + 1
    expected: list[list[float]] = [
        [common / sqrt(2 * common**2), 0, common / sqrt(2 * common**2)],
        [0, rare / sqrt(rare**2 + common**2), common / sqrt(rare**2 + common**2)],
        [1, 0, 0],
        [0, 0, 0],
    ]
    np.testing.assert_allclose(featurizer.transform(ITEMS).toarray(), expected, rtol=1e-6)


def test_labels_are_weighted_as_scikit_learn_does(board: Dataset) -> None:
    """Where every item has a label, as there."""
    ours = fit_featurizer(board.items, [Attribute("genres", "categories")], number_weight=0).transform(board.items)
    peer = TfidfVectorizer(analyzer=lambda labels: labels).fit_transform(board.items["genres"].to_list())
    np.testing.assert_allclose(ours.toarray(), peer.toarray(), rtol=1e-6)


def test_a_number_is_its_place_among_the_others() -> None:
    featurizer = fit_featurizer(ITEMS, [Attribute("year", "number")], number_weight=0.5)
    assert featurizer.names == ["year (low)", "year (high)"]
    # 1990 is in the middle of three, however far the last is
    half = 0.5 * cos(pi / 4), 0.5 * sin(pi / 4)
    np.testing.assert_allclose(featurizer.transform(ITEMS).toarray(), [[0.5, 0], half, [0, 0.5], [0, 0]], atol=1e-7)
    later = featurizer.transform(pl.DataFrame({"year": [1985.0, 1900.0, 2100.0]})).toarray()
    quarter = 0.5 * cos(pi / 8), 0.5 * sin(pi / 8)
    np.testing.assert_allclose(later, [quarter, [0.5, 0], [0, 0.5]], atol=1e-7)


@given(st.lists(st.floats(-1e6, 1e6) | st.none(), min_size=1, max_size=30))
def test_equal_numbers_are_alike_and_nearer_ones_more_so(values: list[float | None]) -> None:
    items = pl.DataFrame({"year": values}, schema={"year": pl.Float64})
    rows = fit_featurizer(items, [Attribute("year", "number")]).transform(items).toarray()
    told = {value for value in values if value is not None}
    for row, value in zip(rows, values, strict=True):
        length = 1 if value is not None and len(told) > 1 else 0
        assert np.linalg.norm(row) == pytest.approx(length, abs=1e-6)
    if len(told) > 1:
        lowest = rows[values.index(min(told))]
        known = [place for place, value in enumerate(values) if value is not None]
        order = sorted(known, key=lambda place: values[place] or 0.0)
        alike = rows[order] @ lowest
        assert (np.diff(alike) <= 1e-6).all()
        assert alike[0] == pytest.approx(1)
        assert alike[-1] == pytest.approx(0, abs=1e-6)


def test_new_items_become_the_same_columns() -> None:
    featurizer = fit_featurizer(ITEMS, ATTRIBUTES)
    alone = featurizer.transform(ITEMS[1:2]).toarray()
    np.testing.assert_array_equal(alone, featurizer.transform(ITEMS).toarray()[1:2])
    unknown = featurizer.transform(pl.DataFrame({"genre": [["space", "war"]], "title": ["x"]})).toarray()
    # a label that the catalogue has not, and attributes that the row has not, say nothing
    assert unknown[0, featurizer.names.index("genre: war")] == pytest.approx(1)
    assert np.count_nonzero(unknown) == 1
    nothing = pl.DataFrame({"genre": [None], "country": [None], "year": [None]})
    assert featurizer.transform(nothing).nnz == 0


def test_without_attributes_there_are_no_columns() -> None:
    assert fit_featurizer(ITEMS, ()).transform(ITEMS).shape == (4, 0)
    assert fit_featurizer(ITEMS[3:], ATTRIBUTES).width == 0
