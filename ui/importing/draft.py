"""An import that is being put together: every choice made on the page, as one frozen value. No Streamlit here."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any, Literal, get_args

from recengine.data.importing.plan import TableSource
from recengine.data.sources import TABLE_KINDS, TableKind
from recengine.errors import StoreError

VERSION = 1
Stage = Literal["bring", "map", "clean", "import"]
STAGES: tuple[Stage, ...] = get_args(Stage)
Use = TableKind | Literal["none"]
"""What a table is used as; "none": it is left out."""


@dataclass(frozen=True)
class Draft:
    """files: paths as in `TableSource`, in the order in which they came; each may hold several tables.
    statements: tables of databases. uses: what a table is used as where that was chosen, by `table_key`; the others are
    used as what they are guessed to be. pairs: the mapping of a kind of table where it was changed; the others have
    what is guessed. cleaning: texts of steps. job: the last import of this draft; imported:
    what its plan was, by digest.
    """

    id: str
    name: str = ""
    stage: Stage = "bring"
    files: tuple[str, ...] = ()
    statements: tuple[TableSource, ...] = ()
    uses: Mapping[str, Use] = field(default_factory=dict)
    pairs: Mapping[TableKind, Mapping[str, str]] = field(default_factory=dict)
    positive_from: float | str | None = "auto"
    cleaning: tuple[str, ...] = ()
    job: str = ""
    imported: str = ""

    @property
    def is_empty(self) -> bool:
        """Whether nothing was brought yet."""
        return not self.files and not self.statements

    def with_files(self, paths: Sequence[str]) -> Draft:
        """With more files; one that is there already stays where it is."""
        return replace(self, files=tuple(dict.fromkeys((*self.files, *paths))))

    def without_file(self, path: str) -> Draft:
        """Without a file and what was chosen for its tables."""
        uses = {key: use for key, use in self.uses.items() if not key.startswith(f"{path}\n")}
        return replace(self, files=tuple(one for one in self.files if one != path), uses=uses)

    def with_statement(self, table: TableSource) -> Draft:
        """With the rows of one more statement."""
        return replace(self, statements=tuple(dict.fromkeys((*self.statements, table))))

    def without_statement(self, table: TableSource) -> Draft:
        """Without the rows of a statement."""
        uses = {key: use for key, use in self.uses.items() if key != table_key(table)}
        return replace(self, statements=tuple(one for one in self.statements if one != table), uses=uses)

    def using(self, table: TableSource, use: Use) -> Draft:
        """The same with a table used as something else."""
        return replace(self, uses={**self.uses, table_key(table): use})

    def mapping(self, kind: TableKind, pairs: Mapping[str, str]) -> Draft:
        """The same with another mapping of a kind of table."""
        return replace(self, pairs={**self.pairs, kind: dict(pairs)})

    def guessing(self, kind: TableKind) -> Draft:
        """The same with the guessed mapping of a kind of table."""
        return replace(self, pairs={one: pairs for one, pairs in self.pairs.items() if one != kind})

    def to_json(self) -> dict[str, Any]:
        """Plain values."""
        return {"version": VERSION, **asdict(self)}

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Draft:
        """The draft of a document of this version. Raises `StoreError` for any other."""
        problem = StoreError("draft: made by another version of the program, or damaged. Begin a new import.")
        if document.get("version") != VERSION:
            raise problem
        try:
            values = {key: value for key, value in document.items() if key != "version"}
            made = cls(
                **{
                    **values,
                    "files": tuple(values["files"]),
                    "statements": tuple(TableSource(**one) for one in values["statements"]),
                    "cleaning": tuple(values["cleaning"]),
                }
            )
        except (KeyError, TypeError) as error:
            raise problem from error
        kinds, uses = set(made.pairs), set(made.uses.values())
        if made.stage not in STAGES or kinds - set(TABLE_KINDS) or uses - {*TABLE_KINDS, "none"}:
            raise problem
        return made


def table_key(table: TableSource) -> str:
    """What tells a table from the others of a draft."""
    if table.path is not None:
        return f"{table.path}\n{table.part}"
    return f"{table.connection}\n\n{table.statement}"
