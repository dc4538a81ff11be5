from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.errors import DataError

TEXT = st.text(min_size=1, max_size=5)
FILES = st.builds(TableSource, path=TEXT, part=st.text(max_size=3), content=st.none() | TEXT)
STATEMENTS = st.builds(TableSource, connection=TEXT, statement=TEXT)
SOURCES = st.lists(FILES | STATEMENTS, min_size=1, max_size=3).map(tuple)
PLANS = st.builds(
    ImportPlan,
    name=TEXT,
    tables=st.fixed_dictionaries({"interactions": SOURCES}, optional={"items": SOURCES, "users": SOURCES}),
    mapping=st.dictionaries(TEXT, st.text(max_size=3), max_size=3),
    cleaning=st.lists(TEXT, max_size=3).map(tuple),
    positive_from=st.none() | st.just("auto") | st.floats(allow_nan=False, allow_infinity=False),
)
GOOD = {"version": 1, "name": "x", "tables": {"interactions": [{"path": "/data/log.csv"}]}}


@given(PLANS)
def test_a_plan_comes_back_from_its_document(plan: ImportPlan) -> None:
    assert ImportPlan.from_json(json.loads(json.dumps(plan.to_json()))) == plan


def test_what_a_document_leaves_out_has_a_default() -> None:
    plan = ImportPlan.from_json(GOOD)
    assert plan == ImportPlan("x", {"interactions": (TableSource(path="/data/log.csv"),)})


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ([], "must be a JSON object, found list"),
        ({"version": 2}, "has version"),
        ({"version": None}, "has version nothing"),
        ({"steps": []}, 'has "steps", which no plan has'),
        ({"name": 5}, "name must be text"),
        ({"tables": []}, "tables must be an object"),
        ({"tables": {}}, "interactions is missing"),
        ({"tables": {"interactions": []}}, "must be a list of 1 to 1,000 sources"),
        ({"tables": {"films": []}}, 'has "films"'),
        ({"tables": {"interactions": ["log.csv"]}}, "a source must be an object of texts"),
        ({"tables": {"interactions": [{"path": 5}]}}, "must be text"),
        ({"tables": {"interactions": [{"path": "a", "password": "b"}]}}, 'has "password"'),
        ({"tables": {"interactions": [{"path": "a", "statement": "b"}]}}, "either a path, or a connection"),
        ({"tables": {"interactions": [{"connection": "a"}]}}, "either a path, or a connection"),
        ({"tables": {"interactions": [{}]}}, "either a path, or a connection"),
        ({"mapping": {"user": 5}}, "mapping must be text"),
        ({"cleaning": "k-core"}, "cleaning must be a list"),
        ({"cleaning": [1]}, "cleaning must be text"),
        ({"positive_from": "four"}, "positive_from must be a number"),
        ({"positive_from": True}, "positive_from must be a number"),
        ({"positive_from": 10**400}, "positive_from must be a number"),
    ],
)
def test_a_document_that_is_no_plan_is_one_clear_line(changed: Any, said: str) -> None:
    document = {**GOOD, **changed} if isinstance(changed, dict) else changed
    with pytest.raises(DataError) as caught:
        ImportPlan.from_json(document, "shop.json")
    message = str(caught.value)
    assert message.startswith("shop.json: ")
    assert said in message
    assert "\n" not in message


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.sampled_from(["name", "tables", "mapping", "cleaning", "positive_from"]), json_values))
def test_whatever_a_document_holds_it_is_a_plan_or_one_clear_line(changed: dict[str, Any]) -> None:
    try:
        plan = ImportPlan.from_json({**GOOD, **changed})
    except DataError as error:
        message = str(error)
    else:
        message = plan.name
    assert "\n" not in message or message == changed.get("name")
