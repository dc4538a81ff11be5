"""Folders whose files may be read in place: what the configuration allows, and nothing beside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from recengine.data.sources.source import Source, one_line
from recengine.data.table import quoted
from recengine.errors import DataError

VARIABLE = "RECENGINE_FOLDERS"
"""The folders, separated as in PATH: by a colon, on Windows by a semicolon."""
_MOST = 5_000
_DEEPEST = 6


@dataclass(frozen=True)
class FolderFile:
    """A file that may be read in place. folder: the allowed folder. name: the path inside it, with slashes. size: in
    bytes.
    """

    folder: Path
    name: str
    size: int

    @property
    def path(self) -> Path:
        """Where it lies."""
        return self.folder / self.name


def allowed_folders(environment: Mapping[str, str] | None = None) -> tuple[Path, ...]:
    """The folders that `RECENGINE_FOLDERS` names and that are there, each once, links in their own path followed."""
    value = (os.environ if environment is None else environment).get(VARIABLE, "")
    folders: dict[Path, None] = {}
    for text in value.split(os.pathsep):
        if text.strip():
            try:
                folder = Path(text.strip()).expanduser().resolve()
                if folder.is_dir():
                    folders[folder] = None
            except (OSError, RuntimeError, ValueError):
                continue
    return tuple(folders)


def folder_files(folders: tuple[Path, ...]) -> tuple[FolderFile, ...]:
    """The files in `folders` and what lies in them, by name; at most 5,000, six folders deep.

    Left out: what is hidden, links, pipes and devices, and folders that cannot be read.
    """
    found: list[FolderFile] = []
    for folder in folders:
        for top, inner, names in os.walk(folder, followlinks=False):
            here = Path(top)
            depth = len(here.relative_to(folder).parts)
            inner[:] = [] if depth >= _DEEPEST else sorted(name for name in inner if not name.startswith("."))
            for name in sorted(names):
                size = None if name.startswith(".") else _size(here / name)
                if size is not None:
                    found.append(FolderFile(folder, (here / name).relative_to(folder).as_posix(), size))
                if len(found) == _MOST:
                    return tuple(found)
    return tuple(found)


def folder_source(path: str, folders: tuple[Path, ...]) -> Source:
    """The source of a file in one of `folders`, by its full path, or by its path inside one of them.

    Raises `DataError` for a path that leads out of them, over a link or with `../`, and for what is no file.
    """
    shown = quoted(one_line(path))
    if not folders:
        raise DataError(f"{shown}: no folder is allowed to be read in place. Name some in {VARIABLE}.")
    wanted = PurePosixPath(path.replace(os.sep, "/"))
    if "\0" in path or ".." in wanted.parts or not path.strip():
        raise DataError(f"{shown}: leads out of the allowed folders. Choose a file that is listed.")
    for folder in folders:
        target = Path(path) if Path(path).is_absolute() else folder / path
        try:
            inside = target.relative_to(folder).parts
        except ValueError:
            continue
        if any(part.startswith(".") for part in inside) or _over_a_link(folder, inside):
            raise DataError(f"{shown}: is hidden or behind a link. Choose a file that is listed.")
        if _size(target) is not None:
            return Source.file(target)
    raise DataError(f"{shown}: is no file in the allowed folders. Choose a file that is listed.")


def _over_a_link(folder: Path, inside: tuple[str, ...]) -> bool:
    step = folder
    for part in inside:
        step = step / part
        try:
            if step.is_symlink():
                return True
        except (OSError, ValueError):  # no system has such a name, so there is no file
            return False
    return False


def _size(path: Path) -> int | None:
    """Of a file, in bytes; None for what is none, or a link."""
    try:
        found = path.lstat()
    except (OSError, ValueError):
        return None
    return found.st_size if stat.S_ISREG(found.st_mode) else None
