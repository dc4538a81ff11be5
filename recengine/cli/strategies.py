"""Verb: strategies."""

from __future__ import annotations

import argparse
from typing import Any

from recengine.cli.output import emit, table
from recengine.device import device_kind
from recengine.fusion import RERANKERS, STRATEGIES, Reranker, Strategy


def strategies(asked: argparse.Namespace) -> None:
    """What can be chosen, each with its settings."""
    document = {
        "strategies": {
            name: {
                "label": kind.label,
                "about": kind.about,
                "certificate": kind.certificate,
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
        blocks = []
        for title, kinds in (("strategy", STRATEGIES), ("re-ranker", RERANKERS)):
            rows = []
            for name, kind in kinds.items():
                rows.append([name, "", "", kind.about])
                rows += [
                    ["", fact.name, str(fact.default), f"{fact.description} ({fact.check.words})"]
                    for fact in kind.facts()
                ]
            if rows:
                blocks.append(table([title, "setting", "default", "what it does"], rows))
        return "\n\n".join(blocks)

    emit(document, as_json=asked.json, text=text, device=device_kind())


def _settings(kind: type[Strategy] | type[Reranker]) -> dict[str, Any]:
    return {
        fact.name: {"default": fact.default, "what": fact.description, "must_be": fact.check.words}
        for fact in kind.facts()
    }
