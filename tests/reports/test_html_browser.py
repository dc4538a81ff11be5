"""The HTML report in a real browser: complete, silent, drawn, in both colour schemes and on paper."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Dialog, Page

from recengine.data import Dataset
from recengine.reports.text import one_line

pytestmark = pytest.mark.browser


@dataclass
class Visit:
    """A page with everything it did that a report must not do."""

    page: Page
    faults: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def file(report: Callable[..., str], dataset: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(report(example_users=range(0, 10, 2)), encoding="utf-8")
    return path


@pytest.fixture
def visit(browser: Browser, file: Path) -> Iterator[Callable[..., Visit]]:
    contexts = []

    def open_report(**settings: Any) -> Visit:
        context = browser.new_context(**settings)
        contexts.append(context)
        visit = Visit(context.new_page())
        visit.page.on("console", lambda message: visit.faults.append(f"console: {message.text}"))
        visit.page.on("pageerror", lambda error: visit.faults.append(f"error: {error}"))

        def refuse(dialog: Dialog) -> None:
            visit.faults.append(f"dialog: {dialog.message}")
            dialog.dismiss()

        visit.page.on("dialog", refuse)
        visit.page.on(
            "request",
            lambda request: None if request.url == file.as_uri() else visit.faults.append(f"request: {request.url}"),
        )
        visit.page.goto(file.as_uri())
        visit.page.wait_for_function(
            "[...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg.main-svg'))"
        )
        return visit

    yield open_report
    for context in contexts:
        context.close()


SCHEMES = {"light": "rgb(31, 35, 40)", "dark": "rgb(230, 237, 243)"}


@pytest.mark.parametrize("scheme", SCHEMES)
def test_every_chart_is_drawn_in_the_schemes_colours(visit: Callable[..., Visit], scheme: str) -> None:
    seen = visit(color_scheme=scheme)
    charts = seen.page.locator(".chart")
    assert charts.count() > 5
    assert seen.page.locator(".chart svg.main-svg .trace, .chart svg.main-svg .scatterlayer").count() >= charts.count()
    colors = seen.page.evaluate(
        "[document.body, document.querySelector('.chart .ytick text'), document.querySelector('.chart .legendtext')]"
        ".map((node, n) => getComputedStyle(node)[n ? 'fill' : 'color'])"
    )
    assert colors == [SCHEMES[scheme]] * 3
    assert seen.faults == []


def test_titles_that_do_harm_are_shown_as_they_are(visit: Callable[..., Visit], dataset: Dataset) -> None:
    seen = visit()
    text = seen.page.locator("main").inner_text()
    for title in dataset.titles:
        assert one_line(title) in text
    labels = seen.page.locator(".chart .ytick text").all_text_contents()
    assert any("<script>alert(1)</script>" in label for label in labels)
    assert any("$9 & $10" in label for label in labels)
    assert any("<b>bold</b>" in label or "He said" in label for label in labels)
    assert seen.page.locator("main a, main img, .chart a, .chart image").count() == 0
    assert seen.faults == []


def test_hovering_shows_the_full_title_as_text(visit: Callable[..., Visit], dataset: Dataset) -> None:
    seen = visit()
    long_title = max(dataset.titles, key=len)
    bars = seen.page.locator(".chart", has_text=f"{long_title[:20]}").locator(".barlayer .point path")
    for position in range(bars.count()):
        bars.nth(position).hover(force=True)
        if seen.page.locator(".hoverlayer", has_text=long_title).count():
            break
    assert seen.page.locator(".hoverlayer", has_text=long_title).count() == 1
    assert seen.faults == []


def test_nothing_injected_later_can_run(visit: Callable[..., Visit]) -> None:
    seen = visit()
    seen.page.evaluate(
        "() => { const script = document.createElement('script'); script.textContent = 'window.ran = true';"
        "document.body.append(script); }"
    )
    assert seen.page.evaluate("window.ran") is None
    # the browser says that the policy refused it
    assert len(seen.faults) == 1
    assert "Content Security Policy" in seen.faults[0]


def test_a_phone_shows_it_without_scrolling_sideways(visit: Callable[..., Visit]) -> None:
    seen = visit(viewport={"width": 390, "height": 800})
    assert seen.page.evaluate("document.documentElement.scrollWidth") <= 390
    assert seen.faults == []


def test_paper_is_light_and_its_charts_fit(visit: Callable[..., Visit], tmp_path: Path) -> None:
    seen = visit(color_scheme="dark", viewport={"width": 1400, "height": 900})
    width = "document.querySelector('.chart svg.main-svg').getAttribute('width')"
    on_screen = seen.page.evaluate(width)
    seen.page.evaluate(f"addEventListener('beforeprint', () => {{ window.onPaper = {width}; }})")
    seen.page.pdf(path=tmp_path / "report.pdf")
    assert seen.page.evaluate("window.onPaper") == "680"
    seen.page.wait_for_function(f"{width} === '{on_screen}'")
    seen.page.emulate_media(media="print")
    assert seen.page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert seen.faults == []
