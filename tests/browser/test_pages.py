"""Every page, in both themes, wide and narrow: whole, quiet, and with its picture taken."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.studio import (
    PAGES,
    SIZES,
    THEMES,
    Theme,
    background,
    choose_page,
    expect_unbroken,
    go,
    picture,
    set_theme,
)


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("path", PAGES)
def test_page_opens(page: Page, studio: Server, path: str, theme: Theme) -> None:
    set_theme(page, theme)
    go(page, studio, path)
    if path == "report":
        expect(page.get_by_text("Written 20")).to_be_visible()
    for size, (width, height) in SIZES.items():
        page.set_viewport_size({"width": width, "height": height})
        picture(page, f"{path or 'overview'}-{size}-{theme}")
        # what is wider than the window would have to be scrolled sideways to be read
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    expect_unbroken(page, studio)
    assert "Traceback" not in studio.printed()


def test_theme_follows_the_reader_while_a_page_is_open(page: Page, studio: Server) -> None:
    set_theme(page, "light")
    go(page, studio, "studio")
    assert min(background(page)) > 200
    set_theme(page, "dark")
    page.wait_for_function(
        "() => getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor[4] < 9"
    )
    assert max(background(page)) < 60


def test_navigation_leads_to_every_page(page: Page, studio: Server) -> None:
    go(page, studio)
    for path, title in [*PAGES.items(), ("", "Overview")]:
        choose_page(page, title)
        expect_unbroken(page, studio)
        assert page.url.split("?")[0] == f"{studio.url}/{path}"
