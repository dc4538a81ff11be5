from __future__ import annotations

from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data import SPLIT_LABELS, SPLIT_METHODS, SplitSpec, parse_split
from recengine.errors import ScenarioError

specs = st.one_of(
    st.builds(
        SplitSpec,
        st.sampled_from(["random", "time", "cold-users", "cold-items"]),
        share=st.integers(100, 9000).map(lambda parts: Fraction(parts, 10_000)),
    ),
    st.builds(SplitSpec, st.just("last"), last=st.integers(1, 1000)),
    st.integers(2, 20).flatmap(
        lambda folds: st.builds(
            SplitSpec, st.sampled_from(["fold", "user-fold"]), fold=st.integers(1, folds), folds=st.just(folds)
        )
    ),
)


@given(spec=specs)
def test_the_text_says_all_of_it(spec: Any) -> None:
    assert parse_split(spec.text) == spec
    assert parse_split(spec) is spec
    assert len(spec.sentence) > 60
    assert spec.sentence.endswith(".")


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("random", "random"),
        ("random:0.2", "random"),
        ("random:.20", "random"),
        ("random:0.3", "random:0.3"),
        ("time:0.2000", "time"),
        (" time:0.05 ", "time:0.05"),
        ("last:1", "last"),
        ("last:02", "last:2"),
        ("cold-users:0.5", "cold-users:0.5"),
        ("fold:1/5", "fold:1/5"),
        ("user-fold:05/10", "user-fold:5/10"),
    ],
)
def test_the_same_cut_has_one_text(written: str, text: str) -> None:
    assert parse_split(written).text == str(parse_split(written)) == text


@pytest.mark.parametrize(
    "nonsense",
    [
        "",
        "first",
        "Random",
        "random:",
        "random:0",
        "random:1",
        "random:0.95",
        "random:-0.2",
        "random:1e-1",
        "random:nan",
        "random:0.20001",
        "random:0.3:0.4",
        "last:0",
        "last:-1",
        "last:1.5",
        "last:1001",
        "last:" + "9" * 5000,
        "last:२",
        "fold",
        "fold:",
        "fold:1",
        "fold:0/5",
        "fold:6/5",
        "fold:1/1",
        "fold:1/21",
        "user-fold:a/b",
        "x" * 5000,
        "a\nb",
    ],
)
def test_nonsense_is_one_clear_line(nonsense: str) -> None:
    with pytest.raises(ScenarioError, match=r"^split: .*(Write|Choose among) ") as caught:
        parse_split(nonsense)
    assert "\n" not in str(caught.value)
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize("value", [None, 5, True, ["random"], {"random": 1}])
def test_what_is_no_text_is_no_split(value: object) -> None:
    with pytest.raises(ScenarioError, match="it must be a text"):
        parse_split(value)


@given(text=st.text(max_size=30))
def test_any_text_is_a_split_or_one_line(text: str) -> None:
    said = ""
    try:
        assert parse_split(text).method in SPLIT_METHODS
    except ScenarioError as error:
        said = str(error)
    assert len(said.splitlines()) <= 1


def test_each_method_is_called_something() -> None:
    assert set(SPLIT_LABELS) == set(SPLIT_METHODS)


def test_sentences_of_shares() -> None:
    assert "a fifth of the positives" in parse_split("random").sentence
    assert "30 % of the positives" in parse_split("random:0.3").sentence
    assert "the latest half of all positives" in parse_split("time:0.5").sentence
    assert parse_split("cold-items:0.5").sentence.startswith("Half of the items, drawn at random, is held out whole")
    assert "the last 3 positives by time are held out" in parse_split("last:3").sentence
