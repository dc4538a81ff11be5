"""How the cells of the mapped columns are read: values, types of events, times, separators, texts, groups."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import replace
from zoneinfo import available_timezones

import streamlit as st

from recengine.data.mapping import parse_values, propose_threshold
from recengine.data.mapping.roles import SEPARATOR, plain_name
from recengine.data.mapping.settings import SEPARATORS, TIME_UNITS, ValueRule, written
from recengine.data.sources import TableKind
from recengine.workspace import Workspace
from ui import actions
from ui.importing import events, roles, store
from ui.importing.draft import Draft
from ui.importing.reading import Brought
from ui.text import plain

RULES = {
    "as-is": "As they are: ratings, scores",
    "log": "Logarithm: play times, counts",
    "one": "All the same: a row is a row",
}
UNITS = {
    "auto": "Found from the cells",
    "s": "Seconds since 1970",
    "ms": "Milliseconds since 1970",
    "us": "Microseconds since 1970",
    "ns": "Nanoseconds since 1970",
    "iso": "ISO: 2024-01-31 18:05",
    "ymd": "Year, month, day",
    "dmy": "Day, month, year",
    "mdy": "Month, day, year",
}
POSITIVE = {"auto": "Found from the values", "all": "Every row", "from": "From a value on"}
GUESSED_SEPARATOR = "found from the cells"
FIRST_POSITIVE = 4.0


Card = Callable[[], None]


def cards(
    workspace: Workspace, draft: Draft, found: Brought, kind: TableKind, pairs: Mapping[str, str]
) -> tuple[Card, ...]:
    """What draws the settings that the mapped columns have, a card each; none for columns that have none."""
    form = _Form(workspace, draft, kind, dict(pairs))
    played = {roles.role_of(key) for key in pairs}
    every: dict[TableKind, list[tuple[set[str], Card]]] = {
        "interactions": [
            ({"event"}, lambda: events.show(workspace, draft, found, form.pairs)),
            ({"value"}, lambda: _values(form, found)),
            ({"time"}, lambda: _times(form)),
        ],
        "items": [
            ({"item.categories"}, lambda: _separators(form)),
            ({"item.title", roles.TEXT}, lambda: _template(form, found)),
        ],
        "users": [({"user.age", "user.number"}, lambda: _bins(form))],
    }
    return tuple(card for wanted, card in every[kind] if wanted & played)


class _Form:
    """Widgets that show one setting each and keep it in the draft when it is changed."""

    def __init__(self, workspace: Workspace, draft: Draft, kind: TableKind, pairs: dict[str, str]) -> None:
        self.workspace = workspace
        self.draft = draft
        self.kind: TableKind = kind
        self.pairs = pairs

    def widget(self, setting: str, now: object) -> str:
        """The key of the widget of a setting, which shows `now`."""
        key = f"setting {self.kind} {hashlib.sha256(setting.encode()).hexdigest()[:12]}"
        st.session_state[key] = now
        return key

    def keep(self, setting: str, text: str) -> None:
        """Keep a setting; an empty text takes it away."""
        changed = {key: value for key, value in self.pairs.items() if key != setting}
        if text:
            changed[setting] = text
        store.change(self.workspace, self.draft, lambda draft: draft.mapping(self.kind, changed))

    def keeps(self, setting: str, key: str, written: Callable[[object], str] = str) -> Callable[[], None]:
        """What a widget calls when it is changed."""
        return lambda: self.keep(setting, written(st.session_state[key]))


def _values(form: _Form, found: Brought) -> None:
    st.markdown("**Values**")
    now = form.pairs.get("value.rule", "as-is")
    key = form.widget("value.rule", now if now in RULES else "as-is")
    st.selectbox(
        "Values count",
        list(RULES),
        format_func=lambda rule: RULES[rule],
        key=key,
        help="As they are: a rating of 4 weighs 4. Logarithm: 1 + ln(1 + value), so that 500 hours weigh 7.2, not 500.",
        on_change=actions.attempt,
        args=(form.keeps("value.rule", key, lambda rule: "" if rule == "as-is" else str(rule)),),
    )
    clip = _number(form.pairs.get("value.clip", ""))
    key_clip = form.widget("value.clip", 100.0 if clip is None else clip)
    st.number_input(
        "Cap values at percentile",
        1.0,
        100.0,
        step=0.5,
        format="%g",
        key=key_clip,
        help="With 99, the highest 1 % of the values count as the value that 99 % do not exceed, before anything else. "
        "100 caps nothing.",
        on_change=actions.attempt,
        args=(form.keeps("value.clip", key_clip, lambda clip: "" if clip == 100 else written(float(str(clip)))),),
    )
    _positive(form)
    if form.draft.positive_from == "auto":
        cells = [
            table.sample[form.pairs["value"]]
            for table in found.of("interactions")
            if form.pairs["value"] in table.sample
        ]
        counted: ValueRule = "log" if now == "log" else "as-is"
        st.caption(plain(propose_threshold(parse_values(cells[0]).values, counted).reason))


def _positive(form: _Form) -> None:
    """From which value on an interaction is a sign that the item was liked."""
    now = form.draft.positive_from
    way = "auto" if now == "auto" else "all" if now is None else "from"
    key = form.widget("positive", way)

    def choose() -> None:
        chosen = {"auto": "auto", "all": None, "from": FIRST_POSITIVE}[st.session_state[key]]
        store.change(form.workspace, form.draft, lambda draft: replace(draft, positive_from=chosen))

    st.selectbox(
        "Counts as liked",
        list(POSITIVE),
        format_func=lambda way: POSITIVE[way],
        key=key,
        help="Scorers learn from what was liked, and lists are measured on it. What was seen and not liked is never "
        "recommended.",
        on_change=actions.attempt,
        args=(choose,),
    )
    if way != "from" or not isinstance(now, (int, float)):
        return
    key_from = form.widget("positive from", float(now))

    def choose_value() -> None:
        value = float(st.session_state[key_from])
        store.change(form.workspace, form.draft, lambda draft: replace(draft, positive_from=value))

    st.number_input("Liked from", step=0.5, format="%g", key=key_from, on_change=actions.attempt, args=(choose_value,))


def _times(form: _Form) -> None:
    st.markdown("**Times**")
    now = form.pairs.get("time.unit", "auto")
    key = form.widget("time.unit", now if now in TIME_UNITS else "auto")
    st.selectbox(
        "Written as",
        list(TIME_UNITS),
        format_func=lambda unit: UNITS.get(unit, unit),
        key=key,
        on_change=actions.attempt,
        args=(form.keeps("time.unit", key, lambda unit: "" if unit == "auto" else str(unit)),),
    )
    zone = form.pairs.get("time.zone", "UTC")
    zones = ["UTC", *sorted(available_timezones() - {"UTC"})]
    key_zone = form.widget("time.zone", zone if zone in zones else "UTC")
    st.selectbox(
        "Zone of times that carry none",
        zones,
        key=key_zone,
        on_change=actions.attempt,
        args=(form.keeps("time.zone", key_zone, lambda zone: "" if zone == "UTC" else str(zone)),),
    )


def _separators(form: _Form) -> None:
    st.markdown("**What separates categories**")
    for key, column in form.pairs.items():
        if roles.role_of(key) != "item.categories":
            continue
        setting = f"{SEPARATOR}.{roles.name_of(key) or plain_name(column)}"
        now = form.pairs.get(setting) or form.pairs.get(SEPARATOR) or GUESSED_SEPARATOR
        words = {mark: word for word, mark in SEPARATORS.items()}
        now = words.get(now, now)
        options = list(dict.fromkeys([GUESSED_SEPARATOR, *SEPARATORS, now]))
        widget = form.widget(setting, now)
        st.selectbox(
            plain(column),
            options,
            key=widget,
            accept_new_options=True,
            help="What stands between the categories of a cell; choose, or write the characters.",
            format_func=lambda word: f"{word} ({SEPARATORS[word]})" if SEPARATORS.get(word, " ").strip() else word,
            on_change=actions.attempt,
            args=(form.keeps(setting, widget, lambda word: "" if word in (None, GUESSED_SEPARATOR) else str(word)),),
        )


def _template(form: _Form, found: Brought) -> None:
    st.markdown("**Text of an item**")
    key = form.widget("item.template", form.pairs.get("item.template", ""))
    st.text_area(
        "Template",
        key=key,
        height=80,
        placeholder="title (year). categories. text",
        help="What scorers read that know language. Names of columns between braces: {title} ({year}). {plot}. What a "
        "row has not is left out with its brackets. Empty: title, year, labels and texts, one after the other.",
        on_change=actions.attempt,
        args=(form.keeps("item.template", key),),
    )
    names = " ".join(f"{{{column}}}" for column in found.columns("items")[:12])
    st.caption(plain(f"Columns: {names}"))


def _bins(form: _Form) -> None:
    st.markdown("**Groups of numbers**")
    for key, column in form.pairs.items():
        role = roles.role_of(key)
        if role not in ("user.age", "user.number"):
            continue
        name = "age" if role == "user.age" else roles.name_of(key) or plain_name(column)
        setting = f"user.bins.{name}"
        widget = form.widget(setting, form.pairs.get(setting, ""))
        st.text_input(
            plain(f"{column}: groups begin at"),
            key=widget,
            placeholder="18, 25, 35, 45, 50, 56" if role == "user.age" else "none: it stays a number",
            help="Where groups begin, with commas: 18, 25, 35 makes under 18, 18 to 24, 25 to 34, 35 and more. Each "
            "group can be compared on the Fairness page.",
            on_change=actions.attempt,
            args=(
                form.keeps(
                    setting,
                    widget,
                    lambda text: ",".join(str(text).replace(";", ",").split()).replace(",,", ",").strip(","),
                ),
            ),
        )


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
