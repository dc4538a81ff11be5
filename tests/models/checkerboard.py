"""A dataset whose answer is built in: odd items for some users, even items for the others."""

from __future__ import annotations

import numpy as np
import polars as pl
from scipy.sparse import csr_matrix

from recengine.arrays import Mask
from recengine.data import Attribute, Dataset

N_USERS = 42
N_ITEMS = 24
COLD_ITEM = 20
"""Even, with a text and no interactions."""
WORDLESS_ITEM = 21
"""Odd, with interactions and a blank text."""
NEWCOMER = 41
"""No interactions."""

START = 1_000_000_000
"""Time of the earliest day, in seconds since 1970."""
DAY = 86_400
N_DAYS = 100

_ROMANCE = (
    "love story",
    "wedding comedy",
    "romance in Paris",
    "first kiss",
    "a couple falls in love",
    "bride and groom",
)
_SPACE = ("alien invasion", "space war", "rocket to Mars", "robots attack", "starship battle", "galaxy under fire")


def tastes() -> Mask:
    """(N_USERS, N_ITEMS): two users in three like the even items, the third the odd ones."""
    even_user = np.arange(N_USERS) % 3 < 2
    even_item = np.arange(N_ITEMS) % 2 == 0
    likes: Mask = np.equal.outer(even_user, even_item)
    return likes


def checkerboard() -> tuple[Dataset, csr_matrix]:
    """What is known: two thirds of what each user likes, weights 1 to 5; and the hidden rest, (N_USERS, N_ITEMS)."""
    rng = np.random.default_rng(7)
    liked = tastes()
    liked[:, COLD_ITEM] = False
    liked[NEWCOMER] = False
    shown = liked & (rng.random(liked.shape) < 2 / 3)
    users, items = np.nonzero(shown)
    interactions = pl.DataFrame(
        {
            "user": users.astype(np.int32),
            "item": items.astype(np.int32),
            "weight": rng.integers(1, 6, users.size).astype(np.float32),
            "time": START + DAY * rng.integers(0, N_DAYS, users.size),
            "positive": np.ones(users.size, dtype=np.bool_),
        }
    )
    texts = [f"{(_ROMANCE, _SPACE)[item % 2][item // 2 % 6]}, part {1 + item // 12}" for item in range(N_ITEMS)]
    texts[WORDLESS_ITEM] = " "
    catalogue = pl.DataFrame(
        {
            "id": [f"i{item}" for item in range(N_ITEMS)],
            "title": [f"Item {item}" for item in range(N_ITEMS)],
            "text": texts,
            # the kind of an item is among its genres; one item in four has another one too
            "genres": [
                [("romance", "space")[item % 2], *(["family"] if item % 4 == 0 else [])] for item in range(N_ITEMS)
            ],
            "year": [1980.0 + item % 2 * 20 + item // 2 for item in range(N_ITEMS)],
        },
        schema_overrides={"genres": pl.List(pl.String)},
    )
    # what people like shows in their club, and their age says nothing
    people = pl.DataFrame(
        {
            "id": [f"u{user}" for user in range(N_USERS)],
            "club": ["dancers" if user % 3 < 2 else "pilots" for user in range(N_USERS)],
            "age": [20.0 + user for user in range(N_USERS)],
        }
    )
    dataset = Dataset(
        "checkerboard",
        interactions,
        catalogue,
        people,
        (Attribute("genres", "categories"), Attribute("year", "number")),
        (Attribute("club", "category"), Attribute("age", "number")),
        "checkerboard",
    )
    return dataset, csr_matrix((liked & ~shown).astype(np.float32))


def _genres(item: int) -> list[str]:
    kind = ("romance", "space")[item % 2]
    return [kind, "family"] if item % 4 == 0 else [kind]
