from __future__ import annotations

import json

import pytest

from recengine.data import Source, find_table, map_columns, read_found

STUDIO = "|".join(["1", "Toy Story (1995)", "01-Jan-1995", "", "http://x", *"0001110000000000000"])
NO_GENRE = "|".join(["267", "unknown", "", "", "", *"1000000000000000000"])
REVIEW_2018 = {
    "reviewerID": "A2",
    "asin": "0700026657",
    "overall": 5.0,
    "unixReviewTime": 1404691200,
    "style": {"a": "b"},
}
REVIEW_2023 = {"user_id": "AF", "parent_asin": "B09", "rating": 4.0, "timestamp": 1658185117948, "images": []}
PRODUCT_2023 = {
    "parent_asin": "B09",
    "title": "Lamp",
    "average_rating": 4.1,
    "store": "X",
    "categories": ["Home", "Light"],
}


def lines(*objects: object) -> str:
    return "".join(json.dumps(one) + "\n" for one in objects)


@pytest.mark.parametrize(
    ("name", "text", "layout", "kind", "roles", "first"),
    [
        (
            "u.data",
            "196\t242\t3\t881250949\n",
            "MovieLens 100K ratings",
            "interactions",
            {"user": "user_id", "item": "item_id", "value": "rating", "time": "timestamp", "time.unit": "s"},
            ("196", "242", "3", "881250949"),
        ),
        (
            "u.item",
            f"{STUDIO}\n{NO_GENRE}\n",
            "MovieLens 100K films",
            "items",
            {"item.id": "item_id", "item.title": "title", "item.categories.genre": "genres", "item.separator": "pipe"},
            ("1", "Toy Story (1995)", "01-Jan-1995", "", "http://x", "0", "Animation|Children's|Comedy"),
        ),
        (
            "u.user",
            "1|24|M|technician|85711\n2|53|F|other|T8H1N\n",
            "MovieLens 100K users",
            "users",
            {"user.id": "user_id", "user.age": "age", "user.category.gender": "gender"}
            | {"user.category.occupation": "occupation"},
            ("1", "24", "M", "technician", "85711"),
        ),
        (
            "ratings.dat",
            "1::1193::5::978300760\n",
            "MovieLens 1M ratings",
            "interactions",
            {"user": "user_id", "item": "item_id", "value": "rating", "time": "timestamp", "time.unit": "s"},
            ("1", "1193", "5", "978300760"),
        ),
        (
            "movies.dat",
            '1::A: "b" (1995)::Drama|Musical\n2::Misérables, Les (1995)::Drama\n',
            "MovieLens 1M films",
            "items",
            {"item.id": "item_id", "item.title": "title", "item.categories.genre": "genres", "item.separator": "pipe"},
            ("1", 'A: "b" (1995)', "Drama|Musical"),
        ),
        (
            "users.dat",
            "1::F::1::10::48067\n",
            "MovieLens 1M users",
            "users",
            {"user.id": "user_id", "user.age": "age", "user.category.gender": "gender"}
            | {"user.category.occupation": "occupation"},
            ("1", "F", "1", "10", "48067"),
        ),
        (
            "ratings.csv",
            "userId,movieId,rating,timestamp\n1,296,5.0,1147880044\n",
            "MovieLens 25M ratings",
            "interactions",
            {"user": "userId", "item": "movieId", "value": "rating", "time": "timestamp", "time.unit": "s"},
            ("1", "296", "5.0", "1147880044"),
        ),
        (
            "movies.csv",
            'movieId,title,genres\n11,"American President, The (1995)",(no genres listed)\n',
            "MovieLens 25M films",
            "items",
            {"item.id": "movieId", "item.title": "title", "item.categories.genre": "genres", "item.separator": "pipe"},
            ("11", "American President, The (1995)", "(no genres listed)"),
        ),
        (
            "tags.csv",
            "userId,movieId,tag,timestamp\n3,260,classic,1\n",
            "MovieLens 25M tags",
            None,
            {},
            ("3", "260", "classic", "1"),
        ),
        (
            "x.inter",
            "user_id:token\titem_id:token\trating:float\n1\t2\t3.0\n",
            "RecBole atomic file",
            "interactions",
            {"user": "user_id:token", "item": "item_id:token", "value": "rating:float"},
            ("1", "2", "3.0"),
        ),
        (
            "x.item",
            'item_id:token\tmovie_title:token_seq\trelease_year:token\tclass:token_seq\n1\t"Great" Cats\t1995\tA B\n',
            "RecBole atomic file",
            "items",
            {"item.id": "item_id:token", "item.title": "movie_title:token_seq", "item.year": "release_year:token"}
            | {"item.categories.genre": "class:token_seq", "item.separator": "space"},
            ("1", '"Great" Cats', "1995", "A B"),
        ),
        (
            "reviews.json",
            lines(REVIEW_2018),
            "Amazon Reviews 2018",
            "interactions",
            {"user": "reviewerID", "item": "asin", "value": "overall", "time": "unixReviewTime", "time.unit": "s"},
            ("A2", "0700026657", 5.0, 1404691200, '{"a": "b"}'),
        ),
        (
            "reviews.jsonl",
            lines(REVIEW_2023),
            "Amazon Reviews 2023",
            "interactions",
            {"user": "user_id", "item": "parent_asin", "value": "rating", "time": "timestamp", "time.unit": "ms"},
            ("AF", "B09", 4.0, 1658185117948, []),
        ),
        (
            "meta.jsonl",
            lines(PRODUCT_2023),
            "Amazon Reviews 2023 products",
            "items",
            {"item.id": "parent_asin", "item.title": "title", "item.category.store": "store"}
            | {"item.categories.category": "categories"},
            ("B09", "Lamp", 4.1, "X", ["Home", "Light"]),
        ),
        (
            "ratings_only.csv",
            "A1N4O8VOJZTDVB,B004A9SDD8,3.0,1383350400\n",
            "Amazon Reviews 2014 ratings",
            "interactions",
            {"user": "user_id", "item": "item_id", "value": "rating", "time": "timestamp", "time.unit": "s"},
            ("A1N4O8VOJZTDVB", "B004A9SDD8", "3.0", "1383350400"),
        ),
    ],
)
def test_a_known_layout_is_recognised_at_sight(
    name: str, text: str, layout: str, kind: str | None, roles: dict[str, str], first: tuple[object, ...]
) -> None:
    found = find_table(Source.memory(name, text.encode("latin-1")))
    assert (found.layout, found.kind, found.roles) == (layout, kind, roles)
    assert read_found(found).frame.row(0) == first
    # one line is row 1 where there is no header
    assert read_found(found).line(0) == (
        2 if name.endswith((".csv", ".inter", ".item")) and "only" not in name and name != "u.item" else 1
    )


def test_the_genres_of_movielens_100k_are_one_column_wherever_it_is_asked_for() -> None:
    found = find_table(Source.memory("u.item", f"{STUDIO}\n{NO_GENRE}\n".encode()))
    table = read_found(found, ["genres", "item_id"])
    assert table.frame.rows() == [("Animation|Children's|Comedy", "1"), ("", "267")]
    assert read_found(found, ["title"]).frame.rows() == [("Toy Story (1995)",), ("unknown",)]


def test_the_roles_of_layouts_are_a_mapping() -> None:
    ratings = find_table(Source.memory("r", b"1::1193::5::978300760\n"))
    films = find_table(Source.memory("m", b"1::Toy Story (1995)::Comedy\n"))
    users = find_table(Source.memory("u", b"1::F::1::10::48067\n"))
    pairs = {**ratings.roles, **films.roles, **users.roles}
    mapping = map_columns(pairs, ratings.columns, films.columns, users.columns)
    assert (mapping.user, mapping.item_title, mapping.user_age) == ("user_id", "title", "age")


@pytest.mark.parametrize(
    "text",
    [
        "196\t242\t9\t881250949\n",  # no stars
        "user_id,item_id,rating\n1,2,3\n",
        "userId,movieId,rating,timestamp,comment\n1,2,3,4,x\n",
        "id:number,b:token\n1,2\n",
    ],
)
def test_what_only_looks_alike_is_no_layout(text: str) -> None:
    assert find_table(Source.memory("x", text.encode())).layout is None


def test_a_first_row_of_numbers_is_no_header() -> None:
    found = find_table(Source.memory("x", b"1,2,3.5\n4,5,6\n"))
    assert found.columns == ("column 1", "column 2", "column 3")
    assert found.facts["header"] == "none"
    assert read_found(found).frame.rows() == [("1", "2", "3.5"), ("4", "5", "6")]
