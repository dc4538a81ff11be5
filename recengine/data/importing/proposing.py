"""A plan for files as they are: which table each is, what its columns are for, with the reasons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.importing.planned import Query, Resolve, query_database
from recengine.data.mapping import Guess, KindGuess, guess_kind, propose
from recengine.data.sources import TABLE_KINDS, Found, Source, TableKind, find_tables, read_found
from recengine.data.table import quoted
from recengine.errors import DataError

SAMPLE_ROWS = 5_000
"""Rows of a table that guesses look at."""


@dataclass(frozen=True)
class ProposedTable:
    """A table that was brought. sample: its first rows, cells as they are. kind: which of the three it is taken as.

    reason: why, "you said so" where that was said. sure: in [0, 1].
    """

    source: TableSource
    found: Found
    sample: pl.DataFrame
    kind: TableKind
    reason: str
    sure: float


@dataclass(frozen=True)
class ProposedPlan:
    """plan: runs as it stands. tables: what was brought. guesses: the roles of the columns, by table."""

    plan: ImportPlan
    tables: tuple[ProposedTable, ...]
    guesses: Mapping[TableKind, tuple[Guess, ...]] = field(default_factory=dict)


def propose_plan(
    name: str,
    tables: Mapping[TableKind, Sequence[TableSource]],
    loose: Sequence[TableSource] = (),
    *,
    resolve: Resolve,
    query: Query = query_database,
    mapping: Mapping[str, str] | None = None,
    cleaning: Sequence[str] = (),
    positive_from: float | str | None = "auto",
) -> ProposedPlan:
    """A plan for `tables`, whose kinds are said, and `loose` ones, whose kinds are guessed.

    A source without `part` stands for every table that the file holds. mapping: pairs that stand as they are; the
    others are guessed from names and cells. Raises `DataError` where something cannot be read, where there are no
    interactions, or two different tables of one kind and nothing says which is meant.
    """
    brought = [
        one for kind in TABLE_KINDS for source in tables.get(kind, ()) for one in _tables(source, kind, resolve, query)
    ]
    brought += [one for source in loose for one in _tables(source, None, resolve, query)]
    by_kind: dict[TableKind, list[ProposedTable]] = {}
    for one in brought:
        by_kind.setdefault(one.kind, []).append(one)
    if "interactions" not in by_kind:
        listed = ", ".join(f"{one.found.name} ({one.kind}: {one.reason})" for one in brought[:6]) or "nothing"
        raise DataError(
            f"files: found no table of interactions, who took what, but {listed}. Say which: --interactions FILE."
        )
    for kind, same in by_kind.items():
        _check_alike(kind, same)
    made = propose({kind: (same[0].found, same[0].sample) for kind, same in by_kind.items()}, mapping)
    plan = ImportPlan(
        name=name,
        tables={kind: tuple(one.source for one in by_kind[kind]) for kind in TABLE_KINDS if kind in by_kind},
        mapping=dict(made.pairs),
        cleaning=tuple(cleaning),
        positive_from=positive_from,
    )
    return ProposedPlan(plan, tuple(brought), made.guesses)


def _tables(source: TableSource, kind: TableKind | None, resolve: Resolve, query: Query) -> list[ProposedTable]:
    """Every table of a source that is meant; of an archive or a workbook those that are of the kind, if any are."""
    if source.connection is not None:
        table = query(source, SAMPLE_ROWS)
        found: tuple[Found, ...] = (Found(Source.memory(table.name, b""), "database", tuple(table.frame.columns)),)
        samples = [table.frame]
    else:
        found = find_tables(resolve(source))
        if source.part:
            found = tuple(one for one in found if one.part == source.part)
            if not found:
                raise DataError(
                    f"{source.path}: has no table {quoted(source.part)}. Leave the part out to see what there is."
                )
        samples = [read_found(one, rows=SAMPLE_ROWS).frame for one in found]
    guessed = [guess_kind(one, sample) for one, sample in zip(found, samples, strict=True)]
    every = [
        ProposedTable(_part_of(source, one), one, sample, *_settled(kind, guess))
        for one, sample, guess in zip(found, samples, guessed, strict=True)
    ]
    if kind is not None and len(every) > 1:
        meant = [one for one, guess in zip(every, guessed, strict=True) if guess.kind == kind]
        return meant or every
    return every


def _part_of(source: TableSource, found: Found) -> TableSource:
    return source if source.path is None else TableSource(source.path, found.part)


def _settled(kind: TableKind | None, guess: KindGuess) -> tuple[TableKind, str, float]:
    return (guess.kind, guess.reason, guess.sure) if kind is None else (kind, "you said so", 1.0)


def _check_alike(kind: TableKind, same: Sequence[ProposedTable]) -> None:
    """Tables of which nobody said what they are are read as one only where they have the same columns."""
    first = same[0]
    for one in same[1:]:
        if set(one.found.columns) != set(first.found.columns) and "you said so" not in (one.reason, first.reason):
            raise DataError(
                f"files: {first.found.name} and {one.found.name} both look like {kind} and have different columns. "
                f"Leave one out, or say what to read as one: --{kind} FILE FILE."
            )
