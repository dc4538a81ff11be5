"""Verb: profile."""

from __future__ import annotations

import argparse
import math
from typing import Any

import numpy as np

from recengine.cli.opening import item_position, user_position
from recengine.cli.output import emit, table
from recengine.data.profiles import ItemProfile, Lifts, UserProfile, item_profile, user_profile
from recengine.device import device_kind
from recengine.workspace import Workspace

GROUPS = 6
"""Groups of an attribute that the text names; the JSON document has more."""
ROWS = 10


def profile(asked: argparse.Namespace) -> None:
    """One user or one item against everyone."""
    dataset = Workspace.open().load_dataset(asked.dataset)
    found: UserProfile | ItemProfile
    if asked.user is not None:
        found = user_profile(dataset, user_position(dataset, asked.user))
    else:
        found = item_profile(dataset, item_position(dataset, asked.item))

    def text() -> str:
        return _user_text(found) if isinstance(found, UserProfile) else _item_text(found)

    emit({"dataset": dataset.name, **found.to_json()}, as_json=asked.json, text=text, device=device_kind())


def _user_text(found: UserProfile) -> str:
    lines = [
        f"User {found.user}{_about(found.attributes)}",
        f"{found.interactions:,} interactions, {found.positives:,} positive{_span(found.first, found.last)}",
    ]
    if found.interactions:
        lines.append(f"More active than {math.floor(100 * found.percentile)}% of the users")
    if found.positives:
        lines.append(
            f"{found.long_tail:.0%} of the positives are outside the most popular items, everyone's: "
            f"{found.everyone_long_tail:.0%}"
        )
    rows = [[row["title"], f"{row['value']:g}"] for row in found.highest.head(ROWS).iter_rows(named=True)]
    return "\n".join([*lines, *_groups(found.tastes), *_table("Valued highest", ["title", "value"], rows)])


def _item_text(found: ItemProfile) -> str:
    lines = [
        f"{found.title} ({found.item}){_about(found.attributes)}",
        f"{found.interactions:,} interactions, {found.positives:,} positive{_span(found.first, found.last)}",
        f"Number {found.rank:,} by interactions; {found.part}",
    ]
    rows = [
        [row["title"], f"{row['n']:,}", f"{row['share']:.0%}", f"{row['lift']:.2f}"]
        for row in found.together.head(ROWS).iter_rows(named=True)
    ]
    together = _table("Taken together with", ["title", "users", "share", "times as likely"], rows)
    return "\n".join([*lines, *_groups(found.takers), *together])


def _about(attributes: Any) -> str:
    known = [f"{name} {_written(value)}" for name, value in attributes.items() if value is not None]
    return f": {', '.join(known)}" if known else ""


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}"
    return "/".join(value) if isinstance(value, list) else str(value)


def _span(first: int | None, last: int | None) -> str:
    if first is None or last is None:
        return ""
    begin, end = (str(np.datetime64(one, "s"))[:10] for one in (first, last))
    return f", {begin} to {end}" if begin != end else f", on {begin}"


def _groups(found: tuple[Lifts, ...]) -> list[str]:
    lines = []
    for one in found:
        rows = [
            [
                group.group,
                f"{group.n:,}",
                f"{group.share:.0%}",
                f"{group.everyone:.0%}",
                f"{group.lift:.2f}{' (few)' if group.few else ''}",
            ]
            for group in one.groups[:GROUPS]
        ]
        lines += _table(f"By {one.attribute}", [one.attribute, "n", "share", "everyone", "times as likely"], rows)
    return lines


def _table(title: str, header: list[str], rows: list[list[str]]) -> list[str]:
    return ["", title, table(header, rows)] if rows else []
