"""Small JSON documents on disk."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from recengine.errors import StoreError
from recengine.storage.atomic import write_bytes

MAX_DOCUMENT_BYTES = 4_000_000


def write_document(path: Path, document: Mapping[str, Any]) -> None:
    """Store a JSON object, readable by people."""
    text = json.dumps(document, indent=2, ensure_ascii=False, allow_nan=False)
    write_bytes(path, text.encode() + b"\n")


def read_document(path: Path, what: str, mend: str) -> dict[str, Any]:
    """The JSON object at `path`. `StoreError` says that it is damaged, where and why, and `mend` what to do."""
    try:
        if path.stat().st_size > MAX_DOCUMENT_BYTES:
            raise StoreError(f"{path}: {what} is larger than {MAX_DOCUMENT_BYTES:,} bytes. {mend}")
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise StoreError(f"{path}: {what} cannot be read ({error.strerror}). {mend}") from error
    except (ValueError, RecursionError) as error:
        raise StoreError(f"{path}: {what} is not JSON ({str(error).splitlines()[0]}). {mend}") from error
    if not isinstance(document, dict):
        raise StoreError(f"{path}: {what} must be a JSON object, found {type(document).__name__}. {mend}")
    return document
