"""Ids as codes: places in a vocabulary, in the order in which the ids first appear."""

from __future__ import annotations

import polars as pl


def encode(ids: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Codes (rows,) UInt32 and the vocabulary (n,) String, each id once, in the order of its first row.

    ids: of any type that is an id: strings, categories, whole numbers. A null is an entry of the vocabulary too.
    `vocabulary[codes]` is `ids` as strings. By hash, over the ids in the type that they have: only the vocabulary is
    made strings.
    """
    once = ids.unique(maintain_order=True)
    places = pl.DataFrame({"id": once, "code": pl.int_range(once.len(), dtype=pl.UInt32, eager=True)})
    codes = ids.alias("id").to_frame().join(places, on="id", how="left", nulls_equal=True, maintain_order="left")
    return codes["code"], once.cast(pl.String).alias("id")


def are_blank(vocabulary: pl.Series) -> pl.Series:
    """Boolean: which entries are no ids, as they hold nothing but blanks."""
    return (vocabulary.str.strip_chars() == "").fill_null(value=True)


def are_used(codes: pl.Series, size: int) -> pl.Series:
    """Boolean (size,): which places of a vocabulary of `size` entries come in `codes`."""
    used = pl.repeat(value=False, n=size, dtype=pl.Boolean, eager=True)
    return used.scatter(codes.unique(), True)


def in_order(codes: pl.Series, vocabulary: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The same ids with a vocabulary of those that are used, in the order of their first row."""
    renumbered, places = encode(codes)
    return renumbered, vocabulary.gather(places.cast(pl.UInt32))
