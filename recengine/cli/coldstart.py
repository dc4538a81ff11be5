"""Verbs: newcomer, new-item, edit-history."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from typing import Any

import numpy as np

from recengine.cli.lists import weights_document
from recengine.cli.opening import item_position, open_workbench, user_position
from recengine.cli.output import emit, table
from recengine.coldstart import (
    Newcomer,
    audience_by_group,
    edit_history,
    pick_effects,
    place_new_item,
    recommend_newcomer,
    similar_items,
    typical_weight,
)
from recengine.data import Dataset, describe_item
from recengine.errors import ScenarioError
from recengine.fairness.groups import user_groupings
from recengine.fusion import FusedRow
from recengine.workspace import Workspace

SIMILAR = 10
USERS = 20
"""Users of a new item's audience that are named."""


def newcomer(asked: argparse.Namespace) -> None:
    """The list of somebody whom no fit has seen."""
    workbench, scenario = open_workbench(asked)
    dataset = workbench.dataset
    picked = parse_items("--items", asked.items, dataset, typical_weight(dataset))
    known = Newcomer(picked, asked.text, parse_attributes(asked.attributes))
    resources = Workspace.open().resources()
    listed = recommend_newcomer(
        workbench.scorers, known, workbench.fitted_on, scenario.fusion, scenario.k, resources=resources
    )
    picks, effects = pick_effects(workbench.scorers, known, listed, dataset.n_items)
    by_origin, unheard = listed.by_origin(), listed.unheard(known)
    items = [
        {
            "item": dataset.item_ids[item],
            "title": dataset.titles[item],
            "rank": at + 1,
            "score": float(listed.scores[at]),
            "parts": {origin: float(parts[at]) for origin, parts in by_origin.items()},
            "because": [
                {"item": dataset.item_ids[picks[pick]], "effect": float(effects[pick, at])}
                for pick in np.argsort(-effects[:, at], kind="stable")
                if effects[pick, at] > 0
            ],
        }
        for at, item in enumerate(listed.items.tolist())
    ]
    document = {
        "dataset": dataset.name,
        "k": scenario.k,
        "weights": weights_document(scenario),
        "known": {
            "items": {dataset.item_ids[item]: weight for item, weight in picked.items()},
            "text": known.text,
            "attributes": dict(known.attributes),
        },
        "trust": listed.trust,
        "unheard": unheard,
        "voices": [vars(voice) for voice in listed.voices],
        "items": items,
    }

    def text() -> str:
        rows = [
            [entry["title"], str(entry["rank"]), f"{entry['score']:.4f}"]
            + [f"{entry['parts'][origin]:.4f}" for origin in by_origin]
            for entry in items
        ]
        shares = ", ".join(f"{origin} {share:.0%}" for origin, share in listed.trust.items())
        silent = f"\nNo scorer makes anything of: {', '.join(unheard)}." if unheard else ""
        return f"{table(['title', 'rank', 'score', *by_origin], rows)}\nTrust: {shares}.{silent}"

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def new_item(asked: argparse.Namespace) -> None:
    """Who would get a described item today, and what in the catalogue is like it."""
    workbench, scenario = open_workbench(asked)
    dataset = workbench.dataset
    attributes = parse_attributes(asked.attributes)
    item = describe_item(dataset, title=asked.title, text=asked.text, attributes=attributes)
    resources = Workspace.open().resources()
    audience = place_new_item(workbench.pool, workbench.source, scenario.fusion, item, scenario.k, resources=resources)
    by = asked.by or next(iter(user_groupings(dataset)))
    groups = audience_by_group(audience, workbench.fitted_on, by)
    first = audience.by_likelihood()[:USERS]
    near: list[dict[str, Any]] = [
        {
            "item": dataset.item_ids[one.item],
            "title": dataset.titles[one.item],
            "similarity": one.similarity,
            "text": one.text,
            "attributes": one.attributes,
            "shared": list(one.shared),
        }
        for one in similar_items(dataset, item, SIMILAR, resources=resources)
    ]
    document = {
        "dataset": dataset.name,
        "k": scenario.k,
        "weights": weights_document(scenario),
        "item": {"title": item["title"][0], "text": item["text"][0], "attributes": attributes},
        "users": len(audience.users),
        "reached": int(audience.reached.sum()),
        "opinions": dict(zip(scenario.scorers, audience.opinions.tolist(), strict=True)),
        "audience": [
            {
                "user": dataset.user_ids[audience.users[at]],
                "rank": int(audience.ranks[at]) or None,
                "score": float(audience.scores[at]),
                "parts": dict(zip(scenario.scorers, audience.parts[:, at].tolist(), strict=True)),
            }
            for at in first
        ],
        "groups": {"attribute": by, "groups": groups.to_dicts()},
        "similar": near,
    }

    def text() -> str:
        shown = [
            [row["group"], f"{row['users']:,}", f"{row['reached']:,}", f"{row['share']:.1%}"]
            for row in groups.iter_rows(named=True)
        ]
        like = [[one["title"], f"{one['similarity']:.3f}", ", ".join(one["shared"])] for one in near]
        return (
            f"{document['reached']:,} of {document['users']:,} users would get it in their best {scenario.k}.\n\n"
            f"{table([by, 'users', 'reached', 'share'], shown)}\n\n{table(['like it', 'similarity', 'shared'], like)}"
        )

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def edit(asked: argparse.Namespace) -> None:
    """One user's list before and after an edit of the history."""
    workbench, scenario = open_workbench(asked)
    dataset = workbench.dataset
    user = user_position(dataset, asked.user)
    changes: dict[int, float | None] = {}
    changes |= parse_items("--add", asked.add, dataset, typical_weight(dataset))
    for item in parse_items("--remove", asked.remove, dataset, 1.0):
        if item in changes:
            raise ScenarioError(f"--remove: {dataset.item_ids[item]!r} is to be added too. Leave one of the two out.")
        changes[item] = None
    edited = edit_history(workbench.scorers, workbench.fitted_on, scenario.fusion, user, changes)

    def listed(row: FusedRow, other: FusedRow) -> list[dict[str, Any]]:
        ranked = np.flatnonzero((row.rank > 0) & (row.rank <= scenario.k))
        return [
            {
                "item": dataset.item_ids[item],
                "title": dataset.titles[item],
                "rank": int(row.rank[item]),
                "other_rank": int(other.rank[item]) or None,
                "score": float(row.score[item]),
                "parts": dict(zip(scenario.scorers, row.parts[:, item].tolist(), strict=True)),
            }
            for item in ranked[np.argsort(row.rank[ranked])]
        ]

    def named(history: Mapping[int, float]) -> dict[str, float]:
        return {dataset.item_ids[item]: weight for item, weight in history.items()}

    document = {
        "dataset": dataset.name,
        "user": asked.user,
        "k": scenario.k,
        "weights": weights_document(scenario),
        "history": named(edited.history),
        "edited": named(edited.edited),
        "fixed": list(edited.fixed),
        "before": listed(edited.before, edited.after),
        "after": listed(edited.after, edited.before),
    }

    def text() -> str:
        rows = [
            [entry["title"], str(entry["rank"]), str(entry["other_rank"] or "in the history"), f"{entry['score']:.4f}"]
            for entry in document["after"]
        ]
        return table(["title", "rank", "before", "score"], rows)

    emit(document, as_json=asked.json, text=text, device=workbench.device)


def parse_items(option: str, text: str | None, dataset: Dataset, weight: float) -> dict[int, float]:
    """`50,172:4` as weights by position; `weight` for those without one. Raises `ScenarioError`.

    An id that holds a colon is taken whole where there is such an item.
    """
    found: dict[int, float] = {}
    for part in (text or "").split(","):
        identifier, own = part.strip(), weight
        if not identifier:
            continue
        head, colon, tail = identifier.rpartition(":")
        if colon and identifier not in dataset.item_position:
            identifier = head
            try:
                own = float(tail)
            except ValueError as error:
                raise ScenarioError(f"{option}: a weight is a number, got {tail!r}. Write ID:WEIGHT.") from error
        position = item_position(dataset, identifier)
        if position in found:
            raise ScenarioError(f"{option}: {identifier!r} is given twice. Give each item once.")
        found[position] = own
    return found


def parse_attributes(text: str | None) -> dict[str, str]:
    """`gender=F,age=30` as a mapping; names and values are checked by the dataset. Raises `ScenarioError`."""
    found: dict[str, str] = {}
    for part in (text or "").split(","):
        if not part.strip():
            continue
        name, equals, value = (piece.strip() for piece in part.partition("="))
        if not equals or not name:
            raise ScenarioError(f"--attributes: {part.strip()!r} is not NAME=VALUE. Write gender=F,age=30.")
        if name in found:
            raise ScenarioError(f"--attributes: {name} is given twice. Give each once.")
        found[name] = value
    return found
