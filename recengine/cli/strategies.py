"""Verb: strategies."""

from __future__ import annotations

import argparse
import textwrap
from typing import Any

from recengine.cli.output import emit
from recengine.device import device_kind
from recengine.fusion import RERANKERS, STRATEGIES, Reranker, Strategy

WIDTH = 100
"""Characters of a line of text."""
USAGE = """Use: --strategy NAME or --strategy 'NAME:SETTING=VALUE;SETTING=VALUE'
     --rerank NAME NAME:SETTING=VALUE, applied in this order"""


def strategies(asked: argparse.Namespace) -> None:
    """What can be chosen, each with its settings."""
    document = {
        "strategies": {
            name: {
                "label": kind.label,
                "about": kind.about,
                "certificate": kind.certificate,
                "weighs": kind.weighs,
                "additive": kind.additive,
                "learns": kind.learns,
                "settings": _settings(kind),
            }
            for name, kind in STRATEGIES.items()
        },
        "rerankers": {
            name: {"label": kind.label, "about": kind.about, "settings": _settings(kind)}
            for name, kind in RERANKERS.items()
        },
    }

    def text() -> str:
        made = [_said(kind, f"Exact? {kind.certificate}") for kind in STRATEGIES.values()]
        chained = [_said(kind) for kind in RERANKERS.values()]
        return "\n\n".join(["STRATEGIES", *made, "RE-RANKERS", *chained, USAGE])

    emit(document, as_json=asked.json, text=text, device=device_kind())


def _settings(kind: type[Strategy] | type[Reranker]) -> dict[str, Any]:
    return {
        fact.name: {"default": fact.default, "what": fact.description, "must_be": fact.check.words}
        for fact in kind.facts()
    }


def _said(kind: type[Strategy] | type[Reranker], *more: str) -> str:
    """Name, what it is, and its settings with their defaults."""
    settings = [f"{fact.name}={fact.default}: {fact.description} ({fact.check.words})" for fact in kind.facts()]
    return "\n".join(
        [
            f"{kind.name}: {kind.label}",
            *(_wrapped(text, 1) for text in (kind.about, *more)),
            *(_wrapped(text, 2) for text in settings),
        ]
    )


def _wrapped(text: str, depth: int) -> str:
    """Indented by `depth` steps, further lines by one more."""
    step = "  "
    return textwrap.fill(text, WIDTH, initial_indent=step * depth, subsequent_indent=step * (depth + 1))
