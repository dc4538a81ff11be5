from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from recengine.data.cleaning import SAMPLE_ROWS, STEPS, apply_steps, parse_step, parse_steps
from recengine.data.cleaning.settings import Option
from recengine.data.material import Material
from recengine.errors import CancelledError, DataError

Make = Callable[..., Material]

LOG = {
    "user": ["a", "a", "b", "b", "c"],
    "item": ["x", "y", "x", "x", "z"],
    "rating": [1.0, 9.0, 3.0, 4.0, -1.0],
    "time": [0, 100, 200, 300, 4_000_000_000],
}
ITEMS = {"item_id": ["x", "y", "w", "x"], "title": ["X", "Y", "W", "X again"]}
USERS = {"user_id": ["a", "b", "d"], "age": ["20", "300", "40"]}


def _values(option: Option) -> st.SearchStrategy[str]:
    if option.kind == "choice":
        return st.sampled_from(option.choices)
    if option.kind == "switch":
        return st.sampled_from(["yes", "no"])
    if option.kind == "time":
        return st.datetimes(min_value=datetime(1900, 1, 1)).map(datetime.isoformat)
    low, high = int(option.low or 0), int(min(option.high or 1000, 1000))
    return st.integers(low, high).map(str)


@pytest.mark.parametrize("name", STEPS)
def test_every_step_says_what_it_is(name: str) -> None:
    step = STEPS[name]
    assert step.name == name
    assert step.label
    assert step.about.endswith(".")
    default = step.of({})
    assert {option.name for option in step.options} == {*vars(default)}
    assert all(getattr(default, option.name) == option.default for option in step.options)


@pytest.mark.parametrize("name", STEPS)
def test_every_step_counts_what_it_touches_and_leaves_the_material_alone(name: str, make: Make) -> None:
    material = make(LOG, ITEMS, USERS)
    before = material.events.clone()
    done = parse_step("k-core:users=1,items=1" if name == "k-core" else name).apply(material)
    assert material.events.equals(before)
    assert done.of == {"interactions": 5, "items": 4, "users": 3}[done.table]
    assert 0 <= done.touched <= done.of
    assert done.sample.height == min(done.touched, SAMPLE_ROWS) or name == "ids"
    assert done.says.endswith(".")
    after = {
        "interactions": done.material.events.height,
        "items": 0 if done.material.items is None else done.material.items.frame.height,
        "users": 0 if done.material.users is None else done.material.users.frame.height,
    }[done.table]
    assert after == done.of - (0 if done.does == "changes" else done.touched)


@given(st.data())
def test_a_step_comes_back_from_its_text(data: st.DataObject) -> None:
    step = STEPS[data.draw(st.sampled_from(sorted(STEPS)))]
    settings = {
        option.name: data.draw(_values(option))
        for option in step.options
        if data.draw(st.booleans(), label=option.name)
    }
    if float(settings.get("low", 0)) > float(settings.get("high", 1000)):
        with pytest.raises(DataError, match="above high"):
            step.of(settings)
        return
    made = step.of(settings)
    assert parse_step(made.text) == made


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", 'there is no step ""'),
        ("polish", 'there is no step "polish"'),
        ("k-core:5", '"5" is not OPTION=VALUE'),
        ("k-core:users=0", "users must be a whole number from 1 to 1,000,000"),
        ("k-core:users=2.5", "users must be a whole number"),
        ("k-core:users=5,users=6", "users is given twice"),
        ("k-core:depth=5", 'k-core has no option "depth"'),
        ("duplicates:keep=first", "keep must be one of last, sum, max"),
        ("times:since=yesterday", "since must be a date or a moment"),
        ("times:future=maybe", "future must be yes or no"),
        ("values:low=nan", "low must be a number"),
        ("values:low=5,high=1", "low is 5, above high, 1"),
        ("unused-items:all=yes", "It has none; leave it out"),
        ("bots:percentile=101", "percentile must be a number from 50 to 100"),
    ],
)
def test_a_text_that_is_no_step_is_one_clear_line(text: str, said: str) -> None:
    with pytest.raises(DataError) as caught:
        parse_step(text)
    message = str(caught.value)
    assert said in message
    assert message.startswith("cleaning: ")
    assert "\n" not in message


def test_steps_go_one_after_the_other_and_leaving_one_out_undoes_it(make: Make) -> None:
    material = make(LOG)
    touched: list[int] = []
    both = apply_steps(
        material,
        parse_steps(["values:above=0", "duplicates:keep=max"]),
        seen=lambda _, done: touched.append(done.touched),
    )
    assert touched == [1, 1]
    assert both.events["value"].to_list() == [1.0, 9.0, 4.0]
    only = apply_steps(material, parse_steps(["duplicates:keep=max"]))
    assert only.events["value"].to_list() == [1.0, 9.0, 4.0, -1.0]
    assert apply_steps(material, []) is material


def test_steps_stop_when_asked(make: Make) -> None:
    with pytest.raises(CancelledError):
        apply_steps(make(LOG), parse_steps(["duplicates"]), cancel=lambda: True)


def test_a_step_that_leaves_nothing_is_one_clear_line(make: Make) -> None:
    with pytest.raises(DataError, match=r"^cleaning: k-core leaves no interaction of interactions\.csv") as caught:
        parse_step("k-core:users=9,items=1").apply(make(LOG))
    assert "\n" not in str(caught.value)
