"""Imports that somebody has begun: a document each, which a reload, or another person with the link, finds again."""

from __future__ import annotations

import re
import secrets
import time
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from recengine.errors import StoreError
from recengine.storage import read_document, write_document

DRAFTS = "drafts"
"""Their folder in a workspace."""
KEPT_DAYS = 14.0
"""A draft that nobody has changed for longer is forgotten."""
_ID = re.compile(r"[0-9a-f]{16}")


def new_draft_id() -> str:
    """An id that no other draft has."""
    return secrets.token_hex(8)


def read_draft(root: Path, draft: str) -> dict[str, Any] | None:
    """The document of a draft; None where there is none (any more). Raises `StoreError` for one that is damaged."""
    path = _path(root, draft)
    if not path.exists():
        return None
    return read_document(path, "the draft of an import", "Begin a new import; nothing that is stored is affected.")


def write_draft(root: Path, draft: str, document: Mapping[str, Any]) -> None:
    """Keep the document under the draft's id."""
    write_document(_path(root, draft), document)


def delete_draft(root: Path, draft: str) -> None:
    """Forget it, if it is there."""
    with suppress(OSError):
        _path(root, draft).unlink()


def list_drafts(root: Path) -> dict[str, float]:
    """The ids, the latest change first, with the time of the change in seconds since 1970."""
    found: dict[str, float] = {}
    for path in (root / DRAFTS).glob("*.json"):
        if _ID.fullmatch(path.stem):
            with suppress(OSError):  # deleted meanwhile
                found[path.stem] = path.stat().st_mtime
    return dict(sorted(found.items(), key=lambda entry: -entry[1]))


def prune_drafts(root: Path, *, older_than_days: float = KEPT_DAYS) -> None:
    """Forget the drafts that nobody has changed for so long."""
    before = time.time() - older_than_days * 86_400
    for draft, changed in list_drafts(root).items():
        if changed < before:
            delete_draft(root, draft)


def _path(root: Path, draft: str) -> Path:
    # the id comes from a link, so it must not lead anywhere else
    if not _ID.fullmatch(draft):
        raise StoreError(f"draft: {draft[:40]!r} is no id of a draft. Copy the link again, or begin a new import.")
    return root / DRAFTS / f"{draft}.json"
