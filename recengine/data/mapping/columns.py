"""Which column plays which role: what the caller says, and sensible guesses for the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from recengine.data.dataset import AttributeKind
from recengine.data.table import quoted
from recengine.errors import DataError

_USER = ("user_id", "userid", "user", "uid", "customer_id", "customerid", "customer", "member_id", "visitor_id")
_ITEM: tuple[str, ...] = (
    "item_id",
    "itemid",
    "item",
    "movie_id",
    "movieid",
    "product_id",
    "productid",
    "product",
    "sku",
    "asin",
)
_ITEM += ("isbn", "book_id", "game_id", "anime_id", "song_id", "track_id", "article_id")

ROLES: Mapping[str, tuple[str, ...]] = {
    "user": _USER,
    "item": _ITEM,
    "value": ("rating", "value", "score", "stars", "weight", "count", "plays", "play_count", "hours", "quantity"),
    "time": ("timestamp", "time", "date", "datetime", "unixtime", "event_time", "created_at"),
    "item.id": (*_ITEM, "id"),
    "item.title": ("title", "movie_title", "item_title", "product_title", "name", "item_name", "product_name"),
    "item.text": ("description", "text", "overview", "plot", "summary", "synopsis"),
    "item.year": ("year", "release_year", "publication_year"),
    "item.category": ("category", "type", "brand", "publisher", "language", "department"),
    "item.categories": ("genres", "genre", "categories", "tags"),
    "item.number": (),
    "user.id": (*_USER, "id"),
    "user.age": ("age",),
    "user.category": ("gender", "sex", "occupation", "age_group", "country", "region", "segment", "group"),
    "user.number": (),
}
"""Each role with the column names that are taken for it when nothing is said, the likeliest first."""

SEPARATOR = "item.separator"
"""Not a column: what stands between the labels of every `item.categories` cell."""

_ATTRIBUTE_KINDS: Mapping[str, AttributeKind] = {
    "item.category": "category",
    "item.categories": "categories",
    "item.number": "number",
    "user.category": "category",
    "user.number": "number",
}
_REQUIRED = ("user", "item", "item.id", "user.id")
_RESERVED = ("id", "title", "text")


@dataclass(frozen=True)
class AttributeColumn:
    """A column of the catalogue or the user table that becomes the attribute `name`."""

    name: str
    column: str
    kind: AttributeKind


@dataclass(frozen=True)
class ColumnMapping:
    """The column of each role; None where no column plays it, or the table was not given."""

    user: str
    item: str
    value: str | None = None
    time: str | None = None
    item_id: str | None = None
    item_title: str | None = None
    item_text: str | None = None
    item_year: str | None = None
    item_attributes: tuple[AttributeColumn, ...] = ()
    separator: str | None = None
    user_id: str | None = None
    user_age: str | None = None
    user_attributes: tuple[AttributeColumn, ...] = ()

    def columns(self, table: str) -> list[str]:
        """The columns of one table ("interactions", "items" or "users") that play a role, each once."""
        by_table = {
            "interactions": (self.user, self.item, self.value, self.time),
            "items": (self.item_id, self.item_title, self.item_text, self.item_year),
            "users": (self.user_id, self.user_age),
        }
        attributes = {"items": self.item_attributes, "users": self.user_attributes}.get(table, ())
        used = [*by_table[table], *(attribute.column for attribute in attributes)]
        return list(dict.fromkeys(column for column in used if column is not None))

    def to_json(self) -> dict[str, str]:
        """As `role: column` pairs, for reports and fingerprints; a role that no column plays is left out."""
        pairs = {
            "user": self.user,
            "item": self.item,
            "value": self.value,
            "time": self.time,
            "item.id": self.item_id,
            "item.title": self.item_title,
            "item.text": self.item_text,
            "item.year": self.item_year,
            SEPARATOR: self.separator,
            "user.id": self.user_id,
            "user.age": self.user_age,
        }
        for table, attributes in (("item", self.item_attributes), ("user", self.user_attributes)):
            pairs |= {f"{table}.{attribute.kind}.{attribute.name}": attribute.column for attribute in attributes}
        return {role: column for role, column in pairs.items() if column is not None}


def map_columns(
    pairs: Mapping[str, str],
    interactions: Sequence[str],
    items: Sequence[str] | None = None,
    users: Sequence[str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
) -> ColumnMapping:
    """The mapping that `pairs` (role: column) and the columns of the three tables give.

    Roles are those of `ROLES`; a role of attributes may carry a name, `item.category.brand`, and is then taken as
    often as there are names; without one the attribute is named like its column. An empty column means "no column".
    Roles that `pairs` leaves out are guessed from the usual names; letter case, blanks, and a type after a colon
    (`user_id:token`) do not matter for a guess. names: how messages call the tables.

    Raises `DataError` for an unknown role or column, a table that was not given, or no column for users and items.
    """
    tables = {"interactions": interactions, "items": items, "users": users}
    names = {table: (names or {}).get(table, table) for table in tables}
    chosen: dict[str, str] = {}
    attributes: dict[str, list[AttributeColumn]] = {"items": [], "users": []}
    named: set[str] = set()
    for key, column in pairs.items():
        if key == SEPARATOR:
            continue
        role, name = _role(key)
        named.add(role)
        if column == "":
            continue
        _check_column(key, column, table=names[_table(role)], columns=tables[_table(role)])
        if role in _ATTRIBUTE_KINDS:
            attributes[_table(role)].append(AttributeColumn(name or _plain(column), column, _ATTRIBUTE_KINDS[role]))
        else:
            chosen[role] = column
    if "user" in chosen and chosen["user"] == chosen.get("item"):
        raise DataError(f"mapping: user and item are both {quoted(chosen['user'])}. Choose a column for each.")

    for role in ROLES:
        table, columns = _table(role), tables[_table(role)]
        if columns is None or role in named:
            continue
        taken = {column for other, column in chosen.items() if _table(other) == table}
        if role in _ATTRIBUTE_KINDS:
            taken |= {attribute.column for attribute in attributes[table]}
            kind = _ATTRIBUTE_KINDS[role]
            free = _usual(role, columns, taken)
            attributes[table].extend(AttributeColumn(_plain(column), column, kind) for column in free)
        elif free := _usual(role, columns, taken):
            # what is mapped as an attribute may still be the id or the title as well
            chosen[role] = free[0]
    for role in _REQUIRED:
        columns = tables[_table(role)]
        if columns is not None and role not in chosen:
            raise DataError(
                f"{names[_table(role)]}: no column for the role {role}; the columns are {_listed(columns)}. "
                f"Say which: {role}=COLUMN."
            )
    for table, listed in attributes.items():
        _check_names(names.get(table, table), listed)
    return ColumnMapping(
        user=chosen["user"],
        item=chosen["item"],
        value=chosen.get("value"),
        time=chosen.get("time"),
        item_id=chosen.get("item.id"),
        item_title=chosen.get("item.title"),
        item_text=chosen.get("item.text"),
        item_year=chosen.get("item.year"),
        item_attributes=tuple(attributes["items"]),
        separator=pairs.get(SEPARATOR) or None,
        user_id=chosen.get("user.id"),
        user_age=chosen.get("user.age"),
        user_attributes=tuple(attributes["users"]),
    )


def _role(key: str) -> tuple[str, str]:
    """The role of `key` and, for a role of attributes, the name it carries (may be empty)."""
    if key in ROLES:
        return key, ""
    parts = key.split(".", maxsplit=2)
    role = ".".join(parts[:2])
    if len(parts) == 3 and role in _ATTRIBUTE_KINDS and parts[2]:
        return role, parts[2]
    raise DataError(f"mapping: unknown role {quoted(key)}. Use one of: {', '.join((*ROLES, SEPARATOR))}.")


def _table(role: str) -> str:
    return {"item": "items", "user": "users"}[role.partition(".")[0]] if "." in role else "interactions"


def _usual(role: str, columns: Sequence[str], taken: set[str]) -> list[str]:
    """The columns of the usual names that are still free, the likeliest first."""
    by_name: dict[str, str] = {}
    for column in columns:
        if column not in taken:
            by_name.setdefault(re.sub(r"[\s_-]+", "_", _plain(column).lower()), column)
    return [by_name[name] for name in ROLES[role] if name in by_name]


def _plain(column: str) -> str:
    return column.partition(":")[0].strip()


def _check_column(key: str, column: str, *, table: str, columns: Sequence[str] | None) -> None:
    if columns is None:
        raise DataError(f"mapping: {key} needs a table of {table}, and none was given. Give one or leave {key} out.")
    if column not in columns:
        raise DataError(
            f"{table}: no column {quoted(column)} for the role {key}; the columns are {_listed(columns)}. "
            "Map one of them."
        )


def _check_names(table: str, attributes: Sequence[AttributeColumn]) -> None:
    names = [attribute.name for attribute in attributes]
    for name in names:
        if name in _RESERVED or names.count(name) > 1 or not name:
            raise DataError(
                f"{table}: {quoted(name)} cannot name one attribute more. "
                "Name it yourself, as in item.category.NAME=COLUMN."
            )


def _listed(columns: Sequence[str]) -> str:
    shown = ", ".join(quoted(column) for column in columns[:12])
    return f"{shown} and {len(columns) - 12} more" if len(columns) > 12 else shown
