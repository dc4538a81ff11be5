"""Days and moments written as text, in the usual orders and spellings."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import polars as pl

from recengine.data.mapping.settings import TimeUnit

_SAMPLE = 2_000
_CLOCKS = ("%H:%M:%S%.f", "%H:%M", "%I:%M:%S %p", "%I:%M %p")
_ISO = (
    *("%Y-%m-%d", "%Y-%m-%d %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f"),
    "%Y-%m-%d %H:%M",
)
_OFFSET = r"(?:(?P<z>[Zz]|\s*(?:UTC|GMT))|\s*(?P<sign>[+-])(?P<hours>\d{2}):?(?P<minutes>\d{2})?)$"
_OFFSET_INSIDE = r"^(\w{3} \w{3} +\d{1,2} \d{2}:\d{2}:\d{2}) ([+-]\d{4}) (\d{4})$"
_TWO_NUMBERS = r"^(\d{1,2})[-/. ](\d{1,2})[-/. ]\d{2}"
_TWO_DIGITS = r"^\d{1,2}[-/. ]\d{1,2}[-/. ]\d{2}(?:\D|$)"
_WORDED = ("%d %b %Y", "%d %B %Y", "%b %d %Y", "%B %d %Y", "%a %b %d %Y", "%a %d %b %Y", "%Y %b %d")


@dataclass(frozen=True)
class Reading:
    """local: Datetime without a zone, null where a cell is none. offset: seconds that its clock is before UTC; null
    where the cell does not say; None where none says. must, do: for a message about a cell that is none."""

    local: pl.Series
    offset: pl.Series | None
    must: str
    do: str = ""


def read_moments(text: pl.Series, unit: TimeUnit) -> Reading:
    """The moments that `text` says. unit: "auto" finds the order of day, month and year; "iso" and the rest fix it.

    The usual spelling of millions of rows is read in one pass; what it does not fit goes on to the next.
    """
    local, offset = _quick(text)
    rest = text.is_not_null() & local.is_null()
    must, do = "a time such as 2024-01-31 or 2024-01-31 18:05:00", ""
    if not rest.any():
        return Reading(local, offset, must, do)
    plain = _plain(text.filter(rest))
    order = unit
    if unit == "auto":
        found = _order(plain)
        if found is None:
            must = "a day that can be told apart: the column may say day/month or month/day"
            do = "Say time.unit=dmy or time.unit=mdy."
        order = found or "auto"
    if order in ("dmy", "mdy"):
        must = f"a time such as {'31/12/2024' if order == 'dmy' else '12/31/2024'}"
        if unit == "auto":
            must += ", as the other rows have"
    elif unit == "ymd":
        must = "a time such as 2024/12/31"
    read = _parsed(plain, order)
    left = plain.is_not_null() & read.is_null()
    late = pl.repeat(None, plain.len(), dtype=pl.Int64, eager=True)
    if left.any():
        bare, late = _split_offset(pl.select(pl.when(left).then(plain)).to_series())
        read = read.fill_null(_parsed(bare, order))
    places = rest.arg_true()
    local = local.scatter(places, read)
    if late.null_count() < late.len() or offset is not None:
        none = pl.repeat(None, text.len(), dtype=pl.Int64, eager=True)
        offset = (none if offset is None else offset).scatter(places, late)
    return Reading(local.alias(text.name), offset, must, do)


def _quick(text: pl.Series) -> tuple[pl.Series, pl.Series | None]:
    """The moments by the ISO form that fits most cells of a sample, and the offset 0 of those that end in Z."""
    sample = _sample(text)
    zulu = bool(sample.str.ends_with("Z").any())
    bare = text.str.strip_suffix("Z") if zulu else text
    sample = _sample(bare)
    fits = {form: sample.len() - _read(sample, form).null_count() for form in _ISO}
    best = max(fits, key=lambda form: fits[form])
    if not fits[best]:
        return pl.Series(text.name, [None] * text.len(), dtype=pl.Datetime("us")), None
    local = _read(bare, best)
    if not zulu:
        return local, None
    return local, pl.select(pl.when(text.str.ends_with("Z")).then(pl.lit(0, pl.Int64))).to_series()


def _plain(text: pl.Series) -> pl.Series:
    """The text without what is spelled in several ways: words for year, month and day, commas, the T, twofold blanks.

    Each is looked for first: to look is cheap, to replace is not.
    """

    def holds(mark: str) -> bool:
        return bool(text.str.contains(mark, literal=True).any())

    if holds("年"):
        text = text.str.replace_all("[年月]", "-").str.replace("日", "", literal=True)
    if holds("时") or holds("時") or holds("点"):
        text = text.str.replace_all("[时時点分]", ":").str.replace("秒", "", literal=True)
    if holds(","):
        text = text.str.replace_all(",", " ", literal=True)
    if holds("T") or holds("t"):
        text = text.str.replace(r"(\d)[Tt](\d)", "$1 $2")
    if holds("+") or holds("-"):
        text = text.str.replace(_OFFSET_INSIDE, "$1 $3 $2")
    if holds("  "):
        text = text.str.replace_all(r"\s+", " ")
    return text.str.strip_chars(": -")


def _order(text: pl.Series) -> TimeUnit | None:
    """What comes first in `31/12/2024` and its like, by all rows: dmy, mdy; "auto" where nothing is written so.

    None where it cannot be told, or the rows say both.
    """
    # ten characters hold the day; many rows, few days
    days = text.drop_nulls().str.head(10).unique()
    numbers = days.str.extract_groups(_TWO_NUMBERS)
    first = numbers.struct.field("1").cast(pl.Int32, strict=False)
    second = numbers.struct.field("2").cast(pl.Int32, strict=False)
    if first.null_count() == first.len():
        return "auto"
    day_first, month_first = bool((first > 12).any()), bool((second > 12).any())
    if day_first != month_first:
        return "dmy" if day_first else "mdy"
    dotted = bool(days.str.contains(r"^\d{1,2}\.\d{1,2}\.\d").any())
    if not day_first and (dotted or bool((first == second).fill_null(value=True).all())):
        # dots are written day first wherever they are written
        return "dmy"
    return None


def _parsed(text: pl.Series, order: TimeUnit) -> pl.Series:
    """The text by the forms that fit a sample of it, the one that fits most cells first."""
    days: list[str] = []
    if order in ("auto", "iso", "ymd", "dmy", "mdy"):
        days += ["%Y-%m-%d"]
    if order in ("auto", "ymd"):
        days += ["%Y/%m/%d", "%Y.%m.%d", "%Y %m %d", "%Y%m%d", *_WORDED, "%d-%b-%Y", "%d-%b-%y", "%d/%b/%Y"]
    if order in ("dmy", "mdy"):
        two = bool(_sample(text).str.contains(_TWO_DIGITS).any())
        year = "%y" if two else "%Y"
        first, second = ("%d", "%m") if order == "dmy" else ("%m", "%d")
        days += [f"{first}{mark}{second}{mark}{year}" for mark in "/-. "]
    forms = [form for day in days for form in (*(f"{day} {clock}" for clock in _CLOCKS), day)]
    if order in ("auto", "ymd"):
        forms += [f"%a %b %d {clock} %Y" for clock in _CLOCKS[:1]]
    moments = pl.Series(text.name, [None] * text.len(), dtype=pl.Datetime("us"))
    left = text
    while left.null_count() < left.len():
        sample = _sample(left)
        fits = {form: sample.len() - _read(sample, form).null_count() for form in forms}
        best = max(forms, key=lambda form: fits[form])
        if not fits[best]:
            break
        moments = moments.fill_null(_read(left, best))
        left = pl.select(pl.when(moments.is_null()).then(text)).to_series()
        forms.remove(best)
    return moments.alias(text.name)


def _read(text: pl.Series, form: str) -> pl.Series:
    if "%H" in form or "%I" in form:
        moments = text.str.to_datetime(form, strict=False, time_unit="us")
    else:
        moments = text.str.to_date(form, strict=False).cast(pl.Datetime("us"))
    first: Any = moments.min()
    if first is None or first.year >= 1000:
        return moments
    # "14-11-23" is no day of the year 14
    return pl.select(pl.when(moments.dt.year() >= 1000).then(moments)).to_series()


def _split_offset(text: pl.Series) -> tuple[pl.Series, pl.Series]:
    """The text without the offset at its end, and the offset in seconds, null where there is none."""
    parts = text.str.extract_groups(_OFFSET)
    hours = parts.struct.field("hours").cast(pl.Int64)
    minutes = parts.struct.field("minutes").cast(pl.Int64).fill_null(0)
    sign = parts.struct.field("sign").replace_strict({"+": 1, "-": -1}, default=None, return_dtype=pl.Int64)
    zulu = parts.struct.field("z").is_not_null()
    seconds = (hours * 3600 + minutes * 60) * sign
    # a day such as 2024-01-31 ends in what looks like an offset
    timed = text.str.contains(":", literal=True)
    offset = pl.select(
        pl.when(zulu.fill_null(value=False) & timed).then(pl.lit(0, pl.Int64)).when(timed).then(seconds)
    ).to_series()
    bare = text.str.replace(_OFFSET, "").str.strip_chars()
    return pl.select(pl.when(offset.is_not_null()).then(bare).otherwise(text)).to_series().alias(text.name), offset


def _sample(text: pl.Series) -> pl.Series:
    present = text.drop_nulls()
    return present if present.len() <= _SAMPLE else present.gather_every(present.len() // _SAMPLE + 1)
