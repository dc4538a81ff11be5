"""How much a source may unfold to: what keeps a small hostile file from filling the memory."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """unpacked: bytes that a packed file, or all members of an archive, may unfold to. ratio: times its packed size
    that it may, once that is more than `free` bytes: tables unfold 3 to 50-fold, a bomb about 1,000-fold. depth: how
    often one packing may lie in another. members: entries of an archive. cells: of a sheet, or of a column that is
    stored run by run, each of which takes memory where the file holds next to nothing. columns: of a table. row: bytes
    of one row of text. whole: bytes of a document that can only be read whole.
    """

    unpacked: int = 16 << 30
    ratio: int = 200
    free: int = 32 << 20
    depth: int = 3
    members: int = 10_000
    cells: int = 2_000_000_000
    sheet: int = 50_000_000
    columns: int = 2_000
    row: int = 64 << 20
    whole: int = 1 << 30


DEFAULT_LIMITS = Limits()
