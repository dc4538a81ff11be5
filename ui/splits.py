"""How the data are cut, side by side with the cut in use, and what using another one costs. No Streamlit here."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import polars as pl

from recengine.data import SplitMethod, SplitSpec, SplitSummary, parse_split
from recengine.device import device_kind
from recengine.errors import ScenarioError
from recengine.models import scorer_label
from recengine.reports.figures.split import PART_LABELS, when
from recengine.reports.words import share
from recengine.scenario import Scenario, fit_key
from recengine.workspace import Workspace
from ui.view import SHOWN


def asked_cut(text: str | None, seed: str | None, scenario: Scenario) -> tuple[SplitSpec, int, list[str]]:
    """The cut and the seed that a link asks for, else those in use; and a line for each value that cannot be used."""
    spec, number, problems = parse_split(scenario.split), scenario.seed, []
    if text is not None:
        try:
            spec = parse_split(text)
        except ScenarioError as error:
            problems.append(f"{error} The split in use is shown.")
    if seed is not None:
        try:
            number = replace(scenario, seed=int(seed) if len(seed) <= SHOWN else -1).seed
        except (ScenarioError, ValueError):
            problems.append(f"seed: {seed[:SHOWN]!r} is no seed. Write a whole number; {scenario.seed} is shown.")
    return spec, number, problems


def spec_of(method: SplitMethod, *, percent: float, last: int, fold: int, folds: int) -> SplitSpec:
    """The cut of a form, whose other fields are of no account. Raises `ScenarioError`."""
    share = Fraction(round(percent * 100), 10_000)
    if method == "last":
        made = SplitSpec(method, last=last)
    elif method in ("fold", "user-fold"):
        made = SplitSpec(method, fold=min(fold, folds), folds=folds)
    else:
        made = SplitSpec(method, share=share)
    return parse_split(made.text)


def summary_table(chosen: SplitSummary, in_use: SplitSummary | None) -> pl.DataFrame:
    """A row a count; the cut in use beside the one that is chosen, unless it is the same."""
    columns = {f"Chosen: {chosen.split}, seed {chosen.seed}": _column(chosen)}
    if in_use is not None:
        columns[f"In use: {in_use.split}, seed {in_use.seed}"] = _column(in_use)
    return pl.DataFrame({"Count": _labels(), **columns})


def is_usable(summary: SplitSummary) -> bool:
    """Whether there is something to learn from and something to measure on."""
    return summary.parts[0].positives > 0 and summary.parts[2].positives > 0


def cost(workspace: Workspace, scenario: Scenario, wanted: Scenario) -> str:
    """What using `wanted` instead of `scenario` takes, in a few sentences."""
    device, stored = device_kind(), {entry.key: entry for entry in workspace.fits()}
    recipes = wanted.recipes()
    missing = [name for name, recipe in recipes.items() if fit_key(wanted, recipe, device) not in stored]
    kept = (
        "What was measured, found and tried before is kept, but was measured on another part: it cannot be compared "
        "with the new figures unless it is recomputed."
    )
    if not missing:
        rest = "it is used at once" if workspace.is_stored(wanted) else "only the best candidates are gathered anew"
        return f"All {len(recipes)} scorers are fitted for this split already: {rest}. {kept}"
    names = ", ".join(scorer_label(name, recipes[name]) for name in missing)
    before = [stored.get(fit_key(scenario, recipes[name], device)) for name in missing]
    known = [entry.seconds for entry in before if entry is not None]
    took = f" With the split in use this took {sum(known):.1f} s." if len(known) == len(missing) else ""
    return f"Fitted anew on the new training part, by a job: {names}.{took} {kept}"


def _labels() -> list[str]:
    labels = []
    for part in PART_LABELS:
        labels += [f"{part}: positives", f"{part}: users", f"{part}: items", f"{part}: from", f"{part}: to"]
    return [
        *labels,
        "Users measured",
        "of them unknown in training",
        "Items of the test unknown in training",
        "Test positives of these items",
        "Rows that are only seen",
        "Positives without a time",
    ]


def _column(summary: SplitSummary) -> list[str]:
    cells = []
    for part in summary.parts:
        of_all = f" ({share(part.positives / summary.positives)})" if summary.positives else ""
        cells += [
            f"{part.positives:,}{of_all}",
            f"{part.users:,}",
            f"{part.items:,}",
            when(part.first),
            when(part.last),
        ]
    counts = (
        summary.users_measured,
        summary.cold_users,
        summary.cold_items,
        summary.cold_positives,
        summary.not_positive,
        summary.undated,
    )
    return [*cells, *(f"{count:,}" for count in counts)]
