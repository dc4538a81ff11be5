"""Columns and their roles, both ways: a page asks what each column is, a mapping says which column each role has.

No Streamlit here. Pairs are those that `recengine.data.map_columns` takes, of one table.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from recengine.data.mapping.roles import ATTRIBUTE_KINDS, REQUIRED, ROLES, plain_name, table_of
from recengine.data.sources import TableKind

NOT_USED = ""
ID_AND_TITLE = "item.id+item.title"
"""A column that is both, as in a catalogue that knows things by their names."""
TITLE_AND_YEAR = "item.title+item.year"
"""A title such as "Heat (1995)"."""
COMPOUNDS = {frozenset(role.split("+")): role for role in (ID_AND_TITLE, TITLE_AND_YEAR)}
TEXT = "item.text"
LABELS: Mapping[str, str] = {
    NOT_USED: "Not used",
    "user": "User",
    "item": "Item",
    "value": "Value",
    "event": "Event type",
    "time": "Time",
    "session": "Session",
    "item.id": "Item id",
    "item.title": "Title",
    ID_AND_TITLE: "Item id and title",
    TITLE_AND_YEAR: "Title with the year in it",
    TEXT: "Text",
    "item.category": "Category",
    "item.categories": "Categories, several in a cell",
    "item.number": "Number",
    "item.year": "Year",
    "item.image": "Image address",
    "user.id": "User id",
    "user.age": "Age",
    "user.category": "Category",
    "user.number": "Number",
}
"""What the page calls each role, in the order in which it offers them."""
ABOUT: Mapping[str, str] = {
    "user": "who did it; needed",
    "item": "with what; needed",
    "value": "how much: a rating, a play time, a count",
    "event": "what was done: view, cart, purchase; each with a weight of its own",
    "time": "when",
    "session": "in which visit",
    "item.id": "as the interactions have it; needed",
    "item.title": "what lists show",
    TEXT: "read by scorers that know language; several columns can be",
    "item.category": "one label, such as a brand",
    "item.categories": "several labels in a cell, such as genres",
    "item.number": "such as a price",
    "item.year": "when it came out",
    "item.image": "where its picture is; kept, never fetched",
    "user.id": "as the interactions have it; needed",
    "user.age": "in years; age groups are made of it",
    "user.category": "one label, such as gender or country",
    "user.number": "groups can be made of it",
}
_RESERVED = frozenset({"id", "title", "text", "image"})


def offered(kind: TableKind) -> tuple[str, ...]:
    """The roles that a column of such a table can have, "not used" last."""
    own = [role for role in LABELS if role and table_of(role.partition("+")[0]) == kind]
    return (*own, NOT_USED)


def role_of(key: str) -> str | None:
    """The role that a key of the pairs gives to a column; None for a setting, whose value is no column."""
    if key in ROLES:
        return key
    role = ".".join(key.split(".")[:2])
    return role if role in ATTRIBUTE_KINDS or role == TEXT else None


def name_of(key: str) -> str:
    """The name that the key of an attribute carries."""
    return key.split(".", maxsplit=2)[2] if key.count(".") > 1 else ""


def roles_of(pairs: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """The role of every column, in the order of the table; `NOT_USED` where it has none."""
    played: dict[str, list[str]] = {column: [] for column in columns}
    for key, column in pairs.items():
        role = role_of(key)
        if role is not None and column in played:
            played[column].append(role)
    return {
        column: COMPOUNDS.get(frozenset(roles), roles[0]) if roles else NOT_USED for column, roles in played.items()
    }


def key_of(pairs: Mapping[str, str], column: str) -> str | None:
    """The first key that gives `column` a role."""
    return next((key for key, value in pairs.items() if value == column and role_of(key) is not None), None)


def with_role(pairs: Mapping[str, str], column: str, role: str) -> dict[str, str]:
    """The pairs with another role for `column`. A role that only one column can have is taken from the other."""
    gone = {key for key, value in pairs.items() if value == column and role_of(key) is not None}
    wanted = role.split("+") if role else []
    single = {one for one in wanted if one not in ATTRIBUTE_KINDS and one != TEXT}
    kept = {key: value for key, value in pairs.items() if key not in gone | single}
    kept = _without_settings(kept, {name_of(key) or plain_name(column) for key in gone})
    for one in wanted:
        if one in ATTRIBUTE_KINDS:
            kept[f"{one}.{_free_name(kept, one, plain_name(column))}"] = column
        elif one == TEXT:
            kept[f"{TEXT}.{len(pairs) + 1_000}"] = column
        else:
            kept[one] = column
    return _numbered(kept)


def complete(pairs: Mapping[str, str], kind: TableKind) -> dict[str, str]:
    """The pairs with "no column" for every role that has none: nothing is guessed beyond what the page shows."""
    taken = {role_of(key) for key in pairs}
    return {**{role: "" for role in ROLES if table_of(role) == kind and role not in taken}, **pairs}


def missing(pairs: Mapping[str, str], kind: TableKind) -> list[str]:
    """What the page calls the roles that the table must have and has not."""
    return [LABELS[role] for role in REQUIRED if table_of(role) == kind and not pairs.get(role)]


def of_columns(pairs: Mapping[str, str], columns: Sequence[str]) -> dict[str, str]:
    """The pairs that still mean something where the table has these columns."""
    gone = {key for key, value in pairs.items() if role_of(key) is not None and value not in columns}
    kept = {key: value for key, value in pairs.items() if key not in gone}
    return _numbered(_without_settings(kept, {name_of(key) or plain_name(pairs[key]) for key in gone}))


def _without_settings(pairs: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """Without the settings of attributes that are no more."""
    gone = {f"{setting}.{name}" for name in names for setting in ("item.separator", "user.bins")}
    return {key: value for key, value in pairs.items() if key not in gone}


def _free_name(pairs: Mapping[str, str], role: str, name: str) -> str:
    """`name`, or one like it where that names another attribute already."""
    table = table_of(role)
    taken = {
        name_of(key) or plain_name(value)
        for key, value in pairs.items()
        if role_of(key) in ATTRIBUTE_KINDS and table_of(key) == table
    } | _RESERVED
    names = (name, *(f"{name} {number}" for number in range(2, len(taken) + 3)))
    return next(one for one in names if one not in taken)


def _numbered(pairs: Mapping[str, str]) -> dict[str, str]:
    """The columns of text as `item.text`, `item.text.2`, … in their order."""
    texts = [value for key, value in pairs.items() if role_of(key) == TEXT]
    others = {key: value for key, value in pairs.items() if role_of(key) != TEXT}
    return others | {TEXT if place == 1 else f"{TEXT}.{place}": value for place, value in enumerate(texts, start=1)}
