"""The tables as mapped and as cleaned so far: read once, kept bounded, counted once for each step."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import polars as pl
import streamlit as st

from recengine.data import ColumnMapping
from recengine.data.cleaning import Does, TouchedTable, parse_step
from recengine.data.databases import table_of_statement
from recengine.data.importing.planned import PlannedTable, read_planned
from recengine.data.material import Material, make_material, unreadable_left
from ui.importing import proposal
from ui.importing.draft import Draft
from ui.importing.reading import Brought, BroughtTable

Counts = tuple[int, int, int]
"""Users, items and interactions: what has an interaction."""


@dataclass(frozen=True)
class Effect:
    """What a step does to what the steps before it left; `Applied` without the tables. after: what it leaves."""

    table: TouchedTable
    does: Does
    touched: int
    of: int
    says: str
    sample: pl.DataFrame
    after: Counts


@dataclass(frozen=True)
class Mapped:
    """The tables of a draft as they are mapped. key: another text whenever anything of them is another."""

    key: str
    draft: Draft
    found: Brought

    @classmethod
    def of(cls, draft: Draft, found: Brought) -> Mapped:
        """Raises `DataError` where the mapping cannot be used."""
        proposal.mapping_of(draft, found)
        facts = {
            "tables": {kind: [[one.stamp, one.source.part] for one in found.of(kind)] for kind in found.kinds},
            "pairs": proposal.all_pairs(draft, found),
        }
        return cls(json.dumps(facts), draft, found)

    def material(self, steps: Sequence[str] = ()) -> Material:
        """After `steps`. Raises `DataError`."""
        return _material(self.key, tuple(steps), _mapped=self)

    def counts(self, steps: Sequence[str] = ()) -> Counts:
        """After `steps`. Raises `DataError`."""
        return _counts(self.key, tuple(steps), _mapped=self)

    @property
    def mapping(self) -> ColumnMapping:
        """What an import would use. Raises `DataError`."""
        return proposal.mapping_of(self.draft, self.found)

    @property
    def dropped(self) -> Mapping[str, int]:
        """Interactions that cannot come in at all, by reason. Raises `DataError`."""
        return self.material().dropped

    def unreadable(self, steps: Sequence[str] = ()) -> int:
        """Cells of values and times that would stop an import after `steps`. Raises `DataError`."""
        return _unreadable(self.key, tuple(steps), _mapped=self)

    def effect(self, steps: Sequence[str], step: str) -> Effect:
        """Of `step` after `steps`. Raises `DataError`, also where nothing would be left."""
        return _effect(self.key, tuple(steps), step, _mapped=self)


@st.cache_resource(max_entries=3, show_spinner=False)
def _material(key: str, steps: tuple[str, ...], *, _mapped: Mapped) -> Material:
    if steps:
        return parse_step(steps[-1]).apply(_mapped.material(steps[:-1])).material
    mapping = proposal.mapping_of(_mapped.draft, _mapped.found)
    planned = {kind: tuple(map(_planned, _mapped.found.of(kind))) for kind in _mapped.found.kinds}
    return make_material(read_planned(planned, mapping), mapping)


@st.cache_resource(max_entries=64, show_spinner=False)
def _counts(key: str, steps: tuple[str, ...], *, _mapped: Mapped) -> Counts:
    return _counted(_mapped.material(steps))


@st.cache_resource(max_entries=64, show_spinner=False)
def _unreadable(key: str, steps: tuple[str, ...], *, _mapped: Mapped) -> int:
    return unreadable_left(_mapped.material(steps)).height


@st.cache_resource(max_entries=256, show_spinner=False)
def _effect(key: str, steps: tuple[str, ...], step: str, *, _mapped: Mapped) -> Effect:
    done = parse_step(step).apply(_mapped.material(steps))
    after = _counted(done.material)
    return Effect(done.table, done.does, done.touched, done.of, done.says, done.sample, after)


def _counted(material: Material) -> Counts:
    events = material.events
    return events["user"].n_unique(), events["item"].n_unique(), events.height


def _planned(table: BroughtTable) -> PlannedTable:
    """A table as the import finds it."""
    if table.source.connection is None:
        return PlannedTable(table.source, table.found)
    rows = table_of_statement(table.source.connection, table.source.statement or "")
    return PlannedTable(table.source, None, rows)
