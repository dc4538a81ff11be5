"""The settings of a step of cleaning: what may be set, read from text and written as text."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Literal

from recengine.data.table import quoted
from recengine.errors import DataError

_SWITCH = {"yes": True, "true": True, "1": True, "no": False, "false": False, "0": False}


@dataclass(frozen=True)
class Option:
    """A setting of a step, for a form and for the text form `name:option=value,option=value`.

    kind: "number", "whole", "choice", "time" (ISO date or moment) or "switch". default None: no limit by this option.
    low, high: the range of a number, both inclusive.
    """

    name: str
    label: str
    kind: Literal["number", "whole", "choice", "time", "switch"]
    default: float | int | str | bool | None
    about: str
    choices: tuple[str, ...] = ()
    low: float | None = None
    high: float | None = None


def read_settings(step: str, options: Sequence[Option], settings: Mapping[str, str]) -> dict[str, Any]:
    """The value of every option: as said, else its default; an empty text means "no limit" where that is the default.

    Raises `DataError` for an option that is unknown or out of range.
    """
    known = {option.name: option for option in options}
    for name in settings:
        if name not in known:
            there = f"It has {', '.join(known)}." if known else "It has none; leave it out."
            raise DataError(f"cleaning: {step} has no option {quoted(name)}. {there}")
    return {
        name: _read(step, option, settings[name].strip()) if name in settings else option.default
        for name, option in known.items()
    }


def read_moment(text: str) -> int | None:
    """Seconds since 1970 of an ISO date or moment, one without a zone as UTC; None for what is none."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return None
    return math.floor((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def written(value: float | str | bool) -> str:
    """A setting as `read_settings` takes it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    return str(value)


def _read(step: str, option: Option, text: str) -> float | int | str | bool | None:
    if text == "" and option.default is None:
        return None
    value: float | int | str | bool | None
    if option.kind == "choice":
        value = text if text in option.choices else None
        may_be = f"one of {', '.join(option.choices)}"
    elif option.kind == "switch":
        value = _SWITCH.get(text.lower())
        may_be = "yes or no"
    elif option.kind == "time":
        value = text if read_moment(text) is not None else None
        may_be = "a date or a moment such as 2024-01-31 or 2024-01-31T18:05:00"
    else:
        value = _number(option, text)
        may_be = _range(option)
    if value is None:
        raise DataError(f"cleaning: {step}: {option.name} must be {may_be}, got {quoted(text)}. Change it.")
    return value


def _number(option: Option, text: str) -> float | int | None:
    try:
        number = float(text)
    except ValueError:
        return None
    low = -math.inf if option.low is None else option.low
    high = math.inf if option.high is None else option.high
    if not math.isfinite(number) or not low <= number <= high:
        return None
    if option.kind == "whole":
        return int(number) if number.is_integer() else None
    return number


def _range(option: Option) -> str:
    what = "a whole number" if option.kind == "whole" else "a number"
    if option.low is not None and option.high is not None:
        return f"{what} from {option.low:,.10g} to {option.high:,.10g}"
    if option.low is not None:
        return f"{what} of at least {option.low:,.10g}"
    return what if option.high is None else f"{what} of at most {option.high:,.10g}"
