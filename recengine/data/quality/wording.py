"""How figures are written in the sentences of findings."""

from __future__ import annotations

from collections.abc import Sequence


def counted(number: int, one: str, several: str | None = None) -> str:
    """ "1 user", "1,200 users"."""
    return f"{number:,} {one if number == 1 else several or one + 's'}"


def of_all(number: int, total: int, several: str) -> str:
    """ "7 of 1,200 users (0.6%)"."""
    return f"{number:,} of {total:,} {several} ({share_text(number / total)})" if total else f"0 {several}"


def share_text(share: float) -> str:
    """A share in [0, 1] as per cent; what is not nothing is never written 0, what is not all never 100."""
    if 0 < share < 0.0005:
        return "under 0.1%"
    if 0.9995 <= share < 1:
        return "over 99.9%"
    return f"{share:.0%}" if 0.1 <= share <= 0.995 or share in (0, 1) else f"{share:.1%}"


def quoted_list(names: Sequence[str], most: int = 5) -> str:
    """ "a, b, c and 4 more", each name cut."""
    shown = [cut(name) for name in names[:most]]
    rest = len(names) - len(shown)
    return ", ".join(shown) + (f" and {rest:,} more" if rest > 0 else "")


def cut(text: str, longest: int = 40) -> str:
    """A text of the data on one line, and no longer than that many characters."""
    line = " ".join(text.split())
    return line if len(line) <= longest else f"{line[: longest - 1]}…"


def verb(number: int, one: str, several: str) -> str:
    """The form of a verb that goes with `number`."""
    return one if number == 1 else several
