"""White space and case in ids."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import ClassVar

import polars as pl

from recengine.data.cleaning.base import SAMPLE_ROWS, Applied, Settled
from recengine.data.cleaning.catalogue import without_repeats
from recengine.data.cleaning.settings import Option
from recengine.data.material import Material
from recengine.data.table import Table
from recengine.data.vocabulary import are_used, encode

_CASES = ("keep", "lower", "upper")


@dataclass(frozen=True)
class Ids(Settled):
    """trim: whether white space at both ends goes, and a run of it inside becomes one blank. case: of the letters."""

    trim: bool = True
    case: str = "keep"
    whose: str = "both"

    name: ClassVar[str] = "ids"
    label: ClassVar[str] = "White space and case in ids"
    about: ClassVar[str] = (
        "Ids that differ only so become one, in all three tables. Of catalogue rows that then have the same id the "
        "first stays."
    )
    options: ClassVar[tuple[Option, ...]] = (
        Option("trim", "Trim white space", "switch", True, "Blanks at both ends go; several inside become one."),
        Option("case", "Case", "choice", "keep", "What becomes of capital and small letters.", choices=_CASES),
        Option("whose", "Ids of", "choice", "both", "Whose ids are looked at.", choices=("both", "users", "items")),
    )

    def apply(self, material: Material) -> Applied:
        """The same interactions under tidy ids."""
        rows, changed = material.events, []
        done, says, samples = material, [], []
        for kind in ("user", "item"):
            if self.whose not in ("both", f"{kind}s"):
                continue
            before = material.user_ids if kind == "user" else material.item_ids
            tidy = self._tidy(before)
            used = are_used(rows[kind], before.len())
            differ = (tidy != before) & used
            codes, after = encode(tidy)
            there = before.filter(used).len()
            merged = there - tidy.filter(used).n_unique()
            says.append(f"{differ.sum():,} of {there:,} {kind} ids are changed, {merged:,} fall together with another")
            changed.append(differ[rows[kind]])
            columns = {
                "id of": [kind] * int(differ.sum()),
                "before": before.filter(differ),
                "after": tidy.filter(differ),
            }
            samples.append(pl.DataFrame(columns, schema=dict.fromkeys(columns, pl.String)))
            table, left_out = self._table(material, kind)
            if left_out:
                says.append(f"{left_out:,} rows of {table.name if table else kind} repeat an id and are left out")
            events = done.events.with_columns(codes[done.events[kind]].alias(kind)) if differ.any() else done.events
            done = (
                replace(done, events=events, user_ids=after, users=table)
                if kind == "user"
                else replace(done, events=events, item_ids=after, items=table)
            )
        touched = int(
            pl.DataFrame({str(i): one for i, one in enumerate(changed)})
            .select(pl.any_horizontal(pl.all()))
            .to_series()
            .sum()
        )
        return Applied(
            material=done,
            table="interactions",
            does="changes",
            touched=touched,
            of=rows.height,
            says=f"{touched:,} of {rows.height:,} interactions get other ids: {'; '.join(says)}.",
            sample=pl.concat(samples).head(SAMPLE_ROWS),
        )

    def _tidy(self, ids: pl.Series) -> pl.Series:
        tidy = ids.cast(pl.String)
        if self.trim:
            tidy = tidy.str.strip_chars().str.replace_all(r"\s+", " ")
        if self.case == "lower":
            tidy = tidy.str.to_lowercase()
        if self.case == "upper":
            tidy = tidy.str.to_uppercase()
        return tidy

    def _table(self, material: Material, kind: str) -> tuple[Table | None, int]:
        """The catalogue or the user table with tidy ids, and how many of its rows repeat an id only since then."""
        table = material.users if kind == "user" else material.items
        column = material.mapping.user_id if kind == "user" else material.mapping.item_id
        if table is None or column is None:
            return table, 0
        ids = table.frame[column].cast(pl.String)
        tidy = self._tidy(ids)
        if tidy.equals(ids, null_equal=True):
            return table, 0
        tidied = replace(table, frame=table.frame.with_columns(tidy.alias(column)))
        # rows that had the same id before stay: they are a mistake of the table, which is said as one
        return without_repeats(tidied, column, unless=ids)
