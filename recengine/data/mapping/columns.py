"""What a mapping says: the column of each role and how its cells are read."""

from __future__ import annotations

from dataclasses import dataclass

from recengine.data.dataset import AttributeKind
from recengine.data.mapping.roles import SEPARATOR
from recengine.data.mapping.settings import TimeUnit, ValueRule, written, written_bins
from recengine.data.mapping.template import template_columns


@dataclass(frozen=True)
class AttributeColumn:
    """A column of the catalogue or the user table that becomes the attribute `name`.

    separator: between the labels of `categories`; None takes that of the mapping. bins: where the groups of a user's
    `number` begin; the category `NAME_group` is made of them, none where there are none.
    """

    name: str
    column: str
    kind: AttributeKind
    separator: str | None = None
    bins: tuple[float, ...] = ()


@dataclass(frozen=True)
class ColumnMapping:
    """The column of each role; None where no column plays it, or the table was not given.

    value_rule, value_clip: how values become weights (`weights_of`). event_weights: (type, weight) for the types that
    are named; the others weigh what `usual_event_weight` says. time_unit, time_zone: how times are read
    (`parse_times`). item_texts: columns of text, in their order. item_template: the text of an item
    (`compose`); None puts title, year, labels and texts one after the other. user_age_bins: where age groups begin;
    empty means `AGE_GROUPS`.
    """

    user: str
    item: str
    value: str | None = None
    time: str | None = None
    event: str | None = None
    session: str | None = None
    value_rule: ValueRule = "as-is"
    value_clip: float | None = None
    event_weights: tuple[tuple[str, float], ...] = ()
    time_unit: TimeUnit = "auto"
    time_zone: str | None = None
    item_id: str | None = None
    item_title: str | None = None
    item_texts: tuple[str, ...] = ()
    item_template: str | None = None
    item_year: str | None = None
    item_image: str | None = None
    item_attributes: tuple[AttributeColumn, ...] = ()
    separator: str | None = None
    user_id: str | None = None
    user_age: str | None = None
    user_age_bins: tuple[float, ...] = ()
    user_attributes: tuple[AttributeColumn, ...] = ()

    def columns(self, table: str) -> list[str]:
        """The columns of one table ("interactions", "items" or "users") that play a role, each once."""
        by_table = {
            "interactions": (self.user, self.item, self.value, self.time, self.event, self.session),
            "items": (self.item_id, self.item_title, *self.item_texts, self.item_year, self.item_image),
            "users": (self.user_id, self.user_age),
        }
        attributes = {"items": self.item_attributes, "users": self.user_attributes}.get(table, ())
        used = [*by_table[table], *(attribute.column for attribute in attributes)]
        if table == "items" and self.item_template is not None:
            used += template_columns(self.item_template)
        return list(dict.fromkeys(column for column in used if column is not None))

    def to_json(self) -> dict[str, str]:
        """As the pairs that `map_columns` takes, for plans, reports and fingerprints.

        A role that no column plays and a setting that is not set are left out.
        """
        pairs = {
            "user": self.user,
            "item": self.item,
            "value": self.value,
            "time": self.time,
            "event": self.event,
            "session": self.session,
            "value.rule": None if self.value_rule == "as-is" else self.value_rule,
            "value.clip": None if self.value_clip is None else written(self.value_clip),
            "time.unit": None if self.time_unit == "auto" else self.time_unit,
            "time.zone": self.time_zone,
            "item.id": self.item_id,
            "item.title": self.item_title,
            "item.template": self.item_template,
            "item.year": self.item_year,
            "item.image": self.item_image,
            SEPARATOR: self.separator,
            "user.id": self.user_id,
            "user.age": self.user_age,
            "user.bins.age": written_bins(self.user_age_bins) or None,
        }
        pairs |= {f"event.weight.{name}": written(weight) for name, weight in self.event_weights}
        for place, column in enumerate(self.item_texts, start=1):
            pairs["item.text" if place == 1 else f"item.text.{place}"] = column
        for table, attributes in (("item", self.item_attributes), ("user", self.user_attributes)):
            for one in attributes:
                pairs[f"{table}.{one.kind}.{one.name}"] = one.column
                if one.separator is not None:
                    pairs[f"{table}.separator.{one.name}"] = one.separator
                if one.bins:
                    pairs[f"{table}.bins.{one.name}"] = written_bins(one.bins)
        return {role: column for role, column in pairs.items() if column is not None}
