"""A generated sample whose true preferences are known: nothing to download, and tests have a right answer."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Values, read_only
from recengine.data.build import PositiveFrom, build_dataset
from recengine.data.dataset import Dataset
from recengine.data.mapping import AttributeColumn, ColumnMapping
from recengine.data.report import ImportReport
from recengine.data.samples.words import ADJECTIVES, GENRES, NOUNS, PLOTS
from recengine.data.table import Table
from recengine.errors import DataError

GROUPS = ("valley", "coast", "mountain")
"""User groups, the largest first; the smallest also has the shortest histories, so it is served worst."""
_GROUP_SHARES = (0.60, 0.28, 0.12)
_GROUP_ACTIVITY = (1.0, 0.9, 0.55)
# mean liking of each group for each of GENRES, in stars above or below its average
_GROUP_TASTE = np.array(
    [
        [0.0, 1.0, -0.3, -0.8, 0.6, -0.6, 1.0, -0.9],
        [1.0, -0.2, 0.3, 1.0, 0.2, -0.7, -0.8, -0.2],
        [-0.2, -0.8, 0.7, -0.3, -0.7, 1.2, -1.0, 1.3],
    ]
)
# what one step of ten years above 36 adds
_AGE_TASTE = np.array([-0.10, -0.05, 0.05, 0.20, 0.20, -0.20, 0.05, -0.15])
_MEAN_STARS = 3.4
_START = 1_672_531_200  # 1 January 2023, UTC
_SPAN = 365 * 86_400
_MONTH = 30 * 86_400
_BLOCK = 1024


@dataclass(frozen=True)
class _World:
    """What is drawn first, and alone decides who truly likes what.

    group, age (U,); taste (U, genres): stars a genre adds. genres (I, genres): shares that sum to 1; quality (I,).
    """

    group: NDArray[np.int64]
    age: NDArray[np.int64]
    taste: Values
    genres: Values
    quality: Values

    def preferences(self, users: slice) -> Values:
        """Stars before noise, (users, I)."""
        stars: Values = _MEAN_STARS + self.taste[users] @ self.genres.T + self.quality
        return stars


def synthetic(
    n_users: int = 600, n_items: int = 400, seed: int = 0, *, positive_from: PositiveFrom = "auto"
) -> Dataset:
    """The generated dataset of this size and seed; the same arguments give the same fingerprint.

    Users have a `group` of unequal size and taste and an `age` (3 % without); items have `genre`, `year` and a text
    that says what they are. Ratings of 1 to 5 follow the true preferences with noise; who rates what follows
    popularity, long-tailed, and preference. The newest twentieth of the catalogue has no interactions, the twentieth
    before it only a few, each among its user's last: under a split by time they are cold in train and asked in test.

    Raises `DataError` for fewer than 1 user or 4 items.
    """
    return build_synthetic(n_users, n_items, seed, positive_from=positive_from)[0]


def synthetic_preferences(n_users: int = 600, n_items: int = 400, seed: int = 0) -> Values:
    """The true preferences behind `synthetic` of the same arguments, (n_users, n_items), in stars, higher is better.

    The rating that a user would give to an item on average, before it is rounded and cut to 1 to 5.
    """
    return read_only(_world(n_users, n_items, np.random.default_rng(seed)).preferences(slice(None)))


def build_synthetic(
    n_users: int = 600, n_items: int = 400, seed: int = 0, *, positive_from: PositiveFrom = "auto"
) -> tuple[Dataset, ImportReport]:
    """`synthetic` with the report of its import."""
    rng = np.random.default_rng(seed)
    world = _world(n_users, n_items, rng)
    years = np.sort(rng.integers(1975, 2025, n_items))
    items = Table("synthetic items", _items(world, years, rng))
    users = Table("synthetic users", _users(world, rng))
    interactions = Table("synthetic interactions", _interactions(world, items.frame["id"], users.frame["id"], rng))
    mapping = ColumnMapping(
        user="user",
        item="item",
        value="rating",
        time="time",
        item_id="id",
        item_title="title",
        item_texts=("description",),
        item_year="year",
        item_attributes=(AttributeColumn("genre", "genres", "categories"),),
        user_id="id",
        user_age="age",
        user_attributes=(AttributeColumn("group", "group", "category"),),
    )
    return build_dataset("synthetic", interactions, items, users, mapping, positive_from, notes=(_NOTE,))


_NOTE = "Generated data: users, items and ratings are invented, and the true preferences are known."


def _world(n_users: int, n_items: int, rng: np.random.Generator) -> _World:
    if n_users < 1 or n_items < 4:
        raise DataError(f"synthetic: needs at least 1 user and 4 items, got {n_users} and {n_items}. Ask for more.")
    group = rng.choice(len(GROUPS), n_users, p=_GROUP_SHARES)
    age = np.clip(np.rint(rng.normal(36, 14, n_users)), 13, 80).astype(np.int64)
    own = rng.normal(0, 0.6, (n_users, len(GENRES)))
    taste = _GROUP_TASTE[group] + _AGE_TASTE * ((age - 36) / 10)[:, None] + own
    first = rng.integers(0, len(GENRES), n_items)
    second = rng.integers(0, len(GENRES), n_items)
    genres = np.zeros((n_items, len(GENRES)))
    genres[np.arange(n_items), first] = 1.0
    mixed = (rng.random(n_items) < 0.45) & (first != second)
    genres[mixed, first[mixed]] = 0.6
    genres[mixed, second[mixed]] = 0.4
    return _World(group, age, taste, genres, quality=rng.normal(0, 0.35, n_items))


def _items(world: _World, years: NDArray[np.int64], rng: np.random.Generator) -> pl.DataFrame:
    n_items = world.quality.size
    first = world.genres.argmax(axis=1)
    adjective, noun, plot = rng.integers(0, (len(ADJECTIVES), len(NOUNS[0]), len(PLOTS[0])), (n_items, 3)).T
    names = np.array(GENRES)
    # the main genre first; a genre of share 0 is none of the item's
    listed = np.argsort(-world.genres, axis=1, kind="stable")[:, :2]
    has_second = world.genres[np.arange(n_items), listed[:, 1]] > 0
    frame = pl.DataFrame(
        {
            "id": [f"i{number:05d}" for number in range(1, n_items + 1)],
            "adjective": np.array(ADJECTIVES)[adjective],
            "noun": np.array(NOUNS)[first, noun],
            "year": years,
            "first": names[listed[:, 0]],
            "second": names[listed[:, 1]],
            "has_second": has_second,
            "description": np.array(PLOTS)[first, plot],
        }
    )
    title = pl.concat_str("adjective", pl.lit(" "), "noun")
    part = pl.int_range(1, pl.len() + 1).over(title)
    return frame.select(
        "id",
        # a title that comes again is a sequel
        pl.when(part > 1).then(pl.concat_str(title, pl.lit(" "), part)).otherwise(title).alias("title"),
        pl.concat_str("first", pl.when("has_second").then(pl.concat_str(pl.lit("|"), "second")).otherwise(pl.lit("")))
        .alias("genres"),
        "year",
        "description",
    )  # fmt: skip


def _users(world: _World, rng: np.random.Generator) -> pl.DataFrame:
    n_users = world.group.size
    frame = pl.DataFrame(
        {
            "id": [f"u{number:05d}" for number in range(1, n_users + 1)],
            "group": np.array(GROUPS)[world.group],
            "age": world.age,
            "age_unknown": rng.random(n_users) < 0.03,
        }
    )
    return frame.select("id", "group", pl.when(~pl.col("age_unknown")).then("age").alias("age"))


def _interactions(world: _World, item_ids: pl.Series, user_ids: pl.Series, rng: np.random.Generator) -> pl.DataFrame:
    """Who rates what, when, how: without replacement by popularity and preference, in the order of time."""
    n_users, n_items = world.group.size, world.quality.size
    n_unseen = n_items // 20
    n_seen = n_items - n_unseen
    is_new = np.arange(n_seen) >= n_seen - n_unseen
    # Zipf's law over a random order; what is new has hardly been found yet
    log_popularity = -0.9 * np.log(np.where(is_new, 8.0 * n_seen, rng.permutation(n_seen) + 1.0))
    activity = 34 * np.array(_GROUP_ACTIVITY)[world.group] * rng.lognormal(0, 0.55, n_users)
    lengths = np.clip(np.rint(activity), 3, max(n_seen // 2, 2)).astype(np.int64)
    users, items, stars = [], [], []
    for start in range(0, n_users, _BLOCK):  # by blocks, so that a large sample fits in memory
        block = slice(start, min(start + _BLOCK, n_users))
        liked = world.preferences(block)[:, :n_seen]
        # the largest Gumbel keys are a draw without replacement (Kool et al. 2019, ICML)
        keys = log_popularity + 0.8 * liked + rng.gumbel(size=liked.shape)
        longest = int(lengths[block].max())
        best = np.argpartition(-keys, longest - 1, axis=1)[:, :longest]
        best = np.take_along_axis(best, np.argsort(-np.take_along_axis(keys, best, axis=1), axis=1), axis=1)
        row, place = np.nonzero(np.arange(longest) < lengths[block, None])
        users.append(row + start)
        items.append(best[row, place])
        stars.append(liked[row, best[row, place]])
    user, item = np.concatenate(users), np.concatenate(items)
    noisy = np.concatenate(stars) + rng.normal(0, 0.6, user.size)
    joined = rng.integers(0, _SPAN, n_users)
    # a user is active for one span; new items come in the month after it
    since = np.where(is_new[item], _SPAN, 0) + rng.integers(0, np.where(is_new[item], _MONTH, _SPAN))
    time = _START + joined[user] + since
    frame = pl.DataFrame(
        {
            "user": user_ids.gather(user),
            "item": item_ids.gather(item),
            "rating": np.clip(np.rint(noisy), 1, 5).astype(np.int64),
            "time": time,
        }
    )
    return frame.sort("time", maintain_order=True)
