"""The mapping as it stands: what was chosen, else what is guessed; and the plan that the whole draft comes to."""

from __future__ import annotations

from recengine.data import ColumnMapping, map_columns
from recengine.data.importing.plan import ImportPlan
from recengine.data.sources import TableKind
from ui.importing import reading, roles
from ui.importing.draft import Draft
from ui.importing.reading import Brought


def pairs_of(draft: Draft, found: Brought, kind: TableKind) -> dict[str, str]:
    """The pairs of one kind of table."""
    chosen = draft.pairs.get(kind)
    pairs = {guess.role: guess.column for guess in reading.guesses(found, kind)} if chosen is None else chosen
    return roles.of_columns(pairs, found.columns(kind))


def all_pairs(draft: Draft, found: Brought) -> dict[str, str]:
    """The pairs of all tables, with "no column" wherever the page shows none."""
    pairs: dict[str, str] = {}
    for kind in found.kinds:
        pairs |= roles.complete(pairs_of(draft, found, kind), kind)
    return pairs


def missing(draft: Draft, found: Brought) -> list[str]:
    """What keeps the tables from being read, a sentence each."""
    if not found.of("interactions"):
        return ["There is no table of interactions yet: who did what with which item."]
    return [
        f"{kind.capitalize()}: no column is the {role.lower()} yet."
        for kind in found.kinds
        for role in roles.missing(pairs_of(draft, found, kind), kind)
    ]


def mapping_of(draft: Draft, found: Brought) -> ColumnMapping:
    """The mapping that an import would use. Raises `DataError`."""
    return map_columns(
        all_pairs(draft, found),
        found.columns("interactions"),
        found.columns("items") or None,
        found.columns("users") or None,
        names={kind: ", ".join(table.found.name for table in found.of(kind)) for kind in found.kinds},
    )


def mapping_of_table(draft: Draft, found: Brought, kind: TableKind) -> ColumnMapping:
    """The mapping of one kind of table, whatever the others lack. Raises `DataError`."""
    ids = ("user", "item")
    pairs = roles.complete(pairs_of(draft, found, kind), kind)
    name = ", ".join(table.found.name for table in found.of(kind))
    if kind == "interactions":
        return map_columns(pairs, found.columns(kind), names={kind: name})
    both = {**roles.complete(dict(zip(ids, ids, strict=True)), "interactions"), **pairs}
    tables = {kind: found.columns(kind)}
    return map_columns(both, ids, tables.get("items"), tables.get("users"), names={kind: name})


def plan_of(draft: Draft, found: Brought) -> ImportPlan:
    """The plan that imports the draft."""
    return ImportPlan(
        name=draft.name,
        tables={kind: tuple(table.source for table in found.of(kind)) for kind in found.kinds},
        mapping=all_pairs(draft, found),
        cleaning=draft.cleaning,
        positive_from=draft.positive_from,
    )
