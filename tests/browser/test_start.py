"""The first start and the ones after it."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import expect_unbroken, go, picture, settle


def test_the_first_page_shows_what_was_prepared(page: Page, fresh_studio: Server, workspace: Workspace) -> None:
    go(page, fresh_studio)
    expect(page.get_by_text(workspace.dataset).first).to_be_visible()


def test_an_empty_workspace_offers_a_way_on(page: Page, empty_studio: Server) -> None:
    go(page, empty_studio)
    picture(page, "empty-wide-light")
    page.get_by_role("button", name="Load the synthetic sample").click()
    expect(page.get_by_role("progressbar").first).to_be_visible()
    picture(page, "empty-waiting-light")
    page.reload()  # the job goes on without the page
    # the text model has to be loaded and 400 texts encoded
    expect(page.get_by_text("Is it good?")).to_be_visible(timeout=200_000)
    expect(page.get_by_text("There is no data yet")).to_have_count(0)
    settle(page)
    expect_unbroken(page, empty_studio)
    go(page, empty_studio, "studio")
    expect(page.get_by_role("slider").first).to_be_visible()
