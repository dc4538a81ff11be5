"""The compiled look at a block of delimited text: where its rows are, and whether every one is as wide as it must be.

Only for what is large enough to load numba; `delimited.py` reads the rest cell by cell.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from recengine.compiled import compiled

WHOLE, ODD, WRONG = 0, 1, 2
TEXT, LONG, EMPTY, NUMBER = 1, 2, 4, 8

_NEW_LINE, _RETURN, _MINUS, _ZERO, _NINE = 10, 13, 45, 48, 57
_ONE = 49
# digits that always fit into 32 and 64 bits; ten that begin with 1, as times in seconds do, fit into 32 too
_SHORT, _TEN, _LONGEST = 9, 10, 18


@compiled
def scan(
    data: NDArray[np.uint8],
    separator: int,
    quote: int,
    width: int,
    kinds: NDArray[np.uint8],
    starts: NDArray[np.int32],
) -> tuple[int, int, int, int]:
    """Go through `data`, which ends with a line end, as the strict reader of the csv module would.

    quote: 256 for none. kinds (width,): gets, for each column, which of these its cells are: `NUMBER`, an integer in
    the one form that `str` gives; `LONG`, one that may need 64 bits; `EMPTY`; `TEXT`, anything else. starts: gets the
    line, counted from 0, on which each row begins; as long as `data` has lines.

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
            if data[p] == quote:
                q = p + 1
                text = False
                while q < n:
                    c = data[q]
                    if c == quote:
                        if q + 1 < n and data[q + 1] == quote:
                            text = True
                            q += 2
                            continue
                        break
                    if c == 0:
                        return WRONG, end, rows, lines
                    if c == _NEW_LINE:
                        line += 1
                    if c < _ZERO or c > _NINE:
                        text = True
                    q += 1
                if q >= n:
                    return state, end, rows, lines
                digits = q - p - 1
                kind = TEXT
                if digits == 0:
                    kind = EMPTY
                elif not text and digits <= _LONGEST and (digits == 1 or data[p + 1] != _ZERO):
                    short = digits <= _SHORT or (digits == _TEN and data[p + 1] == _ONE)
                    kind = NUMBER if short else NUMBER | LONG
                q += 1
            else:
                q = p
                minus = data[q] == _MINUS
                if minus:
                    q += 1
                lead = data[q]
                begin = q
                c = lead
                while _ZERO <= c <= _NINE:
                    q += 1
                    c = data[q]
                digits = q - begin
                if c == separator or c == _NEW_LINE or c == _RETURN:  # noqa: SIM109 - a tuple of mixed types is slower
                    if digits == 0 and not minus:
                        kind = EMPTY
                    elif 0 < digits <= _LONGEST and (lead != _ZERO or (digits == 1 and not minus)):
                        short = digits <= _SHORT or (digits == _TEN and lead == _ONE)
                        kind = NUMBER if short else NUMBER | LONG
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
