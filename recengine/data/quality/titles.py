"""Items that look like one item twice: titles that differ by spelling alone."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.arrays import Mask

MAX_TITLES = 100_000
"""Titles that are compared for small differences; the items most taken go first."""
ALIKE = 90.0
"""Lowest similarity, in per cent: 1 - insertions and deletions / length of both (the normalised Indel similarity)."""
SHORTEST = 6
"""Shorter titles differ by a letter although they are different things."""
MANY = 20
"""A title that more items carry is a placeholder, such as "Untitled", and makes no pairs."""
_GRAMS = 8
_BLOCK = 50
_MAX_PAIRS = 3_000_000
# what makes "Rocky II" another film than "Rocky", however alike the titles are
_NUMBERS = r"\b(?:\w*\d\w*|[ivx]+|\w|one|two|three|four|five|six|seven|eight|nine|ten|first|second|third)\b"


@dataclass(frozen=True)
class TwinTitles:
    """group (n_items,) int64: items of one group look like the same item; -1 where an item has no twin.

    examples: titles of the groups most taken. placeholders: titles that many items carry, with their number.
    compared: titles looked at for small differences, of so many `comparable` ones that are long enough and different.
    n_titles: items that have a title.
    """

    group: NDArray[np.int64]
    examples: tuple[tuple[str, ...], ...]
    placeholders: tuple[tuple[str, int], ...]
    compared: int
    comparable: int
    n_titles: int

    @property
    def sampled(self) -> str:
        """Which titles were compared, where not all were; else empty."""
        if self.compared == self.comparable:
            return ""
        return (
            f"Titles that differ by a few letters were looked for only among the {self.compared:,} of "
            f"{self.comparable:,} that are most taken; the same words in another order among all."
        )

    @property
    def n_items(self) -> int:
        """Items with a twin."""
        return int((self.group >= 0).sum())

    @property
    def n_groups(self) -> int:
        """Groups of twins."""
        return int(self.group.max(initial=-1)) + 1


def twin_titles(items: pl.DataFrame, popularity: NDArray[np.int64]) -> TwinTitles:
    """Groups of items whose titles are the same words, or differ by a few letters.

    Letter case, accents, punctuation, the order of the words and an article at either end do not count. Numbers, Roman
    ones too, must be the same, and years no more than one apart where both are known; a word more is another thing,
    such as a sequel, unless only the blanks differ. Candidates for a small
    difference share one of their 8 rarest runs of three letters (prefix filtering: Chaudhuri, Ganti & Kaushik, 2006,
    ICDE), among blocks of at most 50; they are judged by the normalised Indel similarity.
    """
    n_items = items.height
    year = (
        items["year"]
        if items.schema.get("year") == pl.Float64
        else pl.repeat(None, n_items, dtype=pl.Float64, eager=True)
    )
    frame = pl.DataFrame({"title": items["title"], "year": year, "popularity": popularity}).with_row_index("item")
    frame = frame.filter((items["title"] != items["id"]) & (items["title"].str.strip_chars() != ""))
    n_titles = frame.height
    frame = frame.with_columns(_plain("title").alias("plain")).filter(pl.col("plain") != "")
    frame = frame.with_columns(
        pl.col("plain").str.split(" ").list.sort().list.join(" ").alias("words"),
        pl.col("plain").str.extract_all(_NUMBERS).list.sort().list.join(" ").alias("numbers"),
    )
    same = frame.group_by("words", "year", maintain_order=True).agg(
        pl.col("item"), pl.col("plain", "numbers", "title").first(), pl.col("popularity").sum(), pl.len().alias("n")
    )
    crowded = same.filter(pl.col("n") > MANY).sort("n", descending=True)
    same = same.filter(pl.col("n") <= MANY)
    long_enough = same.with_row_index("row").filter(pl.col("plain").str.len_chars() >= SHORTEST)
    chosen = long_enough.sort("popularity", descending=True, maintain_order=True).head(MAX_TITLES)
    left, right = _alike(chosen)
    parts = _components(left, right, same.height)
    group = np.full(n_items, -1, dtype=np.int64)
    placed = same.with_columns(pl.Series("part", parts)).explode("item").select("part", "item", "popularity")
    large = placed.with_columns(pl.len().over("part").alias("size")).filter(pl.col("size") > 1)
    large = large.with_columns((pl.col("part").rank("dense") - 1).cast(pl.Int64).alias("group"))
    group[large["item"].to_numpy()] = large["group"].to_numpy()
    shown = (
        large.group_by("group")
        .agg("item", pl.col("popularity").sum())
        .sort("popularity", "group", descending=[True, False])
    )
    titles = items["title"]
    return TwinTitles(
        group=group,
        examples=tuple(
            tuple(titles.gather(sorted(one)).head(MANY).to_list()) for one in shown["item"].head(20).to_list()
        ),
        placeholders=tuple(crowded.select("title", "n").head(20).iter_rows()),
        compared=chosen.height,
        comparable=long_enough.height,
        n_titles=n_titles,
    )


def _plain(column: str) -> pl.Expr:
    """Lower case, without accents and punctuation; "Matrix, The (1999)" as "matrix 1999"."""
    return (
        pl.col(column)
        .str.normalize("NFKD")
        .str.replace_all("[\u0300-\u036f'\u2019`]", "")
        .str.to_lowercase()
        .str.replace(r"^(.*), (the|a|an)(\s*\(.*\))?$", "$2 $1$3")
        .str.replace_all("&", " and ", literal=True)
        .str.replace_all(r"[^\p{L}\p{N}\p{M}]+", " ")
        .str.strip_chars()
        .str.replace(r"^(the|a|an) (.)", "$2")
    )


def _alike(chosen: pl.DataFrame) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of titles that differ a little, each by its `row`; beside it `plain`, `numbers` and `year`."""
    nothing = np.zeros(0, dtype=np.int64)
    if chosen.height < 2:
        return nothing, nothing
    left, right = _candidates(chosen["plain"])
    numbers = chosen["numbers"].rank("dense").to_numpy()
    years, lengths = chosen["year"].to_numpy(), chosen["plain"].str.len_chars().to_numpy().astype(np.float64)
    apart = np.abs(years[left] - years[right]) > 1  # not where one is not known
    close = 2 * np.minimum(lengths[left], lengths[right]) >= ALIKE / 100 * (lengths[left] + lengths[right])
    letters = chosen["plain"].str.replace_all(" ", "", literal=True)
    words, joined = chosen["plain"].str.count_matches(" ").to_numpy(), letters.rank("dense").to_numpy()
    as_many = (words[left] == words[right]) | (joined[left] == joined[right])
    kept = (numbers[left] == numbers[right]) & ~apart & close & as_many
    left, right = left[kept][:_MAX_PAIRS], right[kept][:_MAX_PAIRS]
    if not len(left):
        return nothing, nothing
    from rapidfuzz import fuzz, process

    plain = chosen["plain"]
    similarity = process.cpdist(
        plain.gather(left).to_list(), plain.gather(right).to_list(), scorer=fuzz.ratio, score_cutoff=ALIKE
    )
    alike: Mask = np.asarray(similarity) >= ALIKE
    rows = chosen["row"].to_numpy().astype(np.int64)
    return rows[left[alike]], rows[right[alike]]


def _candidates(texts: pl.Series) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Pairs of places in `texts` that share one of their rarest runs of three letters, each once."""
    letters = np.frombuffer("\0".join(texts.to_list()).encode("utf-32-le"), dtype="<u4").astype(np.int64)
    owner = np.cumsum(letters == 0)
    inside = (letters[:-2] != 0) & (letters[1:-1] != 0) & (letters[2:] != 0)
    # a code point has 21 bits
    grams = (letters[:-2] << 42) | (letters[1:-1] << 21) | letters[2:]
    # at most `_BLOCK` texts share a run that is kept: a commoner one tells little
    runs = (
        pl.DataFrame({"text": owner[:-2][inside], "run": grams[inside]})
        .unique()
        .with_columns(pl.len().over("run").alias("n"))
        .sort("text", "n", "run")
        .group_by("text", maintain_order=True)
        .head(_GRAMS)
        .filter(pl.col("n") <= _BLOCK)
        .sort("run", "text")
    )
    run, text = runs["run"].to_numpy(), runs["text"].to_numpy()
    pairs = [
        np.stack([text[:-step][same], text[step:][same]])
        for step in range(1, min(_BLOCK, len(run)))
        for same in [run[:-step] == run[step:]]
    ]
    if not pairs:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    left, right = np.concatenate(pairs, axis=1)
    once = np.unique(left * len(texts) + right)
    return once // len(texts), once % len(texts)


def _components(left: NDArray[np.int64], right: NDArray[np.int64], n: int) -> NDArray[np.int64]:
    """The connected part of each of n rows."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    joined = coo_array((np.ones(len(left), dtype=np.int8), (left, right)), shape=(n, n))
    return np.asarray(connected_components(joined, directed=False)[1], dtype=np.int64)
