from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
import pytest

from recengine.data import Attribute, Dataset
from recengine.errors import ScenarioError
from recengine.fusion import make_reranker
from ui.fusion.rule_words import category_names, item_choices, rule_lines, with_rule, without_rule


@pytest.fixture(scope="module")
def films() -> Dataset:
    items = pl.DataFrame(
        {
            "id": ["a", "b", "c"],
            "title": ["Alien", "Brazil", "Alienation"],
            "text": [""] * 3,
            "genre": [["Horror", "Drama"], ["Drama"], None],
            "year": [1979.0, 1985.0, None],
        }
    )
    users = pl.DataFrame({"id": ["u"]})
    interactions = pl.DataFrame(
        schema={
            "user": pl.Int32,
            "item": pl.Int32,
            "weight": pl.Float32,
            "time": pl.Int64,
            "positive": pl.Boolean,
        }
    )
    attributes = (Attribute("genre", "categories"), Attribute("year", "number"))
    return Dataset("films", interactions, items, users, attributes, (), "f" * 64)


def settings(**rules: Any) -> dict[str, Any]:
    return make_reranker("rules", rules).settings()


def test_every_rule_in_words(films: Dataset) -> None:
    written = settings(
        pin=[["a", 1]],
        block=["b", ["genre", "Horror"], "gone"],
        boost=[["genre", "Drama", 1.5]],
        at_least=[["genre", "Drama", 2]],
        at_most=[["genre", "Horror", 0]],
    )
    assert [words for _, _, words in rule_lines(written, films)] == [
        'Pin "Alien" to place 1',
        'Block "Brazil"',
        "Block everything with genre Horror",
        "Block item gone",
        "Multiply the worth of everything with genre Drama by 1.5",
        "At least 2 with genre Drama",
        "At most 0 with genre Horror",
    ]


@pytest.mark.parametrize(
    ("kind", "named", "number", "setting", "rule"),
    [
        ("pin", ("a",), 3.0, "pin", ("a", 3)),
        ("block", ("a",), 0.0, "block", ("a",)),
        ("block category", ("genre", "Drama"), 0.0, "block", ("genre", "Drama")),
        ("boost", ("a",), 2.0, "boost", ("a", 2.0)),
        ("boost category", ("genre", "Drama"), 2.0, "boost", ("genre", "Drama", 2.0)),
        ("at_least", ("genre", "Drama"), 2.0, "at_least", ("genre", "Drama", 2)),
        ("at_most", ("genre", "Drama"), 2.0, "at_most", ("genre", "Drama", 2)),
    ],
)
def test_a_rule_is_added_once_and_taken_away(
    kind: str, named: tuple[str, ...], number: float, setting: str, rule: tuple[Any, ...]
) -> None:
    empty = settings()
    added = with_rule(empty, kind, named, number)
    assert added == empty | {setting: (rule,)}
    # what the engine makes of it is the same
    assert make_reranker("rules", added).settings() == added
    assert without_rule(added, setting, 0) == empty
    with pytest.raises(ScenarioError, match="there already"):
        with_rule(added, kind, named, number)


def test_categories_and_items_to_choose_from(films: Dataset) -> None:
    assert category_names(films) == {"genre": ["Drama", "Horror"]}
    popularity = np.array([1, 5, 2])
    assert item_choices(films, popularity, "") == ["b", "c", "a"]
    assert item_choices(films, popularity, "ALIEN") == ["c", "a"]
    assert item_choices(films, popularity, "b") == ["b"]
