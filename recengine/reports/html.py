"""The report as one HTML file that needs nothing else: no network, no server, no font."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from recengine.errors import ScenarioError
from recengine.explanation import Explanation
from recengine.reports.charts import Charts
from recengine.reports.examples import explain_examples, pick_examples
from recengine.reports.views.context import Context
from recengine.reports.views.data import data_view
from recengine.reports.views.data_quality import data_quality_view
from recengine.reports.views.fairness import item_fairness_view, user_fairness_view
from recengine.reports.views.people import people_view
from recengine.reports.views.provenance import method_view, provenance_view
from recengine.reports.views.quality import quality_view
from recengine.reports.views.summary import summary_view
from recengine.scenario import Outcome, Verdict, Workbench

TEMPLATES = Path(__file__).parent / "templates"

SECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "summary": "Summary",
        "data": "Data",
        "data-quality": "Data quality",
        "quality": "Quality",
        "examples": "Example users",
        "user-fairness": "Fairness to users",
        "item-fairness": "Fairness to items",
        "method": "Method",
        "provenance": "Provenance",
    }
)
"""Sections by key, in the order of the report, with their headings."""

VIEWS: Mapping[str, Callable[[Context], Any]] = MappingProxyType(
    {
        "summary": summary_view,
        "data": data_view,
        "data-quality": data_quality_view,
        "quality": quality_view,
        "examples": people_view,
        "user-fairness": user_fairness_view,
        "item-fairness": item_fairness_view,
        "method": method_view,
        "provenance": provenance_view,
    }
)


def render_html(
    workbench: Workbench,
    outcome: Outcome,
    *,
    alone: Mapping[str, Outcome],
    verdicts: Sequence[Verdict],
    generated_at: datetime,
    versions: Mapping[str, str],
    sections: Sequence[str] = tuple(SECTIONS),
    example_users: Sequence[int] | None = None,
    explanations: Sequence[Explanation] | None = None,
    imported: Mapping[str, Any] | None = None,
) -> str:
    """The report on `outcome`, the same arguments giving the same text; about 5 MB, most of it the chart library.

    alone: each scorer by itself. verdicts: on `outcome`. generated_at: what the report says of when it was written.
    versions: by package. sections: keys of `SECTIONS`, shown in the report's order. example_users: positions, by
    default `pick_examples`; explanations: shown with their user, by default of each example's first place.
    imported: the stored report of the import (`DatasetEntry.report`), which knows repeats and the language of texts.

    Raises `ScenarioError` for an unknown or missing section and for an example user without a list.
    """
    wanted = _wanted(sections)
    users = _users(workbench, outcome, example_users) if "examples" in wanted else ()
    if "examples" not in wanted:
        explanations = ()
    elif explanations is None:
        explanations = explain_examples(workbench, outcome, users)
    context = Context(
        workbench=workbench,
        outcome=outcome,
        alone=alone,
        verdicts=verdicts,
        example_users=users,
        examples_picked=example_users is None,
        explanations=explanations,
        generated_at=generated_at,
        versions=versions,
        charts=Charts(),
        imported=imported or {},
    )
    script = _text("report.js")
    library = _chart_library() if _has_charts(wanted) else ""
    return (
        _environment()
        .get_template("report.html.j2")
        .render(
            title=f"Recommendation report: {workbench.dataset.name}",
            context=context,
            sections={key: SECTIONS[key] for key in wanted},
            views={key: VIEWS[key](context) for key in wanted},
            style=Markup(_text("report.css")),  # noqa: S704
            library=Markup(library),  # noqa: S704
            script=Markup(script),  # noqa: S704
            script_sources=" ".join(_source(text) for text in (library, script) if text),
        )
    )


def _wanted(sections: Sequence[str]) -> list[str]:
    for section in sections:
        if section not in SECTIONS:
            raise ScenarioError(f"sections: {section[:80]!r} is unknown. Choose among {', '.join(SECTIONS)}.")
    if not sections:
        raise ScenarioError(f"sections: none is chosen. Choose at least one of {', '.join(SECTIONS)}.")
    return [key for key in SECTIONS if key in sections]


def _users(workbench: Workbench, outcome: Outcome, asked: Sequence[int] | None) -> tuple[int, ...]:
    if asked is None:
        return pick_examples(workbench, outcome)
    known = set(outcome.lists.rankings.users.tolist())
    for user in asked:
        if user not in known:
            raise ScenarioError(
                f"example users: user {user} has no list here. Choose one of the {len(known):,} who have."
            )
    return tuple(dict.fromkeys(asked))


def _has_charts(wanted: Sequence[str]) -> bool:
    return any(section not in ("summary", "method", "provenance") for section in wanted)


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


@cache
def _text(name: str) -> str:
    return (TEMPLATES / name).read_text(encoding="utf-8")


@cache
def _chart_library() -> str:
    from plotly.offline import get_plotlyjs

    return str(get_plotlyjs()).replace("\r\n", "\n")


def _source(script: str) -> str:
    """What a content security policy calls this very script; any other one, injected by whatever way, does not run."""
    return f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'"
