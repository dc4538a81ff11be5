"""Guesses for the columns of one table, for what a table is, and for all the tables of an import together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from recengine.data.mapping.draft import Draft
from recengine.data.mapping.guess import Guess, KindGuess, Samples
from recengine.data.mapping.guess_entities import guess_items, guess_users, is_title
from recengine.data.mapping.guess_interactions import guess_interactions
from recengine.data.mapping.look import Look
from recengine.data.mapping.pairs import map_columns
from recengine.data.mapping.roles import ATTRIBUTE_KINDS, REQUIRED, ROLES, table_of, usual_columns
from recengine.data.sources.found import TABLE_KINDS, Found, TableKind

_FILES: Mapping[TableKind, tuple[str, ...]] = {
    "interactions": (
        *("inter", "interactions", "interaction", "ratings", "rating", "events", "reviews", "review", "purchases"),
        *("transactions", "orders", "clicks", "views", "plays", "logs", "log", "behavior", "behaviors", "listens"),
        *("评分", "行为", "交互", "评论", "订单"),
    ),
    "items": (
        *("item", "items", "movies", "products", "books", "games", "catalog", "catalogue", "articles", "songs"),
        *("metadata", "meta", "anime", "tracks", "films", "商品", "物品", "电影", "图书"),
    ),
    "users": ("user", "users", "customers", "members", "profiles", "用户", "会员"),
}


@dataclass(frozen=True)
class Proposal:
    """pairs: as `map_columns` takes them, what was said first; a role that a usual name would give and the cells do not
    bear out is there as "no column". guesses: by table, in the order in which a form shows them.
    """

    pairs: Mapping[str, str]
    guesses: Mapping[TableKind, tuple[Guess, ...]]


def guess_roles(
    kind: TableKind, found: Found | None, sample: pl.DataFrame, others: Samples | None = None
) -> tuple[Guess, ...]:
    """Guesses for one table, those of its layout first. Every column plays one role at most.

    found: None for the rows of a statement. sample: its first rows as `read_found` gives them. others: samples of the
    other tables by kind; an id whose values stand in them too is surer than a name.
    """
    draft = Draft(found, sample)
    guess = {"interactions": guess_interactions, "items": guess_items, "users": guess_users}[kind]
    guess(draft, others or {})
    return tuple(draft.guesses)


def guess_kind(found: Found | None, sample: pl.DataFrame) -> KindGuess:
    """Which of the three tables it is: by its layout, the roles its columns are named for, its name, its ids."""
    if found is not None and found.kind is not None:
        return KindGuess(found.kind, f"{found.layout} has it so", 1.0)
    columns = sample.columns
    user = usual_columns("user", columns, set())
    item = usual_columns("item", columns, set(user))
    if item and not user:
        # where nobody signs in, each session stands for a user
        user = usual_columns("session", columns, set(item))
    both = bool(user and item)
    if both and not _tells_apart(sample, item[0]) | _tells_apart(sample, user[0]):
        return KindGuess("interactions", f"it has users ({user[0]}) and items ({item[0]}), both more than once", 0.95)
    words = re.split(r"[\W_\d]+", (found.name if found is not None else "").lower())
    by_name = next((kind for kind in TABLE_KINDS if set(words) & set(_FILES[kind])), None)
    about_items = len([role for role in ROLES if role.startswith("item.") and usual_columns(role, columns, set(item))])
    about_users = len([role for role in ROLES if role.startswith("user.") and usual_columns(role, columns, set(user))])
    if both and (by_name in (None, "interactions") or about_items <= 1):
        return KindGuess("interactions", f"it has users ({user[0]}) and items ({item[0]})", 0.85)
    if item and not user and (_tells_apart(sample, item[0]) or about_items):
        return KindGuess("items", f"each item ({item[0]}) has a row of its own, and there are no users", 0.9)
    if user and not item and (_tells_apart(sample, user[0]) or about_users):
        return KindGuess("users", f"each user ({user[0]}) has a row of its own, and there are no items", 0.9)
    if by_name is not None:
        return KindGuess(by_name, "the name of the file says so", 0.7)
    if about_items != about_users:
        kind: TableKind = "items" if about_items > about_users else "users"
        return KindGuess(kind, f"most of its columns are those of {kind}", 0.6)
    looks = [Look(column, sample[column]) for column in columns]
    if sample.height > 1 and looks[0].tells_apart:
        if any(is_title(look) for look in looks[1:]):
            return KindGuess("items", "its first column tells all rows apart, and another holds titles", 0.5)
        return KindGuess("users", "its first column tells all rows apart, and none holds titles", 0.3)
    if len([look for look in looks if look.may_be_id]) >= 2:
        return KindGuess("interactions", "it has two columns of ids that come more than once", 0.4)
    return KindGuess("interactions", "nothing tells what it is", 0.1)


def propose(
    tables: Mapping[TableKind, tuple[Found | None, pl.DataFrame]], said: Mapping[str, str] | None = None
) -> Proposal:
    """A whole mapping for the tables of an import. tables: each with its sample, some thousand rows; found is None for
    the rows of a statement. said: pairs that stand as they are; "no column" keeps a role free.

    Raises `DataError` where `said` names what there is not, and where users or items cannot be found.
    """
    said = dict(said or {})
    samples: dict[TableKind, pl.DataFrame] = {kind: sample for kind, (_, sample) in tables.items()}
    guesses: dict[TableKind, tuple[Guess, ...]] = {}
    pairs = dict(said)
    roles = {_role(key) for key in said}
    for kind, (found, sample) in tables.items():
        used = {column for key, column in said.items() if _is_role(key) and table_of(_role(key)) == kind}
        others: dict[TableKind, pl.DataFrame] = {other: one for other, one in samples.items() if other != kind}
        rest = sample.drop(column for column in used if column in sample.columns)
        made = guess_roles(kind, found, rest, others)
        kept = tuple(one for one in made if _stands(one, roles, said))
        guesses[kind] = kept
        pairs |= {one.role: one.column for one in kept}
        there = {_role(key) for key in pairs}
        mine = [role for role in ROLES if table_of(role) == kind and role not in REQUIRED and role not in there]
        pairs |= {role: "" for role in mine if usual_columns(role, sample.columns, set())}
    _drop_orphans(pairs, said)
    columns = {kind: sample.columns for kind, sample in samples.items()}
    names: dict[str, str] = {kind: found.name for kind, (found, _) in tables.items() if found is not None}
    map_columns(pairs, columns["interactions"], columns.get("items"), columns.get("users"), names=names)
    return Proposal(pairs, guesses)


def says_all(pairs: Mapping[str, str], kinds: Iterable[TableKind]) -> bool:
    """Whether `pairs` say of every role of these tables which column plays it, "no column" included."""
    said = {_role(key) for key in pairs}
    tables = set(kinds)
    return all(role in said for role in ROLES if table_of(role) in tables)


def _stands(guess: Guess, roles: set[str], said: Mapping[str, str]) -> bool:
    """Whether what was said leaves room for the guess."""
    return guess.role not in said and not (_is_role(guess.role) and _role(guess.role) in roles)


def _drop_orphans(pairs: dict[str, str], said: Mapping[str, str]) -> None:
    """Leave out guessed settings of attributes that something said has displaced."""
    for key in list(pairs):
        for setting, role in (("item.separator.", "item.categories."), ("user.bins.", "user.number.")):
            name = key.removeprefix(setting)
            if key.startswith(setting) and key not in said and f"{role}{name}" not in pairs:
                age = key == "user.bins.age" and "user.age" in pairs
                if not age:
                    del pairs[key]


def _is_role(key: str) -> bool:
    return _role(key) in ROLES


def _role(key: str) -> str:
    """The role of a key without the name it carries; a setting as it stands."""
    parts = key.split(".", 2)
    role = ".".join(parts[:2])
    return role if len(parts) == 3 and (role in ATTRIBUTE_KINDS or role == "item.text") else key


def _tells_apart(sample: pl.DataFrame, column: str) -> bool:
    """Whether hardly any id of the column comes twice."""
    return sample.height > 1 and Look(column, sample[column]).tells_apart
