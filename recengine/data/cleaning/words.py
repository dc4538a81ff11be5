"""A step with its settings in words, for people who never typed it."""

from __future__ import annotations

from recengine.data.cleaning.base import Step


def step_words(step: Step) -> str:
    """`Merge repeats · keep: last`. Settings without a limit are left out."""
    settings = ((one, getattr(step, one.name)) for one in step.options)
    said = [
        f"{option.label[:1].lower()}{option.label[1:]}: {_value(now)}" for option, now in settings if now is not None
    ]
    return " · ".join((step.label, *said))


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value).replace("-", " ")
