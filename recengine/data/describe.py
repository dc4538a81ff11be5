"""People and items that a dataset does not have, as rows of its tables: what somebody typed, checked and completed."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import polars as pl

from recengine.data.dataset import Attribute, Dataset
from recengine.data.entities import age_group_of, item_text
from recengine.data.table import quoted
from recengine.errors import ScenarioError

AttributeValue: TypeAlias = str | float | Sequence[str]
"""A category, a number, or several categories."""
MAX_LISTED = 12
"""Categories that an error names."""
_SEPARATOR = "|"


def describe_user(dataset: Dataset, attributes: Mapping[str, AttributeValue]) -> pl.DataFrame:
    """One row with the attribute columns of `dataset.users`; what is not given is null.

    A number may be given as text. An age gives its age group too, where the user table has both. Raises `ScenarioError`
    for an attribute that users do not have, a number that is none, and a category that no user has.
    """
    values = _values(dataset.users, dataset.user_attributes, attributes, "user")
    age = values.get("age")
    if age is not None and values.get("age_group", "") is None:
        values["age_group"] = age_group_of(pl.Series([age], dtype=pl.Float64))[0]
    return _row(dataset.users, [attribute.name for attribute in dataset.user_attributes], values)


def describe_item(
    dataset: Dataset, *, title: str = "", text: str = "", attributes: Mapping[str, AttributeValue] | None = None
) -> pl.DataFrame:
    """One row with the columns of `dataset.items`: its text is put together as an import does it.

    title, text: as a table of items would have them. Several categories may be given as text, "Comedy|Drama". A year
    gives its decade too, where the catalogue has both. Raises `ScenarioError` as `describe_user` does.
    """
    values = _values(dataset.items, dataset.item_attributes, attributes or {}, "item")
    year = values.get("year")
    derived = {"decade"} if {"year", "decade"} <= set(values) else set()
    if derived and year is not None and values["decade"] is None:
        values["decade"] = f"{math.floor(year / 10) * 10}s"
    labels = [
        pl.Series(one.name, [values[one.name]], dtype=dataset.items.schema[one.name])
        for one in dataset.item_attributes
        if one.kind != "number" and one.name not in derived
    ]
    years = None if "year" not in values else pl.Series([year], dtype=pl.Float64)
    written = item_text(_words(title), years, labels, _words(text))[0]
    values |= {"id": "", "title": " ".join(title.split()), "text": written}
    return _row(dataset.items, dataset.items.columns, values)


def known_categories(table: pl.DataFrame, attribute: Attribute) -> list[str]:
    """The categories that `table` has of an attribute, sorted; none of a number."""
    if attribute.kind == "number":
        return []
    column = table[attribute.name]
    return (column.explode() if attribute.kind == "categories" else column).drop_nulls().unique().sort().to_list()


def _values(
    table: pl.DataFrame, attributes: Sequence[Attribute], given: Mapping[str, AttributeValue], what: str
) -> dict[str, Any]:
    """Every attribute's value, None where it is not given."""
    kinds = {attribute.name: attribute for attribute in attributes}
    for name in given:
        if name not in kinds:
            there = f"There are {', '.join(kinds)}." if kinds else f"The {what}s have none; leave it out."
            raise ScenarioError(f"attributes: no {what} has {quoted(name)}. {there}")
    return {name: _value(table, one, given[name], what) if name in given else None for name, one in kinds.items()}


def _value(table: pl.DataFrame, attribute: Attribute, given: AttributeValue, what: str) -> Any:
    if attribute.kind == "number":
        return _number(attribute.name, given)
    parts = given.split(_SEPARATOR) if isinstance(given, str) and attribute.kind == "categories" else given
    wanted = [str(part).strip() for part in ([parts] if isinstance(parts, str | int | float) else parts)]
    wanted = list(dict.fromkeys(part for part in wanted if part))
    known = known_categories(table, attribute)
    for part in wanted:
        if part not in known:
            shown = ", ".join(known[:MAX_LISTED]) + (", …" if len(known) > MAX_LISTED else "")
            raise ScenarioError(f"attributes: no {what} has {attribute.name} {quoted(part)}. Choose among {shown}.")
    if attribute.kind == "categories":
        return wanted or None
    if len(wanted) > 1:
        raise ScenarioError(f"attributes: {attribute.name} takes one value, got {len(wanted)}. Give one.")
    return wanted[0] if wanted else None


def _number(name: str, given: AttributeValue) -> float | None:
    if isinstance(given, str) and not given.strip():
        return None
    try:
        number = float(given)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = math.nan
    if not math.isfinite(number):
        raise ScenarioError(f"attributes: {name} must be a number, got {quoted(given)}. Change it, or leave it out.")
    return number


def _row(table: pl.DataFrame, columns: Sequence[str], values: Mapping[str, Any]) -> pl.DataFrame:
    return pl.DataFrame(
        {name: [values[name]] for name in columns}, schema={name: table.schema[name] for name in columns}
    )


def _words(text: str) -> pl.Series:
    written = " ".join(text.split())
    return pl.Series([written or None], dtype=pl.String)
