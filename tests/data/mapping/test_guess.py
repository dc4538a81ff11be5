from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
import pytest

from recengine.data.mapping import guess_kind, guess_roles, map_columns, propose
from recengine.data.sources import Found, Source, TableKind
from recengine.errors import DataError

Columns = Mapping[str, Any]
RNG = np.random.default_rng(7)
USERS = RNG.integers(1, 80, 600)
ITEMS = RNG.integers(1, 200, 600)
WHOLE = RNG.integers(1, 6, 600)
SECONDS = RNG.integers(880_000_000, 890_000_000, 600)
GENRES = ["Action", "Comedy", "Drama", "Sci-Fi", "Film-Noir"]


def table(name: str, columns: Columns) -> tuple[Found, pl.DataFrame]:
    """As read from a text file: every cell a string."""
    frame = pl.DataFrame(columns).with_columns(pl.all().cast(pl.String))
    return Found(Source.memory(name, b""), "CSV", tuple(frame.columns)), frame


def genres(separator: str, rows: int = 300) -> list[str]:
    return [separator.join(RNG.choice(GENRES, RNG.integers(1, 4), replace=False)) for _ in range(rows)]


def pairs_of(**tables: Columns) -> dict[str, str]:
    """What is proposed, without "no column"."""
    found: dict[TableKind, Any] = {kind: table(f"{kind}.csv", columns) for kind, columns in tables.items()}  # type: ignore[misc]
    return {role: column for role, column in propose(found).pairs.items() if column}


def log(**more: Any) -> dict[str, Any]:
    return {"user_id": USERS, "item_id": ITEMS, **more}


IDS = {"user": "user_id", "item": "item_id"}


@pytest.mark.parametrize(
    ("columns", "pairs"),
    [
        # MovieLens 25M
        (
            {"userId": USERS, "movieId": ITEMS, "rating": WHOLE / 1, "timestamp": SECONDS},
            {"user": "userId", "item": "movieId", "value": "rating", "time": "timestamp"},
        ),
        # RecBole
        (
            {"user_id:token": USERS, "item_id:token": ITEMS, "rating:float": WHOLE, "timestamp:float": SECONDS},
            {"user": "user_id:token", "item": "item_id:token", "value": "rating:float", "time": "timestamp:float"},
        ),
        # without a header
        (
            {"column_1": USERS, "column_2": ITEMS, "column_3": WHOLE, "column_4": SECONDS},
            {"user": "column_1", "item": "column_2", "value": "column_3", "time": "column_4"},
        ),
        (
            {"商品ID": ITEMS, "用户ID": USERS, "评分": WHOLE, "时间戳": SECONDS * 1000},
            {"user": "用户ID", "item": "商品ID", "value": "评分", "time": "时间戳"},
        ),
        # anime: 1 to 10, steam: play time with a heavy tail, and purchases
        (log(rating=RNG.integers(1, 11, 600)), IDS | {"value": "rating"}),
        (log(hours=np.round(RNG.pareto(1.0, 600) * 3 + 0.1, 1)), IDS | {"value": "hours", "value.rule": "log"}),
        (log(purchase=np.ones(600)), IDS | {"value": "purchase", "value.rule": "one"}),
        (
            log(event_type=RNG.choice(["view", "cart", "purchase", "zoom"], 600), price=RNG.random(600)),
            IDS
            | {"event": "event_type", "event.weight.view": "1", "event.weight.cart": "3", "event.weight.purchase": "5"}
            | {"event.weight.zoom": "1"},
        ),
        # a quantity is never a rating, however few different ones there are
        (log(qty=RNG.integers(1, 6, 600)), IDS | {"value": "qty", "value.rule": "log"}),
        # 590 of 600 cells are dates, and the name says the same
        (log(time=["2024-01-31 10:00:00"] * 590 + ["yesterday"] * 10), IDS | {"time": "time"}),
        (log(time=["2024-01-31 10:00:00"] * 300 + ["yesterday"] * 300), IDS),
        # a price is no value, and the number of a row no id
        (log(price=RNG.random(600), when=["2024-01-31 10:00:00"] * 600), IDS | {"time": "when"}),
        (
            log(what=RNG.choice(["浏览", "购买"], 600)),
            IDS | {"event": "what"} | {"event.weight.浏览": "1", "event.weight.购买": "5"},
        ),
    ],
)
def test_interactions_are_guessed(columns: Columns, pairs: dict[str, str]) -> None:
    assert pairs_of(interactions=columns) == pairs


def test_a_catalogue_is_guessed() -> None:
    ids = np.arange(1, 301)
    found = pairs_of(
        interactions=log(),
        items={
            "item_id": ids,
            "title": [f"Film {one}" for one in ids],
            "overview": [f"Of {one} it is told that " + "it goes on and on. " * 5 for one in ids],
            "genres": genres("|"),
            "type": RNG.choice(["TV", "Movie"], 300),
            "poster": [f"https://example.org/{one}.jpg" for one in ids],
            "release_year": RNG.integers(1950, 2020, 300),
            "budget": RNG.integers(10, 10_000, 300) / 7,
            "imdb_id": [f"tt{one:07d}" for one in ids],
        },
    )
    assert {role: column for role, column in found.items() if role.startswith("item.")} == {
        "item.id": "item_id",
        "item.title": "title",
        "item.text": "overview",
        "item.year": "release_year",
        "item.image": "poster",
        "item.categories.genres": "genres",
        "item.separator.genres": "|",
        "item.category.type": "type",
        "item.number.budget": "budget",
    }


@pytest.mark.parametrize(("separator", "guessed"), [(", ", ","), ("|", "|"), (";", ";"), ("/", "/")])
def test_separators_are_told_from_labels_that_come_again(separator: str, guessed: str) -> None:
    columns = {"id": np.arange(300), "name": [f"Item, {one} | x" for one in range(300)], "labels": genres(separator)}
    found = pairs_of(interactions=log(), items=columns)
    assert found["item.categories.labels"] == "labels"
    assert found["item.separator.labels"] == guessed
    assert found["item.title"] == "name"


def test_labels_of_recbole_are_parted_by_blanks() -> None:
    columns = {"item_id:token": np.arange(300), "movie_title:token_seq": ["A b"] * 300, "class:token_seq": genres(" ")}
    found = pairs_of(interactions=log(), items=columns)
    assert found["item.categories.class"] == "class:token_seq"
    assert found["item.separator.class"] == " "
    assert found["item.title"] == "movie_title:token_seq"


def test_a_year_is_taken_from_the_titles() -> None:
    columns = {"movieId": np.arange(50), "title": [f"Heat {one} (1995)" for one in range(50)]}
    assert pairs_of(interactions=log(), items=columns)["item.year"] == "title"


def test_users_are_guessed_with_groups() -> None:
    columns: dict[str, Any] = {
        "user_id": np.arange(400),
        "年龄": RNG.integers(12, 80, 400),
        "gender": RNG.choice(["F", "M"], 400),
        "城市": RNG.choice(["北京", "上海"], 400),
        "income": RNG.integers(1000, 90_000, 400) / 3,
        "zip_code": [f"{one:05d}" for one in range(400)],
    }
    found = pairs_of(interactions=log(), users=columns)
    bins = found.pop("user.bins.income")
    assert {role: column for role, column in found.items() if role.startswith("user.")} == {
        "user.id": "user_id",
        "user.age": "年龄",
        "user.category.gender": "gender",
        "user.category.城市": "城市",
        "user.number.income": "income",
    }
    low, middle, high = (float(edge) for edge in bins.split(","))
    counts = np.histogram(columns["income"], [0, low, middle, high, 1e9])[0]
    # four groups of about 100 of the 400; edges are rounded to three digits
    assert all(90 <= count <= 110 for count in counts)


def test_the_id_is_the_column_whose_values_stand_in_the_interactions() -> None:
    items = {"id": [f"row{one}" for one in range(200)], "key": np.arange(1, 201), "title": ["x"] * 200}
    assert pairs_of(interactions=log(), items=items)["item.id"] == "key"
    assert pairs_of(interactions=log(item_id=ITEMS), items={"id": np.arange(1, 201)})["item.id"] == "id"


def test_every_guess_says_why_and_how_sure_it_is() -> None:
    found, sample = table("x.csv", {"column_1": USERS, "column_2": ITEMS, "rating": WHOLE})
    guesses = {guess.role: guess for guess in guess_roles("interactions", found, sample)}
    assert guesses["value"].reason == "the name says so, and it holds whole numbers from 1 to 5"
    assert guesses["user"].reason == "the first column that may hold the ids of users"
    assert guesses["user"].sure < 0.5 < guesses["value"].sure
    assert all(0 < guess.sure <= 1 and guess.reason for guess in guesses.values())


def test_what_a_layout_says_is_sure() -> None:
    found, sample = table("x.csv", {"a": USERS, "b": ITEMS, "c": WHOLE})
    found = Found(
        found.source, "CSV", found.columns, layout="Known", roles={"user": "b", "item": "a", "time.unit": "s"}
    )
    guesses = {guess.role: guess for guess in guess_roles("interactions", found, sample)}
    assert (guesses["user"].column, guesses["item"].column, guesses["time.unit"].column) == ("b", "a", "s")
    assert guesses["user"].sure == 1
    assert guesses["user"].reason == "Known has it so"


def test_a_name_that_the_cells_contradict_is_no_guess() -> None:
    columns = log(rating=["good", "bad"] * 300, timestamp=["soon"] * 600)
    found: dict[TableKind, Any] = {"interactions": table("x.csv", columns)}
    proposal = propose(found)
    assert proposal.pairs["value"] == proposal.pairs["time"] == ""
    mapping = map_columns(proposal.pairs, list(columns))
    assert mapping.value is None
    assert mapping.time is None


def test_what_is_said_stands() -> None:
    found: dict[TableKind, Any] = {
        "interactions": table("x.csv", log(rating=WHOLE, hours=WHOLE)),
        "items": table("y.csv", {"id": np.arange(300), "genre": genres("|"), "title": ["t"] * 300}),
    }
    proposal = propose(found, {"value": "hours", "value.rule": "one", "item.category.kind": "genre", "item.title": ""})
    assert proposal.pairs["value"] == "hours"
    assert proposal.pairs["value.rule"] == "one"
    assert proposal.pairs["item.category.kind"] == "genre"
    assert proposal.pairs["item.title"] == ""
    assert not [role for role in proposal.pairs if role.startswith(("item.categories.", "item.separator."))]
    mapping = map_columns(proposal.pairs, found["interactions"][1].columns, found["items"][1].columns)
    assert (mapping.value, mapping.value_rule, mapping.item_title) == ("hours", "one", None)
    with pytest.raises(DataError, match="unknown role"):
        propose(found, {"valeu": "hours"})


def test_typed_columns_are_guessed_too() -> None:
    frame = pl.DataFrame(
        {
            "user": pl.Series(USERS).cast(pl.String).cast(pl.Categorical),
            "item": ITEMS,
            "score": WHOLE / 2,
            "at": pl.from_epoch(pl.Series(SECONDS), "s"),
        }
    )
    found = Found(Source.memory("x.parquet", b""), "Parquet", tuple(frame.columns))
    guesses = {guess.role: guess.column for guess in guess_roles("interactions", found, frame)}
    assert guesses == {"user": "user", "item": "item", "value": "score", "time": "at"}
    items = pl.DataFrame({"id": [1, 2], "name": ["a", "b"], "tags": [["x"], ["x", "y"]], "good": [True, False]})
    guesses = {guess.role: guess.column for guess in guess_roles("items", found, items)}
    assert guesses["item.categories.tags"] == "tags"
    assert guesses["item.category.good"] == "good"


@pytest.mark.parametrize(
    ("name", "columns", "kind"),
    [
        ("x.csv", log(rating=WHOLE), "interactions"),
        ("x.csv", {"movieId": np.arange(9), "title": list("abcdefghi")}, "items"),
        ("x.csv", {"item_id": np.arange(9), "title": list("abcdefghi"), "members": np.arange(9)}, "items"),
        ("x.csv", {"user_id": np.arange(9), "age": np.arange(9) + 20, "gender": ["F"] * 9}, "users"),
        ("x.csv", {"id": np.arange(9), "年龄": np.arange(9), "性别": ["F"] * 9}, "users"),
        ("movies.dat", {"column_1": np.arange(9), "column_2": list("abcdefghi")}, "items"),
        ("x.dat", {"column_1": USERS, "column_2": ITEMS, "column_3": WHOLE}, "interactions"),
        ("x.dat", {"c1": np.arange(99), "c2": [f"Film {one}" for one in range(99)]}, "items"),
        # one purchase a user: still interactions
        ("x.csv", {"user_id": np.arange(9), "item_id": np.arange(9), "rating": np.arange(9)}, "interactions"),
    ],
)
def test_the_kind_of_a_table_is_guessed(name: str, columns: Columns, kind: str) -> None:
    guess = guess_kind(*table(name, columns))
    assert guess.kind == kind
    assert guess.reason
    assert 0 < guess.sure < 1


@pytest.mark.parametrize(
    "columns",
    [
        {"a": []},
        {"a": ["", ""], "b": [None, None]},
        {"a": ["x"]},
        {"a": ["🎬", "مرحبا"], "": ["1", "2"], "b": ["1e400", "nan"]},
        {"user": ["x" * 10_000], "item": ["\u202e"]},
    ],
)
@pytest.mark.parametrize("kind", ["interactions", "items", "users"])
def test_odd_tables_do_not_break_the_guesses(columns: Columns, kind: TableKind) -> None:
    found, sample = table("x", columns)
    guess_kind(found, sample)
    guesses = guess_roles(kind, found, sample)
    assert {guess.column for guess in guesses if guess.role.count(".") < 2} <= {*columns, "one", "log"}


def test_where_nobody_signs_in_a_session_stands_for_a_user() -> None:
    clicks = pl.DataFrame(
        {
            "session_id": ["s1", "s1", "s2", "s3"],
            "product_id": ["p1", "p2", "p1", "p1"],
            "event_type": ["view", "cart", "view", "purchase"],
        }
    )
    assert guess_kind(None, clicks).kind == "interactions"
    assert propose({"interactions": (None, clicks)}).pairs["user"] == "session_id"
    known = propose({"interactions": (None, clicks.with_columns(user_id=pl.Series(["u1", "u1", "u2", "u1"])))}).pairs
    assert (known["user"], known["session"]) == ("user_id", "session_id")
