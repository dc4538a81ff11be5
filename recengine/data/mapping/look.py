"""What the cells of one column look like, by a sample of them."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from recengine.data.mapping.numbers import MISSING
from recengine.data.mapping.times import parse_times
from recengine.data.mapping.written_numbers import read_numbers
from recengine.data.table import Cells

_NEARLY = 0.95
_SEPARATORS = ("|", ";", ",", "/")
_IMAGE = r"(?i)^(https?:)?//\S+\.(jpe?g|png|gif|webp|bmp|svg|avif)(\?\S*)?$"
_LINK = r"(?i)^(https?:)?//\S+$"
_DAY = r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}|\d{4}年|[A-Za-z]{3,9}\.? \d{1,2},? \d{4}|\d{1,2}[- ][A-Za-z]{3,9}[- ]\d{2,4}"
# seconds since 1970 from 1995 to 2040
_USUAL_SECONDS = (788_918_400, 2_208_988_800)


@dataclass(frozen=True)
class Look:
    """Facts of a column; cells: its sample as read."""

    name: str
    cells: pl.Series

    @cached_property
    def text(self) -> pl.Series:
        """The cells that hold something, as String without surrounding blanks; none of lists."""
        if self.is_list:
            return pl.Series(self.name, [], dtype=pl.String)
        text = self.cells.cast(pl.String, strict=False).str.strip_chars()
        empty = text.str.to_lowercase().is_in(MISSING)
        return pl.select(pl.when(~empty).then(text)).to_series().drop_nulls()

    @property
    def is_list(self) -> bool:
        """Each cell holds several."""
        return isinstance(self.cells.dtype, (pl.List, pl.Array))

    @property
    def present(self) -> int:
        """Cells that hold something."""
        return self.cells.drop_nulls().len() if self.is_list else self.text.len()

    @cached_property
    def distinct(self) -> int:
        """How many different cells there are."""
        return self.text.n_unique()

    @property
    def distinct_share(self) -> float:
        """Of the cells that hold something, in [0, 1]; 0 where none does."""
        return self.distinct / self.present if self.present else 0.0

    @cached_property
    def length(self) -> float:
        """Mean characters of a cell."""
        mean: Any = self.text.str.len_chars().mean()
        return mean or 0.0

    @cached_property
    def numbers(self) -> pl.Series | None:
        """The numbers as Float64 where nearly every cell that holds something is one; else None."""
        if self.cells.dtype == pl.Boolean or self.cells.dtype.is_temporal() or not self.present:
            return None
        numbers = read_numbers(self.text)
        numbers = numbers.filter(numbers.is_finite().fill_null(value=False))
        return numbers if numbers.len() >= _NEARLY * self.present else None

    @cached_property
    def is_whole(self) -> bool:
        """Numbers without a fraction."""
        return self.numbers is not None and bool((self.numbers % 1 == 0).all())

    @property
    def low(self) -> float:
        """The lowest number; NaN where the cells are none."""
        return self._edge("min")

    @property
    def high(self) -> float:
        """The highest number; NaN where the cells are none."""
        return self._edge("max")

    @cached_property
    def time_form(self) -> str | None:
        """What kind of times the cells are, in words; None where they are none, or may as well be something else."""
        if isinstance(self.cells.dtype, (pl.Date, pl.Datetime)):
            return "dates"
        if self.numbers is not None:
            if not self.present or self.low <= 0:
                return None
            for per_second, words in ((1, "seconds"), (10**3, "milliseconds"), (10**6, "microseconds")):
                low, high = (edge * per_second for edge in _USUAL_SECONDS)
                if low <= self.low <= self.high <= high:
                    digits = len(str(int(self.high)))
                    return f"{digits}-digit numbers: {words} since 1970"
            whole_days = self.is_whole and 19000101 <= self.low <= self.high <= 21001231
            return "days written as 20240131" if whole_days and not self._parsed.bad.any() else None
        if self.is_list or not self.present or not self.text.str.contains(_DAY).all():
            return None
        if not self._parsed.bad.any():
            return "dates"
        return "days whose order must be said" if self._parsed.do.startswith("Say time.unit") else None

    @property
    def readable_times(self) -> float:
        """Share of the cells that can be read as dates, in [0, 1]; 0 where they are numbers or lists."""
        if self.is_list or self.numbers is not None or not self.present:
            return 0.0
        dates: Any = (self.text.str.contains(_DAY) & ~self._parsed.bad).mean()
        return float(dates)

    @property
    def is_year(self) -> bool:
        """Whole numbers from 1800 to 2100."""
        return self.is_whole and 1800 <= self.low <= self.high <= 2100

    @cached_property
    def is_image(self) -> bool:
        """Addresses of pictures."""
        return bool(self.present) and bool(self.text.str.contains(_IMAGE).mean() == 1)

    @cached_property
    def is_link(self) -> bool:
        """Addresses on the web."""
        return bool(self.present) and bool(self.text.str.contains(_LINK).mean() == 1)

    @cached_property
    def separator(self) -> str | None:
        """What stands between labels that repeat from cell to cell; None where the cells are no lists of labels."""
        if self.text.is_empty() or self.numbers is not None or self.is_link or self.time_form is not None:
            return None
        found = None
        most = 0.0
        for separator in _SEPARATORS:
            share: Any = self.text.str.contains(separator, literal=True).mean()
            if share < 0.05 or share <= most:
                continue
            labels = self.text.str.split(separator).explode().str.strip_chars()
            labels = labels.filter(labels != "")
            # labels come again and are short; the parts of a sentence do neither
            words: Any = labels.str.len_chars().mean()
            if labels.n_unique() <= 0.5 * labels.len() and (words or 0) <= 25:
                found, most = separator, share
        return found

    @property
    def is_label(self) -> bool:
        """Few distinct short texts, or yes and no."""
        if self.cells.dtype == pl.Boolean:
            return True
        if self.is_list or self.numbers is not None or self.is_link or self.time_form is not None:
            return False
        few = self.distinct <= 100 and self.distinct_share <= (0.5 if self.distinct <= 20 else 0.2)
        return few and self.present >= 2 and self.length <= 40

    @property
    def is_prose(self) -> bool:
        """Text long enough to say what something is, seldom twice the same."""
        if self.numbers is not None or self.is_link or self.time_form is not None:
            return False
        return self.length >= 80 and self.distinct_share >= 0.5

    @property
    def may_be_id(self) -> bool:
        """Short texts or whole numbers that are no times."""
        if not self.present or self.is_list or self.is_link or self.cells.dtype == pl.Boolean:
            return False
        if self.numbers is not None:
            return self.is_whole and self.low >= 0
        return self.length <= 64 and self.time_form is None

    @property
    def tells_apart(self) -> bool:
        """Whether hardly any id comes twice."""
        return self.may_be_id and self.distinct_share > 0.95

    @cached_property
    def _parsed(self) -> Cells:
        return parse_times(self.cells if self.cells.dtype.is_temporal() else self.text)

    def _edge(self, which: str) -> float:
        if self.numbers is None or not self.present:
            return float("nan")
        edge: Any = self.numbers.min() if which == "min" else self.numbers.max()
        return float(edge)


def overlap(cells: pl.Series, others: pl.Series) -> float:
    """Share in [0, 1] of the distinct ids of `others` that `cells` hold."""
    ids, known = others.cast(pl.String).drop_nulls().unique(), cells.cast(pl.String).drop_nulls().unique()
    return float(ids.is_in(known.implode()).sum()) / ids.len() if ids.len() else 0.0
