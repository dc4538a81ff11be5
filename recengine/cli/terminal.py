"""Text that came from outside, as a terminal may show it."""

from __future__ import annotations

import re

MAX_LINE = 1_000
"""Characters of a line that says what is wrong."""
# control characters but for tab and line end, and what turns the direction of the text after it
_OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def harmless(text: str) -> str:
    """`text` without characters that a terminal obeys instead of showing them."""
    return _OBEYED.sub("\N{REPLACEMENT CHARACTER}", text)


def mistake_line(error: object) -> str:
    """What is wrong on one line: names of columns and roles in it may hold anything, and be of any length."""
    line = harmless(" ".join(str(error).split()))
    return line if len(line) <= MAX_LINE else f"{line[: MAX_LINE // 2]}…{line[-MAX_LINE // 2 :]}"
