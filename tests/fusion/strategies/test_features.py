import numpy as np
import polars as pl

from recengine.data import Attribute, Dataset
from recengine.fusion import Facts
from recengine.fusion.strategies.features import Candidates, feature_table, features_of

NAN = float("nan")


def test_an_attribute_may_be_called_as_what_is_always_known() -> None:
    # item 0 is in one history, item 1 in two; the catalogue's own "popularity" is another number
    interactions = pl.DataFrame(
        {
            "user": [0, 0, 1],
            "item": [0, 1, 1],
            "weight": [1.0] * 3,
            "time": [None, 86_400, 3 * 86_400],
            "positive": [True] * 3,
        },
        schema={"user": pl.Int32, "item": pl.Int32, "weight": pl.Float32, "time": pl.Int64, "positive": pl.Boolean},
    )
    items = pl.DataFrame({"id": ["a", "b"], "title": ["", ""], "text": ["", ""], "popularity": [7.5, None]})
    users = pl.DataFrame({"id": ["u", "v"], "history length": [40.0, 50.0]})
    numbers = (Attribute("popularity", "number"),), (Attribute("history length", "number"),)
    facts = Facts(Dataset("named", interactions, items, users, *numbers, "0" * 64))
    columns = features_of(["only"], facts)
    assert len({column.name for column in columns}) == len(columns)
    rows = Candidates(
        np.array([0, 1], dtype=np.int32),
        np.array([[0, 1], [0, -1]], dtype=np.int32),
        np.array([[[1, 2], [NAN, NAN]]], dtype=np.float32),
        np.array([[[1, 0], [0.5, -np.inf]]], dtype=np.float32),
    )
    table = feature_table(rows, ["only"], facts, rows.there, columns)
    told = {column.name: values for column, values in zip(columns, table.T.tolist(), strict=True)}
    expected = {
        "only score": [1, 0, NAN],
        "only rank": [1, 2, NAN],
        "popularity in training": [1, 2, 1],
        "item popularity": [7.5, NAN, 7.5],
        "history length": [2, 2, 1],
        # the latest event of all is on day 3
        "days since last event": [2, 2, 0],
        "user history length": [40, 40, 50],
    }
    assert list(told) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(told[name], values, err_msg=name)
