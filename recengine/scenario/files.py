"""Scenario files, as both faces of the studio read and write them."""

from __future__ import annotations

import json

from recengine.errors import ScenarioError
from recengine.scenario.scenario import Scenario

MAX_SCENARIO_BYTES = 1_000_000


def scenario_to_bytes(scenario: Scenario) -> bytes:
    """The content of the scenario's file: JSON in UTF-8."""
    return json.dumps(scenario.to_json(), ensure_ascii=False, indent=2).encode()


def scenario_from_bytes(content: bytes, source: str) -> Scenario:
    """The scenario in the content of a file, checked whole. source: the file's name, for errors.

    Raises `ScenarioError` for what is too large, no JSON, or no scenario of this version.
    """
    if len(content) > MAX_SCENARIO_BYTES:
        raise ScenarioError(f"{source}: larger than a scenario can be. Choose the scenario's file.")
    try:
        document = json.loads(content)
    except (ValueError, RecursionError) as error:
        reason = str(error).splitlines()[0]
        raise ScenarioError(f"{source}: not JSON ({reason}). Download it again from the Report page.") from error
    return Scenario.from_json(document, source)
