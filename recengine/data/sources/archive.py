"""Zip archives: their members as sources of their own, read in memory and never written to disk."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO

from recengine.data.sources.limits import Limits
from recengine.data.sources.packing import Guarded, damaged
from recengine.data.sources.source import Source, one_line, opened
from recengine.errors import DataError

ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = 0x1
_BUFFER = 1 << 20
_NOTHING = b"PK\x05\x06" + bytes(18)
_ERRORS = (zipfile.BadZipFile, OSError, ValueError, EOFError, NotImplementedError, RuntimeError, zlib.error)


def members_of(source: Source, limits: Limits) -> tuple[Source, ...]:
    """The files in a zip archive, but for folders and what operating systems add; each named as in the archive.

    A name is only ever shown: `../` in it leads nowhere. Raises `DataError` for a damaged archive, one with more
    entries than allowed, and one that needs a password.
    """
    with opened(source) as stream:
        try:
            with zipfile.ZipFile(stream) as archive:
                entries = archive.infolist()
        except (*_ERRORS, struct.error) as error:
            raise damaged(source.name, error) from None
    if len(entries) > limits.members:
        raise DataError(
            f"{source.name}: the archive has {len(entries):,} entries, at most {limits.members:,} are read. "
            "Choose the files that hold the tables."
        )
    kept = [entry for entry in entries if not _is_noise(entry)]
    if any(entry.flag_bits & _ENCRYPTED for entry in kept):
        raise DataError(f"{source.name}: the archive needs a password. Unpack it first.")
    return tuple(Source(one_line(entry.filename), _opening(source, entry, limits)) for entry in kept)


def _opening(source: Source, entry: zipfile.ZipInfo, limits: Limits) -> Callable[[], IO[bytes]]:
    def open_member() -> IO[bytes]:
        held = ExitStack()
        try:
            packed = held.enter_context(opened(source))
            size = packed.seek(0, io.SEEK_END)
            # reading the list of thousands of members again for each of them would take hours
            archive = held.enter_context(zipfile.ZipFile(io.BytesIO(_NOTHING)))
            archive.fp = packed
            stream = held.enter_context(archive.open(entry))
        except _ERRORS as error:
            held.close()
            raise damaged(source.name, error) from None
        # what the archive says of its sizes is not believed beyond that of the file
        packed_size = min(entry.compress_size, size)
        name = f"{source.name}, {one_line(entry.filename)}"
        return io.BufferedReader(Guarded(name, stream, lambda: packed_size, limits, held), _BUFFER)

    return open_member


def _is_noise(entry: zipfile.ZipInfo) -> bool:
    name = entry.filename.replace("\\", "/")
    return entry.is_dir() or name.startswith("__MACOSX/") or name.rpartition("/")[2].startswith(".")
