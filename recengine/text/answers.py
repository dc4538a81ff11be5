"""Answers of language models kept by the hash of what was sent, so that nothing is sent twice."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from recengine.errors import StoreError
from recengine.storage import read_document, write_document
from recengine.text.endpoint import Endpoint, Question

FOLDER = "answers"
"""In the folder of text vectors."""


@dataclass(frozen=True)
class Answers:
    """One file an answer in `folder`; None keeps nothing. A damaged file counts as none, and is asked for again."""

    folder: Path | None

    @classmethod
    def beside(cls, vector_cache: Path | None) -> Answers:
        """Those that are kept with the vectors of texts."""
        return cls(None if vector_cache is None else vector_cache / FOLDER)

    def find(self, endpoint: Endpoint, question: Question) -> str | None:
        """The answer to what was sent before; None where it was not, or was not answered."""
        if self.folder is None:
            return None
        try:
            found = read_document(self._path(endpoint, question), "an answer", "").get("answer")
        except StoreError:
            return None
        return found if isinstance(found, str) and found else None

    def keep(self, endpoint: Endpoint, question: Question, answer: str) -> None:
        """Store an answer. Raises `StoreError` where the folder cannot be written."""
        if self.folder is not None:
            write_document(self._path(endpoint, question), {"model": question.model, "answer": answer})

    def _path(self, endpoint: Endpoint, question: Question) -> Path:
        return (self.folder or Path()) / f"{question.key(endpoint.url)}.json"
