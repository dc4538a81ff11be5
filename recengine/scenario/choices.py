"""Strategies and re-rankers as short texts: `cascade:stages=text:200,als`, as options and links hold them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from recengine.errors import ScenarioError
from recengine.fusion import RERANKERS, STRATEGIES
from recengine.fusion.rerankers import Reranker
from recengine.fusion.strategies import Strategy
from recengine.scenario.scenario import Choice, Scenario

SHOWN = 80
"""Characters of a bad text that an error repeats."""


def read_choice(text: str, what: str) -> tuple[str, dict[str, Any]]:
    """`NAME`, `NAME:SETTING=VALUE;SETTING=VALUE` or `NAME:{"SETTING": VALUE}` as a name and its settings.

    A value is JSON where it can be read so, else text. what: the option or key, for errors. Names and ranges are
    checked where a scenario is made of it. Raises `ScenarioError`.
    """
    name, colon, rest = text.strip().partition(":")
    name, rest = name.strip(), rest.strip()
    if not name:
        raise ScenarioError(f"{what}: {text[:SHOWN]!r} names nothing. Write NAME or NAME:SETTING=VALUE.")
    if not colon or not rest:
        return name, {}
    if rest.startswith("{"):
        settings = _json(rest)
        if not isinstance(settings, dict):
            raise ScenarioError(f"{what}: {rest[:SHOWN]!r} is not a JSON object. Write {name}:SETTING=VALUE.")
        return name, settings
    settings = {}
    for part in rest.split(";"):
        setting, equals, value = part.partition("=")
        setting = setting.strip()
        if not equals or not setting:
            raise ScenarioError(f"{what}: {part[:SHOWN]!r} is not SETTING=VALUE. Write {name}:SETTING=VALUE.")
        if setting in settings:
            raise ScenarioError(f"{what}: {setting} of {name} is given twice. Give each setting once.")
        read = _json(value)
        settings[setting] = value.strip() if read is None else read
    return name, settings


def strategy_text(scenario: Scenario) -> str:
    """The strategy with the settings that are not its defaults; `read_choice` reads it."""
    return _text(scenario.strategy, _changed(STRATEGIES[scenario.strategy], scenario.strategy_settings))


def rerankers_text(scenario: Scenario) -> str:
    """The re-rankers as a JSON list of such texts; empty without any."""
    texts = [_text(name, _changed(RERANKERS[name], settings)) for name, settings in scenario.rerankers]
    return json.dumps(texts, ensure_ascii=False, separators=(",", ":")) if texts else ""


def read_rerankers(text: str, what: str) -> tuple[Choice, ...]:
    """What `rerankers_text` wrote. Raises `ScenarioError`."""
    texts = _json(text) if text else []
    if not isinstance(texts, list) or not all(isinstance(one, str) for one in texts):
        raise ScenarioError(f"{what}: {text[:SHOWN]!r} is not a list of re-rankers. Copy the link again.")
    return chain(texts, what)


def chain(texts: Sequence[str], what: str) -> tuple[Choice, ...]:
    """Re-rankers from texts as `read_choice` reads them, in their order. Raises `ScenarioError`."""
    return tuple((name, tuple(settings.items())) for name, settings in (read_choice(text, what) for text in texts))


def _changed(kind: type[Strategy] | type[Reranker], settings: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    defaults = {fact.name: fact.default for fact in kind.facts()}
    return {name: value for name, value in settings if value != defaults[name]}


def _text(name: str, settings: dict[str, Any]) -> str:
    if not settings:
        return name
    return f"{name}:{json.dumps(settings, ensure_ascii=False, separators=(',', ':'))}"


def _json(text: str) -> Any:
    """The value, or None where it is no JSON."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None
