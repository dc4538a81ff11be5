from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from recengine.data import Attribute, Dataset, Sequences
from recengine.models.profiles.describing import SENSITIVE, Described, Describer, withheld
from tests.models.checkerboard import N_ITEMS, WORDLESS_ITEM


def describer(board: Dataset, items: int = 2, words: int = 2, likes: int = 2) -> Describer:
    return Describer(board, items=items, words=words, likes=likes, sensitive=SENSITIVE)


def test_the_latest_items_are_told_first(board: Dataset) -> None:
    history = Sequences.of_weights([{0: 1.0, 2: 1.0, 4: 1.0}], N_ITEMS)
    (found,) = describer(board).describe(history)
    assert found.latest == ("romance in", "wedding comedy")
    assert found.text == "Likes family and romance. Lately took romance in; wedding comedy."


def test_liked_is_what_is_more_common_than_with_everyone(board: Dataset) -> None:
    def in_units_of_spread(share: float, labelled: list[int]) -> float:
        everyone = float(np.isin(board.matrix.indices, labelled).mean())
        spread: float = (everyone * (1 - everyone)) ** 0.5
        return (share - everyone) / spread

    # of the items 0, 2 and 4 two are of the family kind, all are romance
    family = in_units_of_spread(2 / 3, list(range(0, N_ITEMS, 4)))
    romance = in_units_of_spread(3 / 3, list(range(0, N_ITEMS, 2)))
    assert family > romance > 0
    (even,) = describer(board).describe(Sequences.of_weights([{0: 1.0, 2: 1.0, 4: 1.0}], N_ITEMS))
    assert even.likes == ("family", "romance")
    # no item of space is family, and romance is rarer than with everyone
    (odd,) = describer(board).describe(Sequences.of_weights([{1: 1.0, 3: 1.0}], N_ITEMS))
    assert odd.likes == ("space",)


def test_an_item_without_a_text_is_told_by_its_title(board: Dataset) -> None:
    (found,) = describer(board).describe(Sequences.of_weights([{WORDLESS_ITEM: 1.0}], N_ITEMS))
    assert found.latest == (f"Item {WORDLESS_ITEM}",)


def test_of_nobody_nothing_is_told(board: Dataset) -> None:
    (found,) = describer(board).describe(Sequences.of_weights([{}], N_ITEMS))
    assert found == Described()
    assert found.text == ""


def test_attributes_are_told_but_not_the_sensitive_ones(board: Dataset) -> None:
    one = describer(board)
    assert one.withheld == ("age",)
    assert one.attributes(board.users.head(1)) == [(("club", "dancers"),)]
    (told,) = one.describe(Sequences.of_weights([{}], N_ITEMS), board.users.head(1))
    assert told.text == "Club: dancers."


def test_unknown_attributes_are_left_out(board: Dataset) -> None:
    users = pl.DataFrame(
        {"id": ["a", "b"], "shop_size": [2.5, None], "tags": [[], ["x", "y"]]},
        schema_overrides={"tags": pl.List(pl.String)},
    )
    known = replace(
        board, users=users, user_attributes=(Attribute("shop_size", "number"), Attribute("tags", "categories"))
    )
    assert describer(known).attributes(users) == [(("shop_size", "2.5"),), (("tags", "x, y"),)]


@pytest.mark.parametrize(
    ("attribute", "stays"),
    [
        ("gender", False),
        ("Gender", False),
        ("user_gender", False),
        ("age", False),
        ("age_group", False),
        ("AgeGroup", False),
        ("AGE", False),
        ("user age", False),
        ("birthdate", False),
        ("zip_code", False),
        ("language", True),
        ("occupation", True),
        ("club", True),
    ],
)
def test_sensitive_attributes_are_known_by_their_names(attribute: str, stays: bool) -> None:
    assert (withheld([attribute], SENSITIVE) == ()) == stays


def test_marks_are_chosen_by_the_analyst() -> None:
    assert withheld(["club", "age", "Alter"], "club , alter") == ("club", "Alter")
