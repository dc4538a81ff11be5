"""Business rules as lines for people, and a new one put among those there are. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from recengine.data import Dataset
from recengine.errors import ScenarioError
from recengine.reports.text import one_line

KINDS = {
    "pin": "Pin an item to a place",
    "block": "Block an item",
    "block category": "Block a category",
    "boost": "Boost an item",
    "boost category": "Boost a category",
    "at_least": "At least so many of a category",
    "at_most": "At most so many of a category",
}
"""What can be added; the first word is the setting that it goes to."""
SETTINGS = ("pin", "block", "boost", "at_least", "at_most")
OF_CATEGORY = frozenset({"block category", "boost category", "at_least", "at_most"})
MAX_ITEMS = 5_000


def rule_lines(settings: Mapping[str, Any], dataset: Dataset) -> list[tuple[str, int, str]]:
    """Setting, place in it and words of every rule."""
    return [
        (setting, place, _words(setting, rule, dataset))
        for setting in SETTINGS
        for place, rule in enumerate(settings[setting])
    ]


def without_rule(settings: Mapping[str, Any], setting: str, place: int) -> dict[str, Any]:
    """The settings less one rule."""
    rules = settings[setting]
    return {**settings, setting: rules[:place] + rules[place + 1 :]}


def with_rule(settings: Mapping[str, Any], kind: str, named: tuple[str, ...], number: float) -> dict[str, Any]:
    """The settings and one rule more. named: an item id, or attribute and category. number: place, factor or count.

    Raises `ScenarioError` where it is there already.
    """
    setting = kind.split(" ")[0]
    rule = {
        "pin": (*named, int(number)),
        "block": named,
        "boost": (*named, float(number)),
        "at_least": (*named, int(number)),
        "at_most": (*named, int(number)),
    }[setting]
    if rule in settings[setting]:
        raise ScenarioError("rules: this rule is there already. Change the other one, or take it away.")
    return {**settings, setting: (*settings[setting], rule)}


def category_names(dataset: Dataset) -> dict[str, list[str]]:
    """The categories of each item attribute that has any, sorted."""
    found: dict[str, list[str]] = {}
    for attribute in dataset.item_attributes:
        if attribute.kind == "number":
            continue
        column = dataset.items[attribute.name].drop_nulls()
        values = column.explode() if attribute.kind == "categories" else column
        found[attribute.name] = sorted(set(values.drop_nulls().to_list()))
    return {name: values for name, values in found.items() if values}


def item_choices(dataset: Dataset, popularity: np.ndarray, search: str) -> list[str]:
    """Ids of items that a rule can name, the most popular first, at most `MAX_ITEMS`.

    search: part of a title in any case, or an id.
    """
    order = np.argsort(-popularity, kind="stable")
    wanted = search.strip().casefold()
    ids, titles = dataset.item_ids, dataset.titles
    if not wanted:
        return [ids[item] for item in order[:MAX_ITEMS].tolist()]
    found = (item for item in order.tolist() if wanted in titles[item].casefold() or ids[item] == search.strip())
    return [ids[item] for _, item in zip(range(MAX_ITEMS), found, strict=False)]


def _words(setting: str, rule: tuple[Any, ...], dataset: Dataset) -> str:
    if setting == "pin":
        return f"Pin {_named(rule[:1], dataset)} to place {rule[1]}"
    if setting == "block":
        return f"Block {_named(rule, dataset)}"
    if setting == "boost":
        return f"Multiply the worth of {_named(rule[:-1], dataset)} by {rule[-1]:g}"
    bound = "At least" if setting == "at_least" else "At most"
    return f"{bound} {rule[2]} with {rule[0].replace('_', ' ')} {rule[1]}"


def _named(named: tuple[str, ...], dataset: Dataset) -> str:
    if len(named) == 1:
        position = dataset.item_position.get(named[0])
        return f'"{one_line(dataset.titles[position])}"' if position is not None else f"item {named[0]}"
    return f"everything with {named[0].replace('_', ' ')} {named[1]}"
