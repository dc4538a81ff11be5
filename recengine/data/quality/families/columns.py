"""Columns of the catalogue and the user table: with holes, with one value, with numbers read as categories."""

from __future__ import annotations

from collections.abc import Iterator

import polars as pl

from recengine.data.dataset import Attribute
from recengine.data.quality.evidence import Evidence
from recengine.data.quality.report import Fix, QualityFinding
from recengine.data.quality.wording import counted, cut, quoted_list, share_text, verb

MISSING, MOSTLY_MISSING = 0.05, 0.5
CODES = 10
NUMBERS = 20
UNIQUE = 0.9


def column_findings(evidence: Evidence) -> Iterator[QualityFinding]:
    """Of the attributes; nothing where there are none."""
    attributes = evidence.columns.filter(
        pl.col("table").is_in(["items", "users"]) & pl.col("kind").is_in(["category", "categories", "number"])
    )
    if attributes.is_empty():
        return
    yield _missing(attributes)
    yield from _constant(evidence, attributes)
    yield from _kinds(evidence)


def _missing(attributes: pl.DataFrame) -> QualityFinding:
    holes = attributes.filter(pl.col("missing_share") > MISSING).sort("missing_share", descending=True)
    if holes.is_empty():
        return QualityFinding(
            name="missing-values",
            severity="good",
            value=0,
            unit="columns",
            n=attributes.height,
            text=f"No attribute is missing in more than {MISSING:.0%} of the rows.",
            why="So groups and filters cover nearly everybody and everything.",
        )
    shown = [
        f"{table[:-1]} {column} ({share_text(share)})"
        for table, column, share in holes.select("table", "column", "missing_share").iter_rows()
    ]
    return QualityFinding(
        name="missing-values",
        severity="warning" if holes["missing_share"][0] > MOSTLY_MISSING else "note",
        value=holes.height,
        unit="columns",
        n=attributes.height,
        text=f"{counted(holes.height, 'attribute')} {verb(holes.height, 'is', 'are')} often missing: "
        f"{quoted_list(shown)}.",
        why="Who is in no group is in no audit, and the missing are seldom like the others: who hides their age is not "
        "the average person.",
        facts={"columns": shown},
    )


def _constant(evidence: Evidence, attributes: pl.DataFrame) -> Iterator[QualityFinding]:
    single = attributes.filter(pl.col("distinct") == 1)
    if single.is_empty():
        return
    names = [f"{table[:-1]} {column}" for table, column in single.select("table", "column").iter_rows()]
    roles = [
        role
        for table, column, kind in single.select("table", "column", "kind").iter_rows()
        if evidence.column_of(role := f"{table[:-1]}.{kind}.{column}") is not None
    ]
    yield QualityFinding(
        name="constant-columns",
        severity="note",
        value=single.height,
        unit="columns",
        n=attributes.height,
        text=f"{counted(single.height, 'attribute')} {verb(single.height, 'has', 'have')} one value only: "
        f"{quoted_list(names)}.",
        why="It tells nobody and nothing apart; it only takes a place in forms and models.",
        fix=Fix("Leave them out", mapping=dict.fromkeys(roles, "")) if roles else None,
    )


def _kinds(evidence: Evidence) -> Iterator[QualityFinding]:
    dataset = evidence.dataset
    for table, frame, attributes in (
        ("item", dataset.items, dataset.item_attributes),
        ("user", dataset.users, dataset.user_attributes),
    ):
        for attribute in attributes:
            role = f"{table}.{attribute.kind}.{attribute.name}"
            column = evidence.column_of(role)
            # one that an import derived, such as a decade, has no column to be mapped otherwise
            values = frame[attribute.name].drop_nulls()
            if column is None or values.is_empty():
                continue
            yield from _kind(table, attribute, values, role, column)


def _kind(table: str, attribute: Attribute, values: pl.Series, role: str, column: str) -> Iterator[QualityFinding]:
    distinct = values.n_unique() if attribute.kind != "categories" else 0
    if attribute.kind == "category" and distinct >= NUMBERS and values.cast(pl.Float64, strict=False).null_count() == 0:
        yield QualityFinding(
            name=f"numeric-category:{table}.{attribute.name}",
            severity="note",
            value=distinct,
            unit="values",
            n=len(values),
            text=f"The {table} category {cut(attribute.name)} holds numbers only, {distinct:,} of them.",
            why="As categories 19 and 20 are as different as 1 and 90, and each forms a tiny group; as a number they "
            "are near.",
            fix=Fix("Read it as a number", mapping={role: "", f"{table}.number.{attribute.name}": column}),
        )
    elif attribute.kind == "category" and distinct > UNIQUE * len(values) and len(values) >= NUMBERS:
        yield QualityFinding(
            name=f"unique-category:{table}.{attribute.name}",
            severity="note",
            value=distinct,
            unit="values",
            n=len(values),
            text=f"The {table} category {cut(attribute.name)} is different in nearly every row: {distinct:,} values in "
            f"{len(values):,} rows.",
            why="A name or an id, not a group: it says nothing of others, and costs models a column a value.",
            fix=Fix("Leave it out", mapping={role: ""}),
        )
    elif (
        attribute.kind == "number"
        and 1 < distinct <= CODES
        and len(values) >= 10 * distinct
        and bool((values % 1 == 0).all())
    ):
        yield QualityFinding(
            name=f"coded-number:{table}.{attribute.name}",
            severity="note",
            value=distinct,
            unit="values",
            n=len(values),
            text=f"The {table} number {cut(attribute.name)} has only {distinct} values, all whole: perhaps codes.",
            why="Codes have no order: as a number 3 lies between 2 and 4, and no groups can be formed. As a category "
            "each value is a group.",
            fix=Fix("Read it as a category", mapping={role: "", f"{table}.category.{attribute.name}": column}),
        )
