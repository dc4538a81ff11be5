"""A step with its settings in words, for people who never typed it."""

from __future__ import annotations

from recengine.data.cleaning.base import Step


def step_words(step: Step) -> str:
    """`Merge repeats: keep last`. Settings without a limit are left out."""
    said = [
        f"{option.label[:1].lower()}{option.label[1:]} {_value(getattr(step, option.name))}"
        for option in step.options
        if getattr(step, option.name) is not None
    ]
    return f"{step.label}{': ' if said else ''}{', '.join(said)}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return f"{value:,.10g}" if isinstance(value, (int, float)) else str(value).replace("-", " ")
