"""Well-known layouts of files: recognised at sight, by their columns or, without a header, by their first rows."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from recengine.data.sources.found import TableKind


@dataclass(frozen=True)
class Layout:
    """name: how people call it. kind: which of the three tables it is; None for one that is none of them. roles:
    `{role: column}` as the mapping takes them. columns: their names, for files without a header. flags: columns of 0
    and 1 that are read as one of labels. facts: what to know.
    """

    name: str
    kind: TableKind | None = None
    roles: Mapping[str, str] = field(default_factory=dict)
    columns: tuple[str, ...] = ()
    facts: Mapping[str, str] = field(default_factory=dict)
    flags: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


_RATINGS = {"user": "user_id", "item": "item_id", "value": "rating", "time": "timestamp", "time.unit": "s"}
_GENRES_100K = (
    *("unknown", "Action", "Adventure", "Animation", "Children's", "Comedy", "Crime", "Documentary", "Drama"),
    *("Fantasy", "Film-Noir", "Horror", "Musical", "Mystery", "Romance", "Sci-Fi", "Thriller", "War", "Western"),
)
_YEAR_IN_TITLE = {"year": "stands in brackets at the end of each title"}
_GENRES_BY_PIPE = {"genres": "separated by a pipe; (no genres listed) stands for none"}


@dataclass(frozen=True)
class _Headerless:
    """A layout without a header: its separator, and a pattern for each cell of every row."""

    separator: str
    cells: tuple[str, ...]
    layout: Layout


_ID, _STARS, _SECONDS = r"\d{1,9}", r"[0-5](\.\d)?", r"\d{9,10}"
_WHOLE_STARS = r"[1-5]"
_HEADERLESS = (
    _Headerless(
        "\t",
        (_ID, _ID, _WHOLE_STARS, r"8\d{8}"),
        Layout("MovieLens 100K ratings", "interactions", _RATINGS, ("user_id", "item_id", "rating", "timestamp")),
    ),
    _Headerless(
        "|",
        (_ID, r".+", r"(\d\d-\w{3}-\d{4})?", ".*", ".*", *(r"[01]",) * len(_GENRES_100K)),
        Layout(
            "MovieLens 100K films",
            "items",
            {"item.id": "item_id", "item.title": "title", "item.categories.genre": "genres", "item.separator": "pipe"},
            ("item_id", "title", "release_date", "video_release_date", "imdb_url", *_GENRES_100K),
            _YEAR_IN_TITLE | {"genres": "one column of 0 and 1 each in the file, read as one"},
            # "unknown" says that there is none
            {"genres": _GENRES_100K[1:]},
        ),
    ),
    _Headerless(
        "|",
        (_ID, r"\d{1,3}", r"[MF]", r"\w+", r"[\w-]+"),
        Layout(
            "MovieLens 100K users",
            "users",
            {
                "user.id": "user_id",
                "user.age": "age",
                "user.category.gender": "gender",
                "user.category.occupation": "occupation",
            },
            ("user_id", "age", "gender", "occupation", "zip_code"),
        ),
    ),
    _Headerless(
        "::",
        (_ID, _ID, _STARS, _SECONDS),
        Layout("MovieLens 1M ratings", "interactions", _RATINGS, ("user_id", "item_id", "rating", "timestamp")),
    ),
    _Headerless(
        "::",
        (_ID, _ID, r".*", _SECONDS),
        Layout("MovieLens 10M tags", None, {}, ("user_id", "item_id", "tag", "timestamp")),
    ),
    _Headerless(
        "::",
        (_ID, r"[MF]", r"\d{1,2}", r"\d{1,2}", r".*"),
        Layout(
            "MovieLens 1M users",
            "users",
            {
                "user.id": "user_id",
                "user.age": "age",
                "user.category.gender": "gender",
                "user.category.occupation": "occupation",
            },
            ("user_id", "gender", "age", "occupation", "zip_code"),
            {"age": "the youngest of each of seven groups: 1, 18, 25, 35, 45, 50, 56", "occupation": "a code, 0 to 20"},
        ),
    ),
    _Headerless(
        "::",
        (_ID, r".+", r".+"),
        Layout(
            "MovieLens 1M films",
            "items",
            {"item.id": "item_id", "item.title": "title", "item.categories.genre": "genres", "item.separator": "pipe"},
            ("item_id", "title", "genres"),
            _YEAR_IN_TITLE,
        ),
    ),
    _Headerless(
        ",",
        (r"A[0-9A-Z]{8,}", r"[0-9A-Z]{10}", r"[1-5](\.0)?", _SECONDS),
        Layout("Amazon Reviews 2014 ratings", "interactions", _RATINGS, ("user_id", "item_id", "rating", "timestamp")),
    ),
    _Headerless(
        ",",
        (r"[0-9A-Z]{10}", r"A[0-9A-Z]{8,}", r"[1-5](\.0)?", _SECONDS),
        Layout("Amazon Reviews 2018 ratings", "interactions", _RATINGS, ("item_id", "user_id", "rating", "timestamp")),
    ),
)


def headerless_layout(separator: str, rows: Sequence[Sequence[str]]) -> Layout | None:
    """The layout of a text without a header whose first rows are `rows`; None where it is none of them."""
    for one in _HEADERLESS:
        if one.separator == separator and rows and all(_fits(one.cells, row) for row in rows):
            return one.layout
    return None


def layout_of(columns: Sequence[str], name: str = "") -> Layout | None:
    """The layout that has these columns, in any order and perhaps with others; None where it is none of them.

    name: that of the file, whose ending says which of its three files one of RecBole is.
    """
    recbole = _recbole(columns, name)
    if recbole is not None:
        return recbole
    there = set(columns)
    return next((layout for needs, layout in _BY_COLUMNS if needs <= there and _exact(layout, needs, there)), None)


_AMAZON_TEXT = {"item.title": "title", "item.category.brand": "brand", "item.text": "description"}
_BY_COLUMNS: tuple[tuple[frozenset[str], Layout], ...] = (
    (
        frozenset({"userId", "movieId", "rating", "timestamp"}),
        Layout(
            "MovieLens 25M ratings",
            "interactions",
            {"user": "userId", "item": "movieId", "value": "rating", "time": "timestamp", "time.unit": "s"},
        ),
    ),
    (
        frozenset({"movieId", "title", "genres"}),
        Layout(
            "MovieLens 25M films",
            "items",
            {"item.id": "movieId", "item.title": "title", "item.categories.genre": "genres", "item.separator": "pipe"},
            facts=_YEAR_IN_TITLE | _GENRES_BY_PIPE,
        ),
    ),
    (frozenset({"userId", "movieId", "tag", "timestamp"}), Layout("MovieLens 25M tags")),
    (frozenset({"movieId", "imdbId", "tmdbId"}), Layout("MovieLens 25M links")),
    (
        frozenset({"reviewerID", "asin", "overall", "unixReviewTime"}),
        Layout(
            "Amazon Reviews 2018",
            "interactions",
            {"user": "reviewerID", "item": "asin", "value": "overall", "time": "unixReviewTime", "time.unit": "s"},
        ),
    ),
    (
        frozenset({"user_id", "parent_asin", "rating", "timestamp"}),
        Layout(
            "Amazon Reviews 2023",
            "interactions",
            {"user": "user_id", "item": "parent_asin", "value": "rating", "time": "timestamp", "time.unit": "ms"},
        ),
    ),
    (
        frozenset({"parent_asin", "title", "average_rating", "store"}),
        Layout(
            "Amazon Reviews 2023 products",
            "items",
            {
                "item.id": "parent_asin",
                "item.title": "title",
                "item.text": "description",
                "item.category.main_category": "main_category",
                "item.category.store": "store",
                "item.categories.category": "categories",
            },
        ),
    ),
    (
        frozenset({"asin", "title", "also_buy"}),
        Layout(
            "Amazon Reviews 2018 products",
            "items",
            {"item.id": "asin", **_AMAZON_TEXT, "item.categories.category": "category"},
        ),
    ),
)

_TYPED = re.compile(r"[^:]+:(token|token_seq|float|float_seq)")
_KINDS: Mapping[str, TableKind] = {".inter": "interactions", ".item": "items", ".user": "users"}
_TITLES = ("title", "movie_title", "name", "item_title", "item_name")
_NO_CATEGORIES = ("zip_code", "timestamp")


def _recbole(columns: Sequence[str], name: str) -> Layout | None:
    """An atomic file of RecBole: every column has its type behind its name, `user_id:token`."""
    if not all(_TYPED.fullmatch(column) for column in columns):
        return None
    by_name = {column.partition(":")[0]: column for column in columns}
    user = next((by_name[one] for one in ("user_id", "uid") if one in by_name), None)
    item = next((by_name[one] for one in ("item_id", "iid") if one in by_name), None)
    ending = next((kind for suffix, kind in _KINDS.items() if name.lower().endswith(suffix)), None)
    kind = ending or ("interactions" if user and item else "items" if item else "users" if user else None)
    makers: Mapping[str, Callable[[Mapping[str, str], str], dict[str, str]]] = {
        "interactions": lambda names, _: _typed_interactions(names, user, item),
        "items": _typed_items,
        "users": _typed_users,
    }
    key = user if kind == "users" else item
    roles = makers[kind](by_name, key) if kind and key else {}
    return Layout("RecBole atomic file", kind, roles, facts={"types": "behind the name of each column"})


def _typed_interactions(columns: Mapping[str, str], user: str | None, item: str | None) -> dict[str, str]:
    if user is None or item is None:
        return {}
    roles = {"user": user, "item": item}
    if "rating" in columns:
        roles["value"] = columns["rating"]
    if "timestamp" in columns:
        roles["time"] = columns["timestamp"]
    if "session_id" in columns:
        roles["session"] = columns["session_id"]
    return roles


def _typed_items(columns: Mapping[str, str], key: str) -> dict[str, str]:
    roles = {"item.id": key}
    title = next((columns[one] for one in _TITLES if one in columns), None)
    if title:
        roles["item.title"] = title
    for name, column in columns.items():
        kind = column.partition(":")[2]
        if column in (key, title) or name in _NO_CATEGORIES:
            continue
        if name in ("release_year", "year"):
            roles["item.year"] = column
        elif kind == "token_seq" and name in ("description", "text", "plot"):
            roles["item.text"] = column
        elif kind == "token_seq":
            roles[f"item.categories.{'genre' if name in ('class', 'genres') else name}"] = column
            roles["item.separator"] = "space"
        elif kind == "token":
            roles[f"item.category.{name}"] = column
        elif kind == "float":
            roles[f"item.number.{name}"] = column
    return roles


def _typed_users(columns: Mapping[str, str], key: str) -> dict[str, str]:
    roles = {"user.id": key}
    for name, column in columns.items():
        kind = column.partition(":")[2]
        if column == key or name in _NO_CATEGORIES:
            continue
        if name == "age":
            roles["user.age"] = column
        elif kind == "token":
            roles[f"user.category.{name}"] = column
        elif kind == "float":
            roles[f"user.number.{name}"] = column
    return roles


def _fits(patterns: Sequence[str], row: Sequence[str]) -> bool:
    return len(row) == len(patterns) and all(
        re.fullmatch(pattern, cell, re.DOTALL) for pattern, cell in zip(patterns, row, strict=True)
    )


def _exact(layout: Layout, needs: frozenset[str], there: set[str]) -> bool:
    """A file of MovieLens has no other columns; one of Amazon may."""
    return needs == there if layout.name.startswith("MovieLens") else True


def present(layout: Layout, columns: Sequence[str]) -> dict[str, str]:
    """The roles of the layout whose columns are there; settings, which name no column, with them."""
    settings = ("time.unit", "item.separator")
    return {role: column for role, column in layout.roles.items() if column in columns or role in settings}
