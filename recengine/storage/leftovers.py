"""What killed processes leave behind: the temporary names of writes that never ended."""

from __future__ import annotations

import re
import shutil
import time
from contextlib import suppress
from pathlib import Path

OLD_SECONDS = 3600.0
# what tempfile makes of the prefixes of `write_bytes` and `replace_folder`
_TEMPORARY = re.compile(r"\..+\.[a-z0-9_]{8}")


def remove_leftovers(folder: Path, *, older_than: float = OLD_SECONDS) -> None:
    """Remove the temporary files and folders of `folder` in which nothing was written for `older_than` seconds.

    A write that goes on is younger, and nobody reads under a temporary name. What cannot be removed stays.
    """
    with suppress(OSError):
        for path in folder.iterdir():
            if _TEMPORARY.fullmatch(path.name):
                with suppress(OSError):
                    _remove(path, before=time.time() - older_than)


def _remove(path: Path, *, before: float) -> None:
    inside = path.rglob("*") if path.is_dir() and not path.is_symlink() else ()
    if max(part.lstat().st_mtime for part in (path, *inside)) >= before:
        return
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
