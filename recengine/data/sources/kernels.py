"""The compiled look at a block of delimited text: where its rows are, whether each is as wide as it must be, and what
its integers and short texts are.

Only for what is large enough to load numba; `careful.py` reads the rest cell by cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.compiled import compiled
from recengine.data.sources.cells import (
    DISTINCT,
    EMPTY,
    INTEGERS,
    LONG,
    NONE,
    NUMBER,
    ODD,
    SHORT,
    SHORTEST,
    TEXT,
    WHOLE,
    WIDE,
    WRONG,
)

_NEW_LINE, _RETURN, _MINUS, _ZERO, _ONE, _NINE = 10, 13, 45, 48, 49, 57
# digits that always fit into 32 and 64 bits; ten that begin with 1, as times in seconds do, fit into 32 too
_FEW, _TEN, _LONGEST = 9, 10, 18
_TABLE = 4 * DISTINCT
_MIX = np.uint64(0x9E3779B97F4A7C15)
_SHIFT = np.uint64(52)  # leaves the 12 bits that index 4 * DISTINCT places


@compiled
def scan(
    data: NDArray[np.uint8],
    separator: int,
    quote: int,
    width: int,
    modes: NDArray[np.uint8],
    slots: NDArray[np.int64],
    kinds: NDArray[np.uint8],
    starts: NDArray[np.int32],
    values: NDArray[np.int64],
) -> tuple[int, int, int, int]:
    """Go through `data`, which ends with a line end, as the strict reader of the csv module would.

    quote: 256 for none. kinds (width,): gets, for each column, which of these its cells are: `NUMBER`, an integer in
    the one form that `str` gives; `LONG`, one that may need 64 bits; `EMPTY`; `TEXT`, anything else; `WIDE`, what
    `SHORT` has no room for. starts: gets the line, counted from 0, on which each row begins; as long as `data` has
    lines. values (slots, lines): gets, in row `slots[column]`, the cells of the columns whose mode is `INTEGERS` or
    `SHORT`.

    Gives (state, end, rows, lines): rows and lines before `end`, which is where the last whole row ends; what follows
    is the begin of a quoted cell. state: `WHOLE`; `ODD` where there are empty lines, or quotes within a cell, which
    only the csv module reads right; `WRONG` where a row is not as wide as it must be, or cannot be read at all.
    """
    n = data.size
    p = end = rows = line = lines = 0
    state = WHOLE
    while p < n:
        first = data[p]
        if first == _NEW_LINE or (first == _RETURN and p + 1 < n and data[p + 1] == _NEW_LINE):
            state = ODD
            p += 1 if first == _NEW_LINE else 2
            line += 1
            end, lines = p, line
            continue
        start = line
        column = 0
        while True:
            escaped = False
            number = np.int64(0)
            if data[p] == quote:
                begin = q = p + 1
                text = False
                while q < n:
                    c = data[q]
                    if c == quote:
                        if q + 1 < n and data[q + 1] == quote:
                            text = escaped = True
                            q += 2
                            continue
                        break
                    if c == 0:
                        return WRONG, end, rows, lines
                    if c == _NEW_LINE:
                        line += 1
                    if c < _ZERO or c > _NINE:
                        text = True
                    number = number * 10 + (np.int64(c) - _ZERO)
                    q += 1
                if q >= n:
                    return state, end, rows, lines
                stop = q
                digits = stop - begin
                kind = TEXT
                if digits == 0:
                    kind = EMPTY
                elif not text and digits <= _LONGEST and (digits == 1 or data[begin] != _ZERO):
                    few = digits <= _FEW or (digits == _TEN and data[begin] == _ONE)
                    kind = NUMBER if few else NUMBER | LONG
                q += 1
            else:
                begin = q = p
                minus = data[q] == _MINUS
                if minus:
                    q += 1
                lead = c = data[q]
                first_digit = q
                while _ZERO <= c <= _NINE:
                    number = number * 10 + (np.int64(c) - _ZERO)
                    q += 1
                    c = data[q]
                digits = q - first_digit
                if c == separator or c == _NEW_LINE or c == _RETURN:  # noqa: SIM109 - a tuple of mixed types is slower
                    if digits == 0 and not minus:
                        kind = EMPTY
                    elif 0 < digits <= _LONGEST and (lead != _ZERO or (digits == 1 and not minus)):
                        few = digits <= _FEW or (digits == _TEN and lead == _ONE)
                        kind = NUMBER if few else NUMBER | LONG
                        if minus:
                            number = -number
                    else:
                        kind = TEXT
                else:
                    kind = TEXT
                    while c != separator and c != _NEW_LINE and c != _RETURN:
                        if c == 0:
                            return WRONG, end, rows, lines
                        if c == quote:
                            state = ODD
                        q += 1
                        c = data[q]
                stop = q
            mode = modes[column]
            if mode == INTEGERS:
                values[slots[column], rows] = NONE if kind == EMPTY else number
            elif mode == SHORT:
                length = stop - begin
                if escaped or length > SHORTEST:
                    kind |= WIDE
                else:
                    packed = np.int64(length) << 56
                    for k in range(length):
                        packed |= np.int64(data[begin + k]) << (8 * k)
                    values[slots[column], rows] = packed
            kinds[column] |= kind
            p = q
            c = data[p]
            if c == separator:
                column += 1
                p += 1
                if column == width:
                    return WRONG, end, rows, lines
                continue
            if c == _RETURN and data[p + 1] == _NEW_LINE:
                p += 1
                c = _NEW_LINE
            if c != _NEW_LINE or column != width - 1:
                return WRONG, end, rows, lines
            p += 1
            line += 1
            break
        starts[rows] = start
        rows += 1
        end, lines = p, line
    return state, end, rows, lines


@compiled
def encode(values: NDArray[np.int64], codes: NDArray[np.int32], distinct: NDArray[np.int64]) -> int:
    """Number the distinct `values` in order of appearance: `distinct[codes[i]] == values[i]`.

    Gives how many there are, or -1 where there are more than `distinct` has room for, at most `DISTINCT`.
    """
    table = np.full(_TABLE, -1, np.int32)
    n_distinct = 0
    for i in range(values.size):
        value = values[i]
        place = np.int64((np.uint64(value) * _MIX) >> _SHIFT)
        while table[place] >= 0 and distinct[table[place]] != value:
            place = (place + 1) % _TABLE
        if table[place] < 0:
            if n_distinct == distinct.size:
                return -1
            distinct[n_distinct] = value
            table[place] = n_distinct
            n_distinct += 1
        codes[i] = table[place]
    return n_distinct
