"""From pairs of text to a mapping: what the caller says, and the usual names for the rest."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from recengine.data.mapping.columns import AttributeColumn, ColumnMapping
from recengine.data.mapping.roles import (
    ATTRIBUTE_KINDS,
    BINS_OF,
    REQUIRED,
    ROLES,
    SEPARATOR,
    SEPARATOR_OF,
    SETTINGS,
    WEIGHT_OF,
    is_setting,
    plain_name,
    table_of,
    usual_columns,
)
from recengine.data.mapping.settings import (
    read_bins,
    read_clip,
    read_rule,
    read_separator,
    read_unit,
    read_weight,
    read_zone,
)
from recengine.data.mapping.template import template_columns
from recengine.data.table import quoted
from recengine.errors import DataError

_RESERVED = ("id", "title", "text", "image")


def map_columns(
    pairs: Mapping[str, str],
    interactions: Sequence[str],
    items: Sequence[str] | None = None,
    users: Sequence[str] | None = None,
    *,
    names: Mapping[str, str] | None = None,
    guess: bool = True,
) -> ColumnMapping:
    """The mapping that `pairs` (role: column, setting: text) and the columns of the three tables give.

    Roles are those of `ROLES`, settings those of `SETTINGS`. A role of attributes may carry a name,
    `item.category.brand`, and is then taken as often as there are names; without one the attribute is named like its
    column. `item.text` may be followed by `item.text.2` and so on. An empty column means "no column". guess: roles
    that `pairs` leaves out are looked up by the usual names; letter case, blanks, camelCase, the plural, and a type
    after a colon (`user_id:token`) do not matter. names: how messages call the tables.

    Raises `DataError` for an unknown role or column, a setting that cannot be read, a table that was not given, or no
    column for users and items.
    """
    tables = {"interactions": interactions, "items": items, "users": users}
    names = {table: (names or {}).get(table, table) for table in tables}
    chosen: dict[str, str] = {}
    texts: dict[int, str] = {}
    attributes: dict[str, list[AttributeColumn]] = {"items": [], "users": []}
    named: set[str] = set()
    settings: dict[str, str] = {}
    for key, column in pairs.items():
        if is_setting(key):
            settings[key] = column
            continue
        role, name = _role(key)
        named.add(role)
        if column == "":
            continue
        table = table_of(role)
        _check_column(key, column, table=names[table], columns=tables[table])
        if role in ATTRIBUTE_KINDS:
            attributes[table].append(AttributeColumn(name or plain_name(column), column, ATTRIBUTE_KINDS[role]))
        elif role == "item.text":
            texts[int(name or 1)] = column
        else:
            chosen[role] = column
    if "user" in chosen and chosen["user"] == chosen.get("item"):
        raise DataError(f"mapping: user and item are both {quoted(chosen['user'])}. Choose a column for each.")

    for role in ROLES if guess else ():
        table, columns = table_of(role), tables[table_of(role)]
        if columns is None or role in named:
            continue
        # the year may be taken from the title
        taken = {column for other, column in chosen.items() if table_of(other) == table and other != "item.year"}
        if role in ATTRIBUTE_KINDS:
            taken |= {attribute.column for attribute in attributes[table]} | set(texts.values())
            form = ATTRIBUTE_KINDS[role]
            free = usual_columns(role, columns, taken)
            attributes[table].extend(AttributeColumn(plain_name(column), column, form) for column in free)
        elif free := usual_columns(role, columns, taken):
            # what is mapped as an attribute may still be the id or the title as well
            if role == "item.text":
                texts[1] = free[0]
            else:
                chosen[role] = free[0]
    for role in REQUIRED:
        columns = tables[table_of(role)]
        if columns is not None and role not in chosen:
            raise DataError(
                f"{names[table_of(role)]}: no column for the role {role}; the columns are {_listed(columns)}. "
                f"Say which: {role}=COLUMN."
            )
    for kind, listed in attributes.items():
        _check_names(names[kind], listed)
    mapping = ColumnMapping(
        user=chosen["user"],
        item=chosen["item"],
        value=chosen.get("value"),
        time=chosen.get("time"),
        event=chosen.get("event"),
        session=chosen.get("session"),
        item_id=chosen.get("item.id"),
        item_title=chosen.get("item.title"),
        item_texts=tuple(dict.fromkeys(texts[place] for place in sorted(texts))),
        item_year=chosen.get("item.year"),
        item_image=chosen.get("item.image"),
        item_attributes=tuple(attributes["items"]),
        user_id=chosen.get("user.id"),
        user_age=chosen.get("user.age"),
        user_attributes=tuple(attributes["users"]),
    )
    return _with_settings(mapping, {key: text for key, text in settings.items() if text != ""}, items, names["items"])


def _role(key: str) -> tuple[str, str]:
    """The role of `key` and, for a role that is taken several times, the name it carries (may be empty)."""
    if key in ROLES:
        return key, ""
    parts = key.split(".", maxsplit=2)
    role = ".".join(parts[:2])
    if len(parts) == 3 and role in ATTRIBUTE_KINDS and parts[2]:
        return role, parts[2]
    if len(parts) == 3 and role == "item.text" and re.fullmatch(r"[1-9][0-9]?", parts[2]):
        return role, parts[2]
    raise DataError(f"mapping: unknown role {quoted(key)}. Use one of: {', '.join((*ROLES, *SETTINGS))}.")


def _with_settings(
    mapping: ColumnMapping, settings: Mapping[str, str], items: Sequence[str] | None, items_name: str
) -> ColumnMapping:
    """`mapping` with its settings; those of a column that nothing is mapped to say nothing and are left out."""
    changes: dict[str, object] = {}
    if mapping.value is not None:
        if "value.rule" in settings:
            changes["value_rule"] = read_rule(settings["value.rule"])
        if "value.clip" in settings:
            changes["value_clip"] = read_clip(settings["value.clip"])
    if mapping.event is not None:
        changes["event_weights"] = tuple(
            (key.removeprefix(WEIGHT_OF), read_weight(key, text))
            for key, text in settings.items()
            if key.startswith(WEIGHT_OF)
        )
    if mapping.time is not None:
        if "time.unit" in settings:
            changes["time_unit"] = read_unit(settings["time.unit"])
        if "time.zone" in settings:
            changes["time_zone"] = read_zone(settings["time.zone"])
    if SEPARATOR in settings:
        changes["separator"] = read_separator(settings[SEPARATOR])
    if "item.template" in settings:
        changes["item_template"] = _template(settings["item.template"], items, items_name)
    changes |= _attribute_settings(mapping, settings)
    return replace(mapping, **changes)  # type: ignore[arg-type]


def _template(template: str, items: Sequence[str] | None, table: str) -> str:
    """The template, where all its names are columns of the table of items."""
    for name in template_columns(template):
        _check_column("item.template", name, table=table, columns=items)
    return template


def _attribute_settings(mapping: ColumnMapping, settings: Mapping[str, str]) -> dict[str, object]:
    """Separators and bins, each at the attribute it names. Raises `DataError` where there is none of that name."""
    items = {one.name: one for one in mapping.item_attributes}
    users = {one.name: one for one in mapping.user_attributes}
    changes: dict[str, object] = {}
    for key, text in settings.items():
        if key.startswith(SEPARATOR_OF):
            name = key.removeprefix(SEPARATOR_OF)
            one = items.get(name)
            if one is None or one.kind != "categories":
                raise DataError(f"mapping: {key} needs item.categories.{name}. Map a column to it or leave {key} out.")
            items[name] = replace(one, separator=read_separator(text))
        elif key.startswith(BINS_OF):
            name = key.removeprefix(BINS_OF)
            edges = read_bins(key, text)
            if name == "age" and mapping.user_age is not None:
                changes["user_age_bins"] = edges
            elif name in users and users[name].kind == "number":
                users[name] = replace(users[name], bins=edges)
            else:
                raise DataError(f"mapping: {key} needs user.number.{name}. Map a column to it or leave {key} out.")
    return changes | {"item_attributes": tuple(items.values()), "user_attributes": tuple(users.values())}


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
