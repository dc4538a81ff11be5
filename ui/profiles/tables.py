"""What the Profiles page shows of a profile as tables and words. No Streamlit but for the looks of columns."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import polars as pl
from streamlit.column_config import DatetimeColumn, NumberColumn, ProgressColumn, TextColumn

from recengine.data.profiles import ItemProfile, Lifts, NumberShift, UserProfile
from recengine.reports.figures.profiles import factor
from recengine.reports.text import one_line
from recengine.reports.words import UNDEFINED, joined, plain, share

LIFT_COLUMNS = {
    "n": NumberColumn(format="localized", help="Positives here in the group."),
    "Here": NumberColumn(format="percent", help="Share of those that have the attribute at all."),
    "Everyone": NumberColumn(format="percent", help="The same share of everyone."),
    "Times as likely": NumberColumn(format="%.2f", help="Here over everyone: 1 is like everyone."),
    "From": NumberColumn(format="%.2f", help="Lower end of its 95 % interval (Wilson)."),
    "To": NumberColumn(format="%.2f", help="Upper end of it."),
    "Caution": TextColumn(help="Few: it rests on so little that it may well be chance."),
}
ITEM_COLUMNS = {
    "Value": NumberColumn(format="%g"),
    "When": DatetimeColumn(format="YYYY-MM-DD HH:mm", timezone="UTC", help="UTC"),
    "Liked": TextColumn(help="Whether it counts as a positive."),
}
TOGETHER_COLUMNS = {
    "Users": NumberColumn(format="localized", help="Users with a positive interaction with both."),
    "Share": ProgressColumn(format="percent", min_value=0, max_value=1, help="Of those who take this item."),
    "Everyone": NumberColumn(format="percent", help="Share of all users with a positive who take it."),
    "Times as likely": NumberColumn(format="%.2f", help="Share over everyone's: 1 is as with everyone."),
    "At least": NumberColumn(
        format="%.2f", help="The careful end of its 95 % interval; the table is in its order, so few cannot lead it."
    ),
}
PARTS = {
    "head": "Head: one of the most popular items that together hold four fifths of all positives",
    "tail": "Long tail: outside the most popular items that together hold four fifths of all positives",
    "cold": "Cold: nobody has a positive interaction with it",
}
MAX_SAID = 3


def lift_rows(found: Lifts) -> pl.DataFrame:
    """One row a group, in the columns of `LIFT_COLUMNS`."""
    name = capital(found.attribute)
    rows = [
        {
            name: one_line(one.group),
            "n": one.n,
            "Here": round(one.share, 3),
            "Everyone": round(one.everyone, 3),
            "Times as likely": one.lift,
            "From": one.low,
            "To": one.high,
            "Caution": "few" if one.few else "",
        }
        for one in found.groups
    ]
    return pl.DataFrame(rows, schema_overrides={"n": pl.Int64}).with_columns(pl.col(pl.Float64).fill_nan(None))


def all_lifts(found: tuple[Lifts, ...]) -> pl.DataFrame:
    """Every group of every attribute, for a file."""
    rows = [{"attribute": one.attribute, **group.to_json()} for one in found for group in one.groups]
    return pl.DataFrame(rows)


def interactions(frame: pl.DataFrame) -> pl.DataFrame:
    """A user's items, or an item's users, as shown."""
    dated = frame["time"].null_count() < frame.height
    first = (
        [pl.col("title").map_elements(one_line, return_dtype=pl.String).alias("Item")]
        if "title" in frame.columns
        else [pl.col("user_id").alias("User")]
    )
    return frame.select(
        *first,
        pl.col("value").alias("Value"),
        *([pl.from_epoch("time", "s").dt.replace_time_zone("UTC").alias("When")] if dated else []),
        pl.when("positive").then(pl.lit("yes")).otherwise(pl.lit("no")).alias("Liked"),
    )


def together(frame: pl.DataFrame) -> pl.DataFrame:
    """In the columns of `TOGETHER_COLUMNS`."""
    return frame.select(
        pl.col("title").map_elements(one_line, return_dtype=pl.String).alias("Item"),
        pl.col("n").alias("Users"),
        pl.col("share").round(3).alias("Share"),
        pl.col("everyone").round(3).alias("Everyone"),
        pl.col("lift").alias("Times as likely"),
        pl.col("low").alias("At least"),
    )


def facts(attributes: Mapping[str, Any]) -> str:
    """What is known, in one line: "gender F · occupation healthcare"; plain text."""
    return " · ".join(
        f"{plain(name)} {one_line(_written(value))}" for name, value in attributes.items() if value is not None
    )


def user_reading(profile: UserProfile) -> str:
    """What sets a user apart, in one or two sentences. Plain text."""
    if not profile.interactions:
        return "This user has no interaction, so there is nothing to tell of their taste."
    if not profile.positives:
        return "None of this user's interactions is positive, so nothing is known of what they like."
    said = _apart(profile.tastes)
    if said:
        return f"Against everyone: {said}."
    return "Their taste does not differ from everyone's beyond chance, as far as can be told from so many positives."


def item_reading(profile: ItemProfile) -> str:
    """What sets those who take an item apart. Plain text."""
    if not profile.positives:
        return "Nobody has a positive interaction with this item, so nobody can be said to take it."
    if not profile.takers:
        return "Nothing is known of users but their ids, so groups cannot be compared."
    said = _apart(profile.takers)
    if said:
        return f"Those who take it, against everyone: {said}."
    return "Those who take it are like everyone: no group differs beyond chance."


def more_than(percentile: float) -> str:
    """A percentile as a whole share that is not more than it is: "99 %"."""
    return UNDEFINED if math.isnan(percentile) else f"{math.floor(100 * percentile)}\u00a0%"


def shift_line(shifts: tuple[NumberShift, ...]) -> str:
    """The means of number attributes beside everyone's; plain text, empty where there are none."""
    said = [
        f"{plain(one.attribute)} {number(one.mean)} (everyone {number(one.everyone)}, n = {one.n:,})" for one in shifts
    ]
    return f"On average: {joined(said)}." if said else ""


def number(value: float) -> str:
    """A mean with as many digits as say something; a year without a comma."""
    if abs(value) >= 10_000:
        return f"{value:,.0f}"
    return f"{value:.0f}" if abs(value) >= 1_000 else f"{value:.3g}" if abs(value) < 0.1 else f"{value:.2f}"


def capital(name: str) -> str:
    """A column's name as a heading."""
    words = one_line(plain(name))
    return words[:1].upper() + words[1:]


def span(first: int, last: int) -> str:
    """Two moments, seconds since 1970, as days: "1997-09-20 to 1998-04-23"; one day where both are in it."""
    begin, end = (str(np.datetime64(moment, "s"))[:10] for moment in (first, last))
    return begin if begin == end else f"{begin} to {end}"


def share_of(part: int, whole: int) -> str:
    """A share of counts; undefined for nothing."""
    return share(part / whole, 0) if whole else UNDEFINED


def _apart(found: tuple[Lifts, ...]) -> str:
    """The groups that differ most, beyond chance, of each attribute: "more Comedy (1.67 times, n = 12)"."""
    said = []
    for one in found:
        for group in one.telling[:MAX_SAID]:
            more = "more" if group.lift > 1 else "less"
            said.append(f"{more} {one_line(group.group)} ({factor(group.lift)}, n = {group.n:,})")
    return joined(said) if said else ""


def _written(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:g}" if abs(value) < 100_000 else f"{value:,.0f}"
    return ", ".join(value) if isinstance(value, list) else str(value)
