"""Import plans: kept as documents for jobs, stored with datasets, and where the files that they name may lie."""

from __future__ import annotations

import re
from collections.abc import Collection
from pathlib import Path, PurePosixPath

from recengine.data.importing.plan import ImportPlan, TableSource
from recengine.data.sources import Source, allowed_folders, folder_source
from recengine.data.table import quoted
from recengine.errors import DataError
from recengine.storage import digest, write_document

PLANS = "plans"
"""Their folder in a workspace."""
UPLOADED = re.compile(r"uploads/[0-9a-f]{64}/[^/\\\0]+")
"""The path of an upload."""


def save_plan(root: Path, plan: ImportPlan) -> Path:
    """Write the plan under the SHA-256 of its content; where it lies. Raises `StoreError`."""
    document = plan.to_json()
    path = root.absolute() / PLANS / f"{digest(document)}.json"
    if not path.exists():
        write_document(path, document)
    return path


def resolve(root: Path, source: TableSource, trusted: Collection[str] = ()) -> Source:
    """The bytes of a table of a plan.

    Read are uploads of the workspace, files in the folders that the configuration allows, and the `trusted` paths: what
    somebody has named who may read it anyway. Raises `DataError` for every other path.
    """
    path = source.path or ""
    if UPLOADED.fullmatch(path) and PurePosixPath(path).name not in (".", ".."):
        upload = root / path
        if upload.is_symlink() or not upload.is_file():
            name = quoted(PurePosixPath(path).name)
            raise DataError(f"{name}: the upload is not in the workspace any more. Bring the file again.")
        return Source.file(upload)
    if path in trusted:
        return Source.file(Path(path))
    return folder_source(path, allowed_folders())


def named_paths(plan: ImportPlan) -> frozenset[str]:
    """The paths of a plan."""
    return frozenset(one.path for sources in plan.tables.values() for one in sources if one.path is not None)
