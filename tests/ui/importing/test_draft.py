from __future__ import annotations

import json

import pytest

from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.errors import StoreError
from ui.importing.beginning import draft_of
from ui.importing.draft import Draft

RATINGS, FILMS = "uploads/aa/ratings.csv", "uploads/bb/films.xlsx"
SHEET = TableSource(path=FILMS, part="Sheet 1")
QUERY = TableSource(connection="shop", statement="select 1")


def draft() -> Draft:
    made = Draft("0" * 16).with_files([RATINGS, FILMS, RATINGS]).with_statement(QUERY)
    return made.using(SHEET, "items").mapping("items", {"item.id": "id"})


def test_a_draft_survives_as_a_document() -> None:
    made = draft()
    assert Draft.from_json(json.loads(json.dumps(made.to_json()))) == made


def test_a_file_comes_once_and_takes_its_choices_along() -> None:
    made = draft()
    assert made.files == (RATINGS, FILMS)
    assert made.without_file(FILMS).uses == {}
    assert made.without_file(RATINGS).uses == made.uses


@pytest.mark.parametrize(
    "wrong",
    [{"version": 2}, {"files": None}, {"stage": "fly"}, {"uses": {"x": "weird"}}, {"pairs": {"y": {}}}, {"more": 1}],
)
def test_a_document_that_is_none_is_said_in_one_line(wrong: dict[str, object]) -> None:
    with pytest.raises(StoreError, match="Begin a new import"):
        Draft.from_json({**draft().to_json(), **wrong})


def test_a_plan_becomes_a_draft_that_says_the_same() -> None:
    plan = ImportPlan(
        name="films",
        tables={"interactions": (TableSource(path=RATINGS),), "items": (SHEET,)},
        mapping={"user": "u", "item": "i", "value": "", "event.weight.buy": "3", "item.id": "id"},
        cleaning=("k-core:users=5,items=5",),
        positive_from=None,
    )
    made = draft_of(plan)
    assert made.files == (RATINGS, FILMS)
    assert made.pairs == {
        "interactions": {"user": "u", "item": "i", "event.weight.buy": "3"},
        "items": {"item.id": "id"},
    }
    assert (made.cleaning, made.positive_from, made.name) == (plan.cleaning, None, "films")
