"""The desk without a browser: what the page gave it, and what it would hand back."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from streamlit.proto.BidiComponent_pb2 import BidiComponent
from streamlit.testing.v1 import AppTest


def shown(app: AppTest) -> dict[str, Any]:
    """All that the page gave to the desk: sliders, metrics, list, history and the pool."""
    assert not app.exception
    document: dict[str, Any] = json.loads(json.loads(_component(app).json))
    return document


def weights(app: AppTest) -> dict[str, float]:
    """Where the sliders stand."""
    return {scorer["name"]: scorer["weight"] for scorer in shown(app)["desk"]["scorers"]}


def move(app: AppTest, muted: Sequence[str] = (), solo: Sequence[str] = (), **changed: float) -> AppTest:
    """Let go of sliders; those that are not named stay."""
    return hand(app, {"weights": {**weights(app), **changed}, "muted": list(muted), "solo": list(solo)})


def do(app: AppTest, action: str) -> AppTest:
    """Click a button of the desk: "undo", "redo", "baseline" or "start"."""
    return hand(app, {"do": action})


def hand(app: AppTest, told: dict[str, Any]) -> AppTest:
    """Hand `told` over as the component does, and run the page."""
    states = app._tree.get_widget_states()
    state = states.widgets.add()
    state.id = _component(app).id
    state.json_value = json.dumps({"move": {"turn": shown(app)["turn"] + 1, **told}})
    return app._run(states)


def is_open(app: AppTest) -> bool:
    """Whether there is a desk."""
    return any(one.proto.component_name == "recengine_desk" for one in app.get("bidi_component"))


def _component(app: AppTest) -> BidiComponent:
    (proto,) = (one.proto for one in app.get("bidi_component") if one.proto.component_name == "recengine_desk")
    assert isinstance(proto, BidiComponent)
    return proto
