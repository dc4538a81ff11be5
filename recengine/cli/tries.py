"""Verbs: tries, ab."""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from recengine.cli.lists import weights_document
from recengine.cli.opening import user_position
from recengine.cli.output import emit, progress_lines, table
from recengine.data import Dataset
from recengine.device import device_kind
from recengine.errors import ScenarioError, StoreError
from recengine.evaluation import Figure
from recengine.progress import Progress, within
from recengine.ranking import METRICS
from recengine.scenario import (
    Comparison,
    MetricChange,
    Outcome,
    Scenario,
    Workbench,
    check_fits,
    compare_outcomes,
    made_alike,
    rerankers_text,
    run_scenario,
    scenario_to_bytes,
    strategy_text,
    unlike,
)
from recengine.storage import write_bytes
from recengine.workspace import Try, Workspace

SHOWN = ("ndcg", "coverage", "gini", "novelty")
"""Metrics in the table for people."""


def tries(asked: argparse.Namespace) -> None:
    """Every setting that was tried on a dataset, after what is asked to be done to one of them."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    done = _do(asked, workspace, dataset)
    found = workspace.stored_tries(dataset)
    rows = {one.number: _document(workspace, dataset, one) for one in found.tries}
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "done": done,
        "tries": list(rows.values()),
        "damaged": list(found.damaged),
    }

    def text() -> str:
        header = ["try", "weights", "strategy", *(METRICS[key].label for key in SHOWN), "k", "users", "when"]
        lines = [_row(one, rows[one.number]) for one in found.tries]
        said = [done] if done else []
        said += [table(header, lines, words=3)] if lines else ["Nothing was tried on this dataset yet."]
        return "\n".join([*said, *found.damaged])

    emit(document, as_json=asked.json, text=text, device=device_kind())


def ab(asked: argparse.Namespace) -> None:
    """Two tries side by side: what changed for whom, and whether chance explains it."""
    workspace = Workspace.open()
    dataset = workspace.load_dataset(asked.dataset)
    sides = [workspace.find_try(dataset.fingerprint, number) for number in (asked.a, asked.b)]
    first, second = (_scenario(workspace, dataset, one) for one in sides)
    if asked.alike:
        second = made_alike(second, first)
    elif reasons := unlike(first, second):
        said = "; ".join(reason.text for reason in reasons)
        raise ScenarioError(f"ab: {said}. Add --alike to run the second with the split, seed and k of the first.")
    user = None if asked.user is None else user_position(dataset, asked.user)
    progress = progress_lines()
    before, after = (
        _outcome(workspace, dataset, scenario, within(progress, start, start + 0.5))
        for scenario, start in ((first, 0.0), (second, 0.5))
    )
    found = compare_outcomes(*before, *after)
    document = {
        "dataset": dataset.name,
        "fingerprint": dataset.fingerprint,
        "split": first.split,
        "seed": first.seed,
        "k": first.k,
        "a": {"try": asked.a, "name": sides[0].name, **_choices(first)},
        "b": {"try": asked.b, "name": sides[1].name, **_choices(second)},
        "metrics": {key: _metric(moved) for key, moved in found.metrics.items()},
        "lists": {
            "users": len(found.users),
            "changed": found.changed,
            "overlap": asdict(found.overlap),
            "rank_biased_overlap": asdict(found.rank_biased_overlap),
        },
        **_movers(found, dataset),
    }
    if user is not None:
        document["user"] = _user(found, before[1], after[1], dataset, user)

    def text() -> str:
        return _text(document, found, dataset)

    emit(document, as_json=asked.json, text=text, device=before[0].device)


def _do(asked: argparse.Namespace, workspace: Workspace, dataset: Dataset) -> str | None:
    """What the options ask for, in words; None where it is only listed."""
    of = dataset.fingerprint
    if asked.name is not None and asked.rename is None:
        raise ScenarioError("--name: says what to call a try. Name the try with --rename N.")
    if asked.out is not None and asked.write is None:
        raise ScenarioError("--out: says where to write a try. Name the try with --write N.")
    if asked.star is not None:
        return f"Starred try {workspace.star_try(of, asked.star).label}."
    if asked.unstar is not None:
        return f"Took the star from try {workspace.star_try(of, asked.unstar, starred=False).label}."
    if asked.pin is not None:
        return f"Pinned try {workspace.pin_try(of, asked.pin).label}."
    if asked.rename is not None:
        if asked.name is None:
            raise ScenarioError("--rename: needs the name. Add --name TEXT; an empty one takes the name away.")
        return f"Try {asked.rename} is called {workspace.rename_try(of, asked.rename, asked.name).label}."
    if asked.write is not None:
        if asked.out is None:
            raise ScenarioError("--write: needs a file. Add --out FILE.")
        one = workspace.find_try(of, asked.write)
        write_bytes(Path(asked.out), scenario_to_bytes(one.scenario))
        return f"Wrote the scenario of try {one.label} to {asked.out}."
    if asked.delete is not None:
        one = workspace.find_try(of, asked.delete)
        if not asked.yes:
            raise StoreError(f"--delete: try {one.label} and its figures would be gone. Add --yes to delete it.")
        workspace.delete_try(of, asked.delete)
        return f"Deleted try {one.label}. Its number is not given again."
    return None


def _scenario(workspace: Workspace, dataset: Dataset, one: Try) -> Scenario:
    problem = workspace.try_obstacle(dataset, one)
    if problem is not None:
        raise ScenarioError(f"try {one.number}: {problem.removeprefix(f'try {one.number}: ')}")
    return one.scenario


def _outcome(
    workspace: Workspace, dataset: Dataset, scenario: Scenario, progress: Progress
) -> tuple[Workbench, Outcome]:
    workbench = workspace.prepare(dataset, scenario, progress=within(progress, 0.0, 0.5))
    check_fits(workbench, scenario)
    bar = within(progress, 0.5, 1.0)
    return workbench, run_scenario(workbench, scenario, slices=False, fairness=False, progress=bar)


def _document(workspace: Workspace, dataset: Dataset, one: Try) -> dict[str, Any]:
    document = {
        "number": one.number,
        "name": one.name,
        "note": one.note,
        "starred": one.starred,
        "pinned": one.pinned,
        "tried": one.tried.isoformat(),
        "measured": one.measured.isoformat(),
        "key": one.key,
        "scenario": one.document,
        "users": one.users,
        "certified": one.certified,
        "rescored": one.rescored,
        "unproven": one.unproven,
        "metrics": {key: asdict(figure) for key, figure in one.table.items()},
        "slices": {name: {key: asdict(each) for key, each in table.items()} for name, table in one.slices.items()},
    }
    return document | {"problem": workspace.try_obstacle(dataset, one)}


def _row(one: Try, document: Mapping[str, Any]) -> list[str]:
    marks = ("*" if one.starred else "") + ("^" if one.pinned else "")
    scenario = one.document
    weights = ", ".join(f"{name}={weight:g}" for name, weight in scenario["weights"].items())
    figures = [one.table.get(key) for key in SHOWN]
    return [
        f"{marks}{one.label}",
        weights,
        str(document["problem"] or scenario["strategy"]),
        *("" if figure is None else f"{figure.mean:.4f}" for figure in figures),
        str(scenario["k"]),
        f"{one.users:,}",
        f"{one.tried:%Y-%m-%d %H:%M}",
    ]


def _choices(scenario: Scenario) -> dict[str, Any]:
    return {
        "key": scenario.key,
        "weights": weights_document(scenario),
        "normalization": scenario.normalization,
        "strategy": strategy_text(scenario),
        "rerankers": rerankers_text(scenario) or "[]",
    }


def _metric(moved: MetricChange) -> dict[str, Any]:
    return {
        "a": asdict(moved.first),
        "b": asdict(moved.second),
        "change": None if moved.change is None else asdict(moved.change),
        "p_value": moved.p_value,
        "p_holm": moved.p_holm,
    }


def _movers(found: Comparison, dataset: Dataset) -> dict[str, Any]:
    users = {"users_gaining": found.gaining, "users_losing": found.losing}
    items = {"items_rising": found.rising, "items_falling": found.falling}
    document: dict[str, Any] = {
        name: [
            {
                "user": dataset.user_ids[move.user],
                "a": move.first,
                "b": move.second,
                "rank_biased_overlap": move.overlap,
            }
            for move in moves
        ]
        for name, moves in users.items()
    }
    return document | {
        name: [
            {
                "item": dataset.item_ids[move.item],
                "title": dataset.titles[move.item],
                "a": move.first,
                "b": move.second,
                "a_lists": move.first_lists,
                "b_lists": move.second_lists,
            }
            for move in moves
        ]
        for name, moves in items.items()
    }


def _user(found: Comparison, before: Outcome, after: Outcome, dataset: Dataset, user: int) -> dict[str, Any]:
    """One user's two lists: each item with its rank on both sides, null where it is not in the list."""
    at = int((found.users == user).argmax())
    ranks = [
        {item: rank for rank, item in enumerate(side.lists.rankings.items[at].tolist(), 1) if item >= 0}
        for side in (before, after)
    ]
    items = [*ranks[1], *(item for item in ranks[0] if item not in ranks[1])]
    return {
        "user": dataset.user_ids[user],
        "overlap": found.overlaps[at],
        "rank_biased_overlap": found.rank_biased_overlaps[at],
        "items": [
            {
                "item": dataset.item_ids[item],
                "title": dataset.titles[item],
                "a_rank": ranks[0].get(item),
                "b_rank": ranks[1].get(item),
            }
            for item in items
        ],
    }


def _text(document: Mapping[str, Any], found: Comparison, dataset: Dataset) -> str:
    overlap = found.rank_biased_overlap
    lines = [
        f"{dataset.name}, split {document['split']}, seed {document['seed']}, k = {document['k']}: "
        f"try {document['a']['try']} (A) and try {document['b']['try']} (B)",
        f"{found.changed:.1%} of {len(found.users):,} lists changed; rank-biased overlap {overlap.mean:.3f} "
        f"(quartiles {overlap.low_quartile:.3f}, {overlap.median:.3f}, {overlap.high_quartile:.3f})",
    ]
    header = ["metric", "A", "B", "B - A", "95 % interval", "p", "p corrected", "users"]
    rows = [
        [
            METRICS[key].label,
            *(_value(figure) for figure in (moved.first, moved.second)),
            *(
                ["", "", "", "", ""]
                if moved.change is None or moved.p_value is None or moved.p_holm is None
                else [
                    f"{moved.change.mean:+.4f}",
                    f"{moved.change.low:+.4f} to {moved.change.high:+.4f}",
                    f"{moved.p_value:.4f}",
                    f"{moved.p_holm:.4f}",
                    f"{moved.change.n:,}",
                ]
            ),
        ]
        for key, moved in found.metrics.items()
    ]
    blocks = ["\n".join(lines), table(header, rows)]
    for title, moves in (("items shown more", found.rising), ("items shown less", found.falling)):
        if moves:
            shown = [
                [
                    dataset.titles[move.item],
                    *(f"{exposure:.2%}" for exposure in (move.first, move.second)),
                    *(f"{lists:,}" for lists in (move.first_lists, move.second_lists)),
                ]
                for move in moves
            ]
            blocks.append(table([title, "exposure A", "exposure B", "lists A", "lists B"], shown))
    if "user" in document:
        user = document["user"]
        shown = [
            [row["title"], *("-" if row[rank] is None else str(row[rank]) for rank in ("a_rank", "b_rank"))]
            for row in user["items"]
        ]
        title = f"user {user['user']}, rank-biased overlap {user['rank_biased_overlap']:.3f}"
        blocks.append(table([title, "rank A", "rank B"], shown))
    return "\n\n".join(blocks)


def _value(figure: Figure) -> str:
    return f"{figure.mean:.4f}"
