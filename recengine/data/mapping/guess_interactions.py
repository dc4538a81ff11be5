"""The roles of the columns of interactions."""

from __future__ import annotations

from typing import Any

import polars as pl

from recengine.data.mapping.draft import Draft, is_identifier
from recengine.data.mapping.events import usual_event_weight
from recengine.data.mapping.guess import Samples
from recengine.data.mapping.look import Look, overlap
from recengine.data.mapping.roles import spellings
from recengine.data.mapping.settings import written
from recengine.data.mapping.values import propose_threshold

_NO_VALUE = ("price", "amount", "cost", "revenue", "lat", "lon", "latitude", "longitude", "year", "age", "价格", "金额")
# numbers of these are never ratings, however few different ones there are
_AMOUNTS = {
    *("count", "quantity", "qty", "plays", "play_count", "playcount", "listens", "listen_count", "views", "clicks"),
    *("hours", "hours_played", "playtime", "play_time", "playtime_forever", "minutes", "watch_time"),
    *("数量", "次数", "播放次数"),
}
_MOST_TYPES = 50
_MOSTLY = 0.9
_NAMED = "the name says so"


def guess_interactions(draft: Draft, others: Samples) -> None:
    """User, item, event, time, session and value, with how values become weights."""
    for role in ("user", "item"):
        if not draft.has(role) and (look := draft.named(role, lambda look: look.may_be_id)):
            draft.add(role, look, _NAMED, 0.95)
    _ids_of_others(draft, others)
    if not draft.has("user") and (look := draft.named("session", lambda look: look.may_be_id)):
        draft.add("user", look, "there are no users, so each session stands for one", 0.7)
    _event(draft)
    _time(draft)
    if not draft.has("session") and (look := draft.named("session", lambda look: bool(look.present))):
        draft.add("session", look, _NAMED, 0.9)
    _named_value(draft)
    _ids_in_front(draft)
    _value(draft)


def _ids_of_others(draft: Draft, others: Samples) -> None:
    """A user or an item column that no name shows, by the ids that stand in the other table too."""
    for role, kind in (("item", "items"), ("user", "users")):
        table = others.get(kind)  # type: ignore[call-overload]
        if draft.has(role) or table is None:
            continue
        unique = [one for one in (Look(column, table[column]) for column in table.columns) if one.tells_apart]
        shares = [
            (max((overlap(one.cells, look.cells) for one in unique), default=0.0), look)
            for look in draft.free
            if look.may_be_id and look.distinct >= 10
        ]
        likely = [(share, look) for share, look in shares if share >= 0.5]
        # where two columns count from 1, the ids of both stand everywhere
        if len(likely) == 1:
            share, look = likely[0]
            draft.add(role, look, f"{share:.0%} of its ids stand in the table of {kind}", 0.7)


def _ids_in_front(draft: Draft) -> None:
    """Without names: a table of interactions begins with the user and the item almost everywhere."""
    for role in ("user", "item"):
        if draft.has(role):
            continue
        look = next((one for one in draft.free if one.may_be_id and one.time_form is None), None)
        if look is not None:
            draft.add(role, look, f"the first column that may hold the ids of {role}s", 0.4)


def _event(draft: Draft) -> None:
    look = draft.column("event")
    if look is None:
        look = draft.named("event", lambda one: 1 <= one.distinct <= _MOST_TYPES)
        if look is not None:
            draft.add("event", look, f"{_NAMED}: {look.distinct} types of events", 0.9)
        else:
            look = next((one for one in draft.free if _are_types(one)), None)
            if look is not None:
                draft.add("event", look, "its cells are names of events", 0.8)
    if look is None:
        return
    for name in look.text.value_counts(sort=True)[look.text.name].to_list():
        weight = usual_event_weight(name)
        reason = "usual for a type of this name" if weight is not None else "no usual name, so it weighs 1"
        draft.set(f"event.weight.{name}", written(weight or 0.0 if weight is not None else 1.0), reason, 0.7)


def _are_types(look: Look) -> bool:
    if look.numbers is not None or not 2 <= look.distinct <= _MOST_TYPES:
        return False
    known = [usual_event_weight(name) is not None for name in look.text.unique().to_list()]
    return 2 * sum(known) >= len(known)


def _time(draft: Draft) -> None:
    if draft.has("time"):
        return
    for name in draft.named_all("time"):
        look = draft.looks[name]
        if look.time_form is not None:
            draft.add("time", look, f"{_NAMED}, and it holds {look.time_form}", 0.95)
            return
        if look.readable_times >= _MOSTLY:
            reason = f"{_NAMED}; {look.readable_times:.1%} of its cells are dates, the others cannot be read"
            draft.add("time", look, reason, 0.85)
            return
    by_cells = next((one for one in draft.free if one.time_form is not None and not is_identifier(one.name)), None)
    if by_cells is not None:
        draft.add("time", by_cells, f"it holds {by_cells.time_form}", 0.7)
        return
    # numbers that count from another day still give an order
    counted = draft.named("time", lambda one: one.numbers is not None and one.low >= 0)
    if counted is not None:
        draft.add("time", counted, f"{_NAMED}; its numbers are no usual times, so only their order counts", 0.4)


def _named_value(draft: Draft) -> None:
    if not draft.has("value") and (look := draft.named("value", _is_value)):
        draft.add("value", look, f"{_NAMED}, and it holds {_range(look)}", 0.95)


def _is_value(look: Look) -> bool:
    return look.numbers is not None or look.cells.dtype == pl.Boolean or _are_truths(look)


def _are_truths(look: Look) -> bool:
    return bool(look.present) and bool(look.text.str.to_lowercase().is_in(("true", "false", "yes", "no")).all())


def _value(draft: Draft) -> None:
    if not draft.has("value"):
        left = [
            look
            for look in draft.free
            if look.numbers is not None
            and look.time_form is None
            and not is_identifier(look.name)
            and not set(_NO_VALUE) & set(look.name.lower().replace("_", " ").split())
        ]
        rated = [look for look in left if propose_threshold(_numbers(look)).lowest is not None]
        if rated:
            draft.add("value", rated[0], f"{_range(rated[0])}, which look like ratings", 0.6)
        elif len(left) == 1 and not draft.has("event") and left[0].low >= 0:
            draft.add("value", left[0], f"the only column of numbers, {_range(left[0])}", 0.4)
    look = draft.column("value")
    if look is not None:
        _rule(draft, look)


def _rule(draft: Draft, look: Look) -> None:
    """How the values become weights: those of ratings as they are, of 0 and 1 as one, of counts by the logarithm."""
    if look.numbers is None or (look.is_whole and 0 <= look.low <= look.high <= 1):
        draft.set("value.rule", "one", "0 and 1: who interacted, not how much", 0.9)
        return
    if look.low >= 0 and not _AMOUNTS.isdisjoint(spellings(look.name)):
        draft.set("value.rule", "log", "the name says that it counts; twice as much is not liked twice as well", 0.8)
        return
    if propose_threshold(_numbers(look)).lowest is not None or look.low < 0:
        return
    middle: Any = look.numbers.median()
    mean: Any = look.numbers.mean()
    if look.high > 10 and mean > 1.5 * middle and look.high > 5 * middle:
        reason = f"a few values are far above the rest: half are at most {middle:g}, the highest is {look.high:g}"
        draft.set("value.rule", "log", reason, 0.8)


def _numbers(look: Look) -> pl.Series:
    return pl.Series("value", [], dtype=pl.Float64) if look.numbers is None else look.numbers


def _range(look: Look) -> str:
    if look.numbers is None:
        return "yes and no"
    if look.low == look.high:
        return f"{look.low:g} in each cell"
    kind = "whole numbers" if look.is_whole else "numbers"
    return f"{kind} from {look.low:g} to {look.high:g}"
