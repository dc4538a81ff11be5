"""Cutting delimited text with compiled loops and polars: for long texts, whose usual blocks it reads as they are."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from recengine.data.sources import cells as of
from recengine.data.sources.block import Block, Shape

_NO_QUOTE = 256
_LINE_END = ord("\n")
_SAMPLE = 1 << 18
# where a column has fewer different texts than one in so many rows, they are kept as categories
_REPEATS = 20
_FEW = 200


@dataclass(frozen=True)
class Cut:
    """What became of a block. block: its rows; None where only the csv module reads them right, or finds the words for
    what is wrong. end: where its last whole row ends. lines: how many lines are before it.
    """

    block: Block | None
    end: int
    lines: int


@dataclass
class FastReader:
    """Cuts the blocks of one text. modes: of each column, how its cells are kept; categories: of those that polars
    reads, which are few enough. Both are what the first block is best read with, and no more than that: every block is
    read right whatever they are.
    """

    shape: Shape
    modes: NDArray[np.uint8] = field(init=False)
    categories: frozenset[int] = field(init=False, default=frozenset())

    def __post_init__(self) -> None:
        """Before the first block nothing is known."""
        self.modes = np.zeros(self.shape.width, dtype=np.uint8)

    def prepare(self, data: bytes) -> None:
        """Decide by the first rows how columns are kept."""
        sample = data[: data.rfind(b"\n", 0, _SAMPLE) + 1]
        look = self._look(sample, count_lines(sample))
        if look.state != of.WHOLE or look.rows == 0:
            return
        modes = np.zeros(self.shape.width, dtype=np.uint8)
        texts = []
        for pick in self.shape.picks:
            if look.kinds[pick] & of.TEXT or not look.kinds[pick] & of.NUMBER:
                texts.append(pick)
            else:
                modes[pick] = of.INTEGERS
        frame = self._parsed(sample[: look.end], texts)
        if frame is not None:
            for pick in texts:
                cells = frame[str(pick)]
                longest = cells.str.len_bytes().max()
                if isinstance(longest, int) and longest <= of.SHORTEST and cells.n_unique() <= _FEW:
                    modes[pick] = of.SHORT
        self.modes = modes

    def cut(self, data: bytes, first: int, n_lines: int) -> Cut:
        """The rows of `data`, which has so many line ends; first: the line of its first row."""
        look = self._look(data, n_lines)
        if look.state == of.WRONG:
            whole = data.rfind(b"\n") + 1
            return Cut(None, whole, n_lines)
        if look.state == of.ODD or look.rows == 0:
            return Cut(None, look.end, look.lines)
        kept = {pick: self._kept(look, pick) for pick in self.shape.picks}
        missing = [pick for pick, cells in kept.items() if cells is None]
        frame = self._parsed(data[: look.end], missing) if missing else None
        if missing and (frame is None or frame.height != look.rows):
            return Cut(None, look.end, look.lines)
        columns = []
        for number, pick in enumerate(self.shape.picks):
            cells = kept[pick]
            if cells is None and frame is not None:
                cells = frame[str(pick)]
                cells = cells.cast(pl.Categorical) if pick in self.categories else cells
            columns.append(pl.Series(str(number), cells))
        lines = None if look.lines == look.rows else look.starts[: look.rows].copy()
        return Cut(Block(pl.DataFrame(columns), first, lines), look.end, look.lines)

    def settle(self, block: Block) -> Block:
        """The first block, with its repetitive texts as categories, as those after it will have them."""
        frame = block.frame
        few = [
            number
            for number in range(frame.width)
            if frame.dtypes[number] == pl.String and frame[:, number].n_unique() * _REPEATS <= frame.height
        ]
        self.categories = frozenset(self.shape.picks[number] for number in few)
        return Block(frame.with_columns(pl.nth(few).cast(pl.Categorical)) if few else frame, block.first, block.lines)

    def _look(self, data: bytes, n_lines: int) -> _Look:
        slots = np.cumsum(self.modes != of.SKIP, dtype=np.int64) - 1
        kinds = np.zeros(self.shape.width, dtype=np.uint8)
        starts = np.empty(n_lines, dtype=np.int32)
        values = np.empty((max(int(slots[-1]) + 1, 1), n_lines), dtype=np.int64)
        quote = ord('"') if self.shape.dialect.quoting else _NO_QUOTE
        # what follows the last line end is the begin of a row
        view = np.frombuffer(data, dtype=np.uint8, count=data.rfind(b"\n") + 1)
        from recengine.data.sources import kernels

        found = kernels.scan(
            view, ord(self.shape.separator), quote, self.shape.width, self.modes, slots, kinds, starts, values
        )
        return _Look(*found, kinds, slots, starts, values)

    def _kept(self, look: _Look, pick: int) -> pl.Series | None:
        """The cells of a column as the loop kept them; None where they were not what was expected."""
        mode, kind = self.modes[pick], look.kinds[pick]
        values = look.values[look.slots[pick], : look.rows]
        if mode == of.INTEGERS and not kind & of.TEXT and kind & of.NUMBER:
            dtype = np.int64 if kind & of.LONG else np.int32
            if not kind & of.EMPTY:
                return pl.Series(values.astype(dtype))
            empty = values == of.NONE
            cells = pl.Series(np.where(empty, 0, values).astype(dtype))
            return cells.to_frame("").select(pl.when(~pl.Series(empty)).then(pl.first())).to_series()
        if mode == of.SHORT and not kind & of.WIDE:
            from recengine.data.sources import kernels

            codes = np.empty(look.rows, dtype=np.int32)
            distinct = np.empty(of.DISTINCT, dtype=np.int64)
            n_distinct = kernels.encode(values, codes, distinct)
            if n_distinct >= 0:
                labels = [_unpacked(int(packed)) for packed in distinct[:n_distinct]]
                return pl.Series(labels, dtype=pl.Categorical).gather(pl.Series(codes))
        return None

    def _parsed(self, data: bytes, picks: list[int]) -> pl.DataFrame | None:
        """The columns at `picks` as text, each called by its place."""
        if not picks:
            return pl.DataFrame()
        try:
            return pl.read_csv(
                data,
                has_header=False,
                schema={str(number): pl.String() for number in range(self.shape.width)},
                columns=sorted(picks),
                separator=self.shape.separator,
                quote_char='"' if self.shape.dialect.quoting and b'"' in data else None,
                empty_string_is_null=False,
            ).rechunk()
        except pl.exceptions.PolarsError:
            return None


def count_lines(data: bytes) -> int:
    """How many line ends there are; sooner than `bytes.count` tells."""
    return int(np.count_nonzero(np.frombuffer(data, dtype=np.uint8) == _LINE_END))


@dataclass(frozen=True)
class _Look:
    """What `scan` saw in a block."""

    state: int
    end: int
    rows: int
    lines: int
    kinds: NDArray[np.uint8]
    slots: NDArray[np.int64]
    starts: NDArray[np.int32]
    values: NDArray[np.int64]


def _unpacked(packed: int) -> str:
    data = packed.to_bytes(8, "little")
    return data[: data[7]].decode("utf-8")
