"""Material made by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

import polars as pl
import pytest

from recengine.data import Table, map_columns
from recengine.data.material import Material, make_material

Columns: TypeAlias = Mapping[str, list[Any]]
MakeMaterial: TypeAlias = Callable[..., Material]


@pytest.fixture(scope="session")
def make() -> MakeMaterial:
    """`make(interactions, items, users, mapping)`: columns of tables as material."""

    def build(
        interactions: Columns,
        items: Columns | None = None,
        users: Columns | None = None,
        mapping: Mapping[str, str] | None = None,
    ) -> Material:
        given = {"interactions": interactions, "items": items, "users": users}
        tables = {
            name: None if columns is None else Table(f"{name}.csv", pl.DataFrame(columns))
            for name, columns in given.items()
        }
        columns = {name: None if table is None else table.frame.columns for name, table in tables.items()}
        roles = map_columns(mapping or {}, columns["interactions"] or [], columns["items"], columns["users"])
        return make_material(tables, roles)

    return build
