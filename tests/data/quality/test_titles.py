import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from recengine.data.quality import titles as module
from recengine.data.quality.titles import TwinTitles, twin_titles


def twins(titles: list[str], years: list[float | None] | None = None) -> TwinTitles:
    frame = pl.DataFrame({"id": [f"i{place}" for place in range(len(titles))], "title": titles})
    if years is not None:
        frame = frame.with_columns(pl.Series("year", years, dtype=pl.Float64))
    return twin_titles(frame, np.arange(len(titles))[::-1].copy())


def are_twins(first: str, second: str, years: list[float | None] | None = None) -> bool:
    others = ["An altogether different thing", "Something else again"]
    group = twins([first, second, *others], None if years is None else [*years, None, None]).group
    assert (group[2:] == -1).all()
    return bool(group[0] == group[1] >= 0)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("The Matrix", "Matrix, The"),
        ("Matrix, The (1999)", "the matrix 1999"),
        ("Amélie", "Amelie"),
        ("Schindler's List", "Schindlers List"),
        ("Romeo & Juliet", "Romeo and Juliet"),
        ("Star Wars: A New Hope", "STAR WARS - A NEW HOPE"),
        ("Quiet River", "River, quiet"),
        ("The Shawshank Redemption", "The Shawshank Redemtion"),
        ("The Lion King", "Lion King"),
        ("Spider-Man returns", "Spiderman returns"),
        ("進撃の巨人", "進撃の巨人!"),
    ],
)
def test_spellings_of_one_title_are_twins(first: str, second: str) -> None:
    assert are_twins(first, second)


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ("Rocky II", "Rocky III"),
        ("Toy Story", "Toy Story 2"),
        ("Season one of the show", "Season two of the show"),
        ("Vitamin A capsules", "Vitamin B capsules"),
        ("Toys", "Boys"),
        ("Shingeki no Kyojin", "Shingeki no Kyojin OVA"),
        ("Quiet River", "Silent Mountain"),
    ],
)
def test_different_things_are_none(first: str, second: str) -> None:
    assert not are_twins(first, second)


@pytest.mark.parametrize(
    ("years", "expected"), [([1995, 1995], True), ([1954, 1995], False), ([1995, None], True), ([1995, 1996], True)]
)
def test_a_remake_is_another_film(years: list[float | None], expected: bool) -> None:
    # one letter apart, so that years that are not the same are compared
    assert are_twins("Sabrina of the valley", "Sabrina of the vally", years) is expected


def test_many_of_one_title_are_a_placeholder_and_no_twins() -> None:
    found = twins(["Untitled"] * 25 + ["A real name", "Another one altogether"])
    assert found.placeholders == (("Untitled", 25),)
    assert found.n_items == 0


def test_a_title_that_is_the_id_is_none() -> None:
    found = twin_titles(pl.DataFrame({"id": ["a1", "a2", "x"], "title": ["a1", "a2", ""]}), np.zeros(3, dtype=np.int64))
    assert (found.n_titles, found.n_items) == (0, 0)


def test_what_was_left_out_of_the_comparison_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    titles = [f"{'abcdefghij'[place % 10] * 3} {'klmnopqrst'[place // 10] * 5}" for place in range(100)]
    assert twins(titles).sampled == ""
    monkeypatch.setattr(module, "MAX_TITLES", 40)
    assert "only among the 40 of 100 that are most taken" in twins(titles).sampled


@settings(max_examples=30, deadline=None)
@given(
    st.lists(st.text("abcdefghijklmnop", min_size=3, max_size=8), min_size=2, max_size=4, unique=True),
    st.randoms(use_true_random=False),
)
def test_order_case_and_punctuation_never_matter(words: list[str], chance: object) -> None:
    shuffled = list(words)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]
    group = twins([" ".join(words), "-".join(shuffled).upper() + "!"]).group
    assert group.tolist() == [0, 0]
