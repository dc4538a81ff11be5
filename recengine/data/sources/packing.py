"""Packed files: what they are packed with, and their bytes, unpacked under a limit."""

from __future__ import annotations

import bz2
import gzip
import io
import lzma
import zipfile
import zlib
from collections.abc import Callable
from contextlib import ExitStack
from typing import IO, Any, cast

from recengine.data.sources.limits import Limits
from recengine.data.sources.source import Source, opened
from recengine.errors import DataError

_PEEK = 16
_BUFFER = 1 << 20
_MAGIC = {b"\x1f\x8b": "gzip", b"\x28\xb5\x2f\xfd": "zstd", b"BZh": "bzip2", b"\xfd7zXZ\x00": "xz"}


def packing_of(head: bytes) -> str | None:
    """What a file that begins with `head` is packed with: gzip, zstd, bzip2 or xz; None where with none of them."""
    return next((packing for magic, packing in _MAGIC.items() if head.startswith(magic)), None)


def unpacked(source: Source, limits: Limits) -> tuple[Source, tuple[str, ...]]:
    """The source of the bytes inside all packing, and what it was packed with, the outermost first."""
    packings: list[str] = []
    while (packing := packing_of(head_of(source, _PEEK))) is not None:
        packings.append(packing)
        if len(packings) > limits.depth:
            raise DataError(f"{source.name}: is packed more than {limits.depth} times over. Unpack it first.")
        source = Source(source.name, _unpacking(source, packing, limits))
    return source, tuple(packings)


def head_of(source: Source, n_bytes: int) -> bytes:
    """The first bytes of `source`, fewer only where there are no more."""
    with opened(source) as stream:
        try:
            return _read_fully(stream, n_bytes)
        except OSError as error:
            raise damaged(source.name, error) from None


def whole(source: Source, limits: Limits) -> bytes:
    """All bytes of `source`, for formats that cannot be read in pieces."""
    with opened(source) as stream:
        try:
            content = stream.read(limits.whole + 1)
        except OSError as error:
            raise damaged(source.name, error) from None
    if len(content) > limits.whole:
        raise DataError(
            f"{source.name}: is larger than the {limits.whole >> 20:,} MB that a file of this format may have. "
            "Save it as CSV or Parquet."
        )
    return content


def damaged(name: str, error: Exception) -> DataError:
    """What to say where packed bytes end early or make no sense."""
    reason = str(error).splitlines()[0][:100] if str(error) else type(error).__name__
    return DataError(f"{name}: the file is damaged or cut off ({reason}). Get it again.")


class Guarded(io.RawIOBase):
    """What `stream` unpacks to. Raises `DataError` where it is damaged, or unfolds to more than `limits` allow.

    packed: how many packed bytes have been read so far.
    """

    def __init__(self, name: str, stream: IO[bytes], packed: Callable[[], int], limits: Limits, held: ExitStack):
        self._name = name
        self._stream = stream
        self._packed = packed
        self._limits = limits
        self._held = held
        self._total = 0

    def readable(self) -> bool:
        """Always."""
        return True

    def readinto(self, buffer: Any, /) -> int:
        """Some of the next bytes."""
        view = memoryview(buffer)
        try:
            chunk = self._stream.read(min(len(view), _BUFFER))
        except DataError:
            raise
        # zipfile says NotImplementedError for a method it does not know, and RuntimeError for a password
        except (EOFError, OSError, zlib.error, lzma.LZMAError, zipfile.BadZipFile, ValueError, RuntimeError) as error:
            raise damaged(self._name, error) from None
        view[: len(chunk)] = chunk
        self._total += len(chunk)
        self._check()
        return len(chunk)

    def tell(self) -> int:
        """Bytes so far; what is packed again asks for it."""
        return self._total

    def close(self) -> None:
        """Close what lies below too."""
        if not self.closed:
            super().close()
            self._held.close()

    def _check(self) -> None:
        limits = self._limits
        too_much = self._total > limits.unpacked
        too_dense = self._total > limits.free and self._total > limits.ratio * max(self._packed(), 1)
        if too_much or too_dense:
            raise DataError(
                f"{self._name}: unfolds to more than {self._total >> 20:,} MB, which no table packed so small does. "
                "Unpack it yourself if you trust it."
            )


def _unpacking(source: Source, packing: str, limits: Limits) -> Callable[[], IO[bytes]]:
    def unpack() -> IO[bytes]:
        held = ExitStack()
        raw = held.enter_context(opened(source))
        stream = held.enter_context(cast(IO[bytes], _OPENERS[packing](raw)))
        return io.BufferedReader(Guarded(source.name, stream, raw.tell, limits, held), _BUFFER)

    return unpack


def _open_zstd(raw: IO[bytes]) -> Any:
    import pyarrow

    # unlike others it says so where the file ends early
    return pyarrow.CompressedInputStream(pyarrow.PythonFile(raw, mode="r"), "zstd")


_OPENERS: dict[str, Callable[[IO[bytes]], Any]] = {
    "gzip": gzip.open,
    "zstd": _open_zstd,
    "bzip2": bz2.open,
    "xz": lzma.open,
}


def _read_fully(stream: IO[bytes], n_bytes: int) -> bytes:
    chunks = []
    while n_bytes > 0 and (chunk := stream.read(n_bytes)):
        chunks.append(chunk)
        n_bytes -= len(chunk)
    return b"".join(chunks)
