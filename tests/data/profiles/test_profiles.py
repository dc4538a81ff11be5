from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np
import polars as pl
import pytest

from recengine.data import Attribute, Dataset
from recengine.data.profiles import Lifts, count_everyone, item_profile, user_profile

DAY = 86_400
START = int(datetime(2024, 1, 1, tzinfo=UTC).timestamp())


def make(rows: Sequence[tuple[int, int, float, int | None]], *, positive_from: float = 4.0) -> Dataset:
    """Four users, five items; rows: user, item, value, days after the first of January 2024."""
    user, item, value, days = (list(part) for part in zip(*rows, strict=True))
    interactions = pl.DataFrame(
        {
            "user": pl.Series(user, dtype=pl.Int32),
            "item": pl.Series(item, dtype=pl.Int32),
            "weight": pl.Series(value, dtype=pl.Float32),
            "time": pl.Series([None if day is None else START + day * DAY for day in days], dtype=pl.Int64),
        }
    ).with_columns(positive=pl.col("weight") >= positive_from)
    items = pl.DataFrame(
        {
            "id": ["a", "b", "c", "d", "e"],
            "title": ["A", "B", "C", "D", "E"],
            "text": ["about a", "", "", "", ""],
            "genre": [["drama", "war"], ["drama"], ["comedy"], [], None],
            "kind": ["film", "film", "series", "series", None],
            "year": [1990.0, 2000.0, None, 2010.0, 2020.0],
        },
        schema_overrides={"genre": pl.List(pl.String)},
    )
    users = pl.DataFrame({"id": ["u", "v", "w", "x"], "gender": ["F", "F", "M", None], "age": [20.0, 30.0, 40.0, None]})
    return Dataset(
        name="tiny",
        interactions=interactions,
        items=items,
        users=users,
        item_attributes=(Attribute("genre", "categories"), Attribute("kind", "category"), Attribute("year", "number")),
        user_attributes=(Attribute("gender", "category"), Attribute("age", "number")),
        fingerprint="0" * 64,
        positive_from=positive_from,
    )


ROWS: list[tuple[int, int, float, int | None]] = [
    (0, 0, 5.0, 0),
    (0, 1, 4.0, 0),
    (0, 2, 1.0, 9),
    (1, 0, 5.0, 1),
    (1, 2, 4.0, 2),
    (2, 2, 5.0, 3),
]
"""u: a and b liked, c not; v: a and c; w: c; x has nothing."""


@pytest.fixture
def tiny() -> Dataset:
    return make(ROWS)


def attribute(found: tuple[Lifts, ...], name: str) -> dict[str, Any]:
    """group → n, share, everyone, lift."""
    (one,) = (one for one in found if one.attribute == name)
    return {group.group: (group.n, group.share, group.everyone, group.lift) for group in one.groups}


def test_a_user_in_figures(tiny: Dataset) -> None:
    profile = user_profile(tiny, 0)
    assert profile.user == "u"
    assert profile.attributes == {"gender": "F", "age": 20.0}
    assert (profile.interactions, profile.positives) == (3, 2)
    assert (profile.first, profile.last) == (START, START + 9 * DAY)
    assert profile.active_days == 2
    assert profile.mean == pytest.approx((5 + 4 + 1) / 3)
    # of three active users two have fewer, and half of a tie with oneself: (2 + 0.5) / 3
    assert profile.percentile == pytest.approx(2.5 / 3)


def test_a_taste_is_a_share_of_the_positives_over_everyones(tiny: Dataset) -> None:
    tastes = user_profile(tiny, 0).tastes
    # u likes a (drama, war) and b (drama); everyone's 5 positives: a, b, a, c, c
    assert attribute(tastes, "genre")["drama"] == (
        2,
        pytest.approx(2 / 2),
        pytest.approx(3 / 5),
        pytest.approx(1 / (3 / 5)),
    )
    assert attribute(tastes, "genre")["war"] == (
        1,
        pytest.approx(1 / 2),
        pytest.approx(2 / 5),
        pytest.approx((1 / 2) / (2 / 5)),
    )
    assert attribute(tastes, "genre")["comedy"] == (0, 0.0, pytest.approx(2 / 5), 0.0)
    assert attribute(tastes, "kind")["film"] == (2, 1.0, pytest.approx(3 / 5), pytest.approx(5 / 3))


def test_two_positives_say_little(tiny: Dataset) -> None:
    assert all(group.few for one in user_profile(tiny, 0).tastes for group in one.groups)
    assert not any(one.telling for one in user_profile(tiny, 0).tastes)


def test_numbers_are_compared_by_means(tiny: Dataset) -> None:
    (year,) = user_profile(tiny, 0).numbers
    # c has no year: everyone's positives with one are a, b, a
    assert (year.n, year.mean) == (2, (1990 + 2000) / 2)
    assert year.everyone == pytest.approx((1990 + 2000 + 1990) / 3)


def test_bins_are_those_of_all_the_data(tiny: Dataset) -> None:
    everyone = count_everyone(tiny)
    assert everyone.times is not None
    assert everyone.values is not None
    assert everyone.times.every == "day"
    assert (everyone.times.labels[0], everyone.times.labels[-1]) == ("2024-01-01", "2024-01-10")
    profile = user_profile(tiny, 0, everyone)
    assert profile.over_time is not None
    assert profile.values is not None
    assert profile.over_time.tolist() == [2, 0, 0, 0, 0, 0, 0, 0, 0, 1]
    assert everyone.times.everyone.tolist() == [2, 1, 1, 1, 0, 0, 0, 0, 0, 1]
    assert dict(zip(everyone.values.labels, profile.values.tolist(), strict=True)) == {"1": 1, "4": 1, "5": 1}
    assert everyone.values.everyone.tolist() == [1, 2, 3]


def test_the_latest_and_the_highest_come_first(tiny: Dataset) -> None:
    profile = user_profile(tiny, 0)
    # a and b at the same time: the later of the file is the later one
    assert profile.recent["item_id"].to_list() == ["c", "b", "a"]
    assert profile.highest["item_id"].to_list() == ["a", "b", "c"]


def test_the_long_tail_is_what_is_outside_the_head(tiny: Dataset) -> None:
    # popularity a 2, c 2, b 1: a and c hold 4 of 5, four fifths, so b is the tail
    profile = user_profile(tiny, 0)
    assert profile.long_tail == pytest.approx(1 / 2)
    assert profile.everyone_long_tail == pytest.approx(1 / 5)
    assert [item_profile(tiny, item).part for item in range(5)] == ["head", "tail", "head", "cold", "cold"]


def test_a_user_without_interactions_has_a_profile(tiny: Dataset) -> None:
    profile = user_profile(tiny, 3)
    assert (profile.interactions, profile.positives, profile.first, profile.tastes) == (0, 0, None, ())
    assert profile.attributes == {"gender": None, "age": None}
    assert np.isnan([profile.percentile, profile.mean, profile.long_tail]).all()
    assert profile.recent.is_empty()
    assert profile.to_json()["interactions"] == 0


def test_who_takes_an_item(tiny: Dataset) -> None:
    profile = item_profile(tiny, 2)
    assert (profile.title, profile.interactions, profile.positives, profile.rank) == ("C", 3, 2, 1)
    # v and w like c, u does not; of three users with a positive two are F
    assert attribute(profile.takers, "gender") == {
        "F": (1, pytest.approx(1 / 2), pytest.approx(2 / 3), pytest.approx((1 / 2) / (2 / 3))),
        "M": (1, pytest.approx(1 / 2), pytest.approx(1 / 3), pytest.approx((1 / 2) / (1 / 3))),
    }
    (age,) = profile.numbers
    assert (age.n, age.mean, age.everyone) == (2, (30 + 40) / 2, (20 + 30 + 40) / 3)
    assert profile.fans["user_id"].to_list() == ["w", "v", "u"]
    # u has 3 rows, v 2, w 1: v at 1.5/3, w at 0.5/3
    assert profile.taker_activity == pytest.approx((1.5 / 3 + 0.5 / 3) / 2)


def test_an_item_that_nobody_took_has_a_profile(tiny: Dataset) -> None:
    profile = item_profile(tiny, 4)
    assert (profile.part, profile.positives, profile.takers, profile.rank) == ("cold", 0, (), 4)
    assert profile.together.is_empty()
    assert profile.fans.is_empty()
    assert profile.attributes == {"genre": None, "kind": None, "year": 2020.0}
    assert profile.to_json()["part"] == "cold"


def test_what_is_taken_together_is_ordered_by_the_sure_end_of_the_lift() -> None:
    # users 0 to 2 like a, b and c; the fourth likes b alone
    rows = [(user, item, 5.0, None) for user in range(3) for item in range(3)] + [(3, 1, 5.0, None)]
    profile = item_profile(make(rows), 0)
    together = profile.together.select("item_id", "n", "share", "everyone", "lift").rows()
    # three of a's three takers like c, and three of all four users: lift 1 / (3 / 4); b: 1 / (4 / 4)
    assert together == [("c", 3, 1.0, 0.75, pytest.approx(1 / 0.75)), ("b", 3, 1.0, 1.0, 1.0)]
    assert profile.over_time is None
    assert profile.values is None


def test_fewer_than_three_together_is_no_pattern(tiny: Dataset) -> None:
    assert item_profile(tiny, 0).together.is_empty()


def test_without_values_and_times_there_is_nothing_to_bin() -> None:
    profile = user_profile(make([(0, 0, 1.0, None), (1, 1, 1.0, None)], positive_from=1.0), 0)
    assert profile.everyone.times is None
    assert profile.everyone.values is None
    assert profile.to_json()["over_time"] is None


def test_profiles_of_movielens_take_no_time(movielens: Dataset) -> None:
    import time

    everyone = count_everyone(movielens)
    movielens.matrix  # noqa: B018  (read once for everything)
    started = time.perf_counter()
    user_profile(movielens, 404, everyone)
    item_profile(movielens, 49, everyone)
    # 0.1 s promised for one; a busy machine may be several times slower than a quiet one, which takes 5 ms
    assert time.perf_counter() - started < 0.5


def test_one_users_figures_agree_with_a_plain_count(movielens: Dataset) -> None:
    rows = movielens.interactions.filter(pl.col("user") == 7)
    liked = movielens.items[rows.filter("positive")["item"]]
    genre = next(one for one in user_profile(movielens, 7).tastes if one.attribute == "genre")
    for group in genre.groups:
        assert group.n == liked["genre"].list.contains(group.group).sum()
    assert genre.known == liked["genre"].is_not_null().sum()


def test_a_few_common_fans_do_not_bring_an_item_to_the_top(movielens: Dataset) -> None:
    profile = item_profile(movielens, movielens.titles.index("Toy Story"))
    together = profile.together
    assert together["low"].is_sorted(descending=True)
    assert (together["low"] <= together["lift"]).all()
    assert together["n"].min() >= 0.02 * profile.positives  # type: ignore[operator]
    # films for children, as anybody would expect
    genres = movielens.items[[movielens.item_position[item] for item in together["item_id"]]]["genre"]
    assert genres.list.contains("Children's").mean() > 0.5  # type: ignore[operator]
