from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

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


WITHHELD = (
    "gender Gender user_gender sex sexe sexual_orientation sexualOrientation bisexual age age_group AgeGroup AGE "
    "userage USERAGE userAge user_age customerAge agegroup AGEGroup age2 birthdate date_of_birth dateofbirth "
    "DateOfBirth dob DOBYear yob_birthyear zip zip_code zipcode ZipCode ZIPCode userzip postal_code postalcode "
    "post_code postcode PostCode salary userSalary salary_band net_salary income netincome wages ethnicity "
    "ethnic_group race user_race racial_group nationality national_id citizenship religion religious_views "
    "political politics political_party polit_views politicalLeaning disability disabled health health_status "
    "healthstatus marital_status married ssn user_ssn userssn SSN passport_no passportNumber name first_name "
    "firstname LastName username surname names email e_mail e-mail E-Mail eMail mail phone phone_number telephone "
    "mobile_phone address ip_address street latitude longitude lat lon lng gps_position geolocation iban "
    "creditcard credit_card"
)
TOLD = (
    "language usage page stage village average average_rating percentage storage engagement package mileage vintage "
    "image message page_range pagerange passage manager agenda agent agency homepage usageLevel club occupation "
    "trace embrace racing tournament ornament combination destination donation essex sussex plan "
    "platform latency flat salon colony london melon ship recipe clip tip member_since user_type customer_segment "
    "broadcaster forecast device genre_count favourite_genre visits tenure"
)


@pytest.mark.parametrize("attribute", [*WITHHELD.split(), "user age", "User Age", "Zip code", "Sexual orientation"])
def test_sensitive_attributes_are_known_by_their_names(attribute: str) -> None:
    assert withheld([attribute], SENSITIVE) == (attribute,)


@pytest.mark.parametrize("attribute", [*TOLD.split(), "stage of life", "", "7"])
def test_attributes_that_only_look_alike_are_told(attribute: str) -> None:
    assert withheld([attribute], SENSITIVE) == ()


@given(
    st.sampled_from(WITHHELD.lower().split()),
    st.sampled_from(["user_", "the ", "my-", "x.", ""]),
    st.sampled_from(["_2", " of user", "-code", ""]),
    st.sampled_from([str.lower, str.upper, str.title]),
)
def test_no_gap_prefix_suffix_or_case_hides_a_sensitive_attribute(
    attribute: str, before: str, after: str, case: Callable[[str], str]
) -> None:
    name = case(f"{before}{attribute}{after}")
    assert withheld([name], SENSITIVE) == (name,)


@given(st.text(max_size=20), st.text(max_size=20))
def test_any_name_and_any_marks_are_read(name: str, marks: str) -> None:
    assert withheld([name], marks) in ((), (name,))


def test_stars_stand_for_any_letters() -> None:
    names = ["shop", "workshop", "shopping", "s.op"]
    assert withheld(names, "shop") == ("shop",)
    assert withheld(names, "shop*") == ("shop", "shopping")
    assert withheld(names, "*shop") == ("shop", "workshop")
    assert withheld(names, "s.op") == ("s.op",)
    assert withheld(names, "s?op, [s]hop") == ()
    assert withheld(names, "*, ,") == ()


def test_marks_are_chosen_by_the_analyst() -> None:
    assert withheld(["club", "age", "Alter"], "club , alter") == ("club", "Alter")
