from __future__ import annotations

import re

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data.mapping import compose, template_columns
from recengine.errors import DataError


def composed(template: str, **cells: str | None) -> str:
    columns = {name: pl.Series(name, [cell], dtype=pl.String) for name, cell in cells.items()}
    text: str = compose(template, columns)[0]
    return text


FULL = "{title} ({year}). {plot}"


@pytest.mark.parametrize(
    ("title", "year", "plot", "text"),
    [
        ("Heat", "1995", "A robbery.", "Heat (1995). A robbery."),
        ("Heat", None, "A robbery.", "Heat. A robbery."),
        ("Heat", "1995", None, "Heat (1995)"),
        ("Heat", None, None, "Heat"),
        (None, "1995", "A robbery.", "(1995). A robbery."),
        (None, None, "A robbery.", "A robbery."),
        ("Heat", " ", "", "Heat"),
        (None, None, None, ""),
    ],
)
def test_what_is_missing_takes_its_punctuation_along(
    title: str | None, year: str | None, plot: str | None, text: str
) -> None:
    assert composed(FULL, title=title, year=year, plot=plot) == text


@pytest.mark.parametrize(
    ("template", "a", "b", "text"),
    [
        ("{a} by {b}.", "Dune", "Herbert", "Dune by Herbert."),
        ("{a} by {b}.", "Dune", None, "Dune."),
        ("Title: {a}. Plot: {b}", "Dune", "Sand", "Title: Dune. Plot: Sand"),
        ("Title: {a}. Plot: {b}", None, "Sand", "Plot: Sand"),
        ("{a}, {b} episodes", "Dune", "3", "Dune, 3 episodes"),
        ("{a}, {b} episodes", "Dune", None, "Dune"),
        ("{a} min, {b}", None, "Dune", "Dune"),
        ('{a} "{b}"', "Dune", "Sand", 'Dune "Sand"'),
        ('{a} "{b}"', "Dune", None, "Dune"),
        ("{a}《{b}》", None, "Sand", "《Sand》"),
        ("{{{a}}} {b}", "x", "y", "{x} y"),
        ("{a}{a}", "x", None, "xx"),
    ],
)
def test_words_around_a_missing_part_go_with_it(template: str, a: str | None, b: str | None, text: str) -> None:
    assert composed(template, a=a, b=b) == text


def test_a_template_is_no_format_string() -> None:
    assert template_columns("{title.__class__} {0} {a[0]} {b:>10} {c!r}") == [
        *("title.__class__", "0", "a[0]", "b:>10", "c!r")
    ]
    assert composed("{title.__class__}", **{"title.__class__": "x"}) == "x"


@pytest.mark.parametrize("template", ["{", "}", "{}", "{ }", "{a", "a}", "{a{b}}", "plain", ""])
def test_a_broken_template_is_one_clear_line(template: str) -> None:
    with pytest.raises(DataError, match=r"^mapping: item\.template") as caught:
        template_columns(template)
    assert "\n" not in str(caught.value)


@settings(max_examples=150)
@given(
    st.text(alphabet="ab{}()[].,:; \"'-x\n", max_size=30), st.sampled_from(["v", None]), st.sampled_from(["w", None])
)
def test_any_template_gives_text_or_one_clear_line(template: str, a: str | None, b: str | None) -> None:
    try:
        names = template_columns(template)
    except DataError as error:
        said = str(error)
        names = []
    else:
        said = ""
    assert "\n" not in said
    if not names:
        return
    cells = {name: {"a": a, "b": b}.get(name) for name in names}
    text = composed(template, **cells)
    there = [cell for cell in cells.values() if cell is not None]
    assert all(cell in text for cell in there)
    assert bool(there) == bool(text)


@settings(max_examples=50)
@given(st.lists(st.text(min_size=1, max_size=8).filter(lambda text: text.strip() == text), min_size=2, max_size=2))
def test_cells_are_never_read_as_templates(cells: list[str]) -> None:
    assert composed("{a} | {b}", a=cells[0], b=cells[1]) == f"{cells[0]} | {cells[1]}"
    assert not re.search(r"\{a\}", composed("{a}", a="b"))
