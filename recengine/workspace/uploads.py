"""Files that somebody brought, kept under the SHA-256 of their bytes, so that an import can be done again."""

from __future__ import annotations

import hashlib
import re
import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from typing import IO

from recengine.errors import StoreError
from recengine.storage import scratch_folder

UPLOADS = "uploads"
"""Their folder in a workspace."""
KEPT_DAYS = 14.0
"""A file that no plan and no draft names goes when it is older."""
_CHUNK = 1 << 20
_MAX_NAME = 60
_SUFFIXES = re.compile(r"(?:\.[A-Za-z0-9]{1,10}){1,2}$")


def keep_upload(root: Path, name: str, content: IO[bytes]) -> str:
    """Keep the bytes of `content`, from its start, and say where: `uploads/SHA256/NAME`, relative to the workspace.

    name: as the browser gave it; of it only what is harmless in a path is taken. Raises `StoreError`.
    """
    try:
        with scratch_folder(root / UPLOADS) as folder:
            draft, digest = folder / "file", hashlib.sha256()
            content.seek(0)
            with draft.open("wb") as file:
                while chunk := content.read(_CHUNK):
                    digest.update(chunk)
                    file.write(chunk)
            place = root / UPLOADS / digest.hexdigest() / safe_name(name)
            place.parent.mkdir(parents=True, exist_ok=True)
            draft.replace(place)
    except OSError as error:
        raise StoreError(
            f"{root / UPLOADS}: the file cannot be kept ({error.strerror or error}). Make the workspace writable, or "
            "free space."
        ) from error
    return place.relative_to(root).as_posix()


def safe_name(name: str) -> str:
    """A file name made of letters, digits, dots, dashes, blanks and underscores, at most `_MAX_NAME` characters."""
    last = re.split(r"[/\\]", name)[-1]
    harmless = re.sub(r"[^\w.\- ]", "_", last).strip(" .")
    ending = _SUFFIXES.search(harmless)
    suffix = ending.group() if ending else ""
    stem = harmless[: len(harmless) - len(suffix)] or "file"
    return stem[: _MAX_NAME - len(suffix)] + suffix


def prune_uploads(root: Path, named: Collection[str], *, older_than_days: float = KEPT_DAYS) -> None:
    """Delete the files that are older than this and that no one of `named`, paths as `keep_upload` gives them, is."""
    before = time.time() - older_than_days * 86_400
    folders = {Path(path).parts[1] for path in named if Path(path).parts[:1] == (UPLOADS,)}
    with suppress(OSError):
        for folder in (root / UPLOADS).iterdir():
            if re.fullmatch(r"[0-9a-f]{64}", folder.name) and folder.name not in folders:
                with suppress(OSError):
                    if max(path.lstat().st_mtime for path in (folder, *folder.iterdir())) < before:
                        shutil.rmtree(folder)
