"""Ids as codes: places in a vocabulary, in the order in which the ids first appear."""

from __future__ import annotations

import numpy as np
import polars as pl

_SHORT = 1_000_000
"""Entries of a table that is never too long."""


def encode(ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Codes (rows,) UInt32 and the vocabulary (n,) String, each id once, in the order of its first row.

    ids: of any type that is an id: strings, categories, whole numbers. A null is an entry of the vocabulary too.
    `vocabulary[codes]` is `ids` as strings. By hash, over the ids in the type that they have: only the vocabulary is
    made strings.
    """
    once = ids.unique(maintain_order=True)
    numbers = pl.int_range(once.len(), dtype=pl.UInt32, eager=True)
    codes = _looked_up(ids, once) if ids.dtype.is_integer() and not ids.null_count() else None
    if codes is None:
        places = pl.DataFrame({"id": once, "code": numbers})
        joined = ids.alias("id").to_frame().join(places, on="id", how="left", nulls_equal=True, maintain_order="left")
        codes = joined["code"]
    return codes, once.cast(pl.String).alias("id")


def _looked_up(ids: pl.Series, once: pl.Series) -> pl.Series | None:
    """The codes by a table of all whole numbers from the lowest to the highest id; None where it would be too long."""
    if once.is_empty():
        return None
    least, most = int(once.min()), int(once.max())  # type: ignore[arg-type]
    if most - least > 4 * ids.len() + _SHORT or max(abs(least), abs(most)) >= 2**62:
        return None
    table = np.zeros(most - least + 1, dtype=np.uint32)
    table[once.to_numpy().astype(np.int64) - least] = np.arange(once.len(), dtype=np.uint32)
    return pl.Series(table).gather(ids.cast(pl.Int64) - least)


def are_blank(vocabulary: pl.Series) -> pl.Series:
    """Boolean: which entries are no ids, as they hold nothing but blanks."""
    return (vocabulary.str.strip_chars() == "").fill_null(value=True)


def are_used(codes: pl.Series, size: int) -> pl.Series:
    """Boolean (size,): which places of a vocabulary of `size` entries come in `codes`."""
    used = np.zeros(size, dtype=bool)
    used[codes.to_numpy()] = True
    return pl.Series(used)


def in_order(codes: pl.Series, vocabulary: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The same ids with a vocabulary of those that are used, in the order of their first row."""
    renumbered, places = encode(codes)
    return renumbered, vocabulary.gather(places.cast(pl.UInt32))
