"""A copied link opens the same view, on a server that was started a moment ago too."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import PAGES, go, query

VIEW = {
    "user": "7",
    "w_als": "0.2",
    "w_text": "0.3",
    "w_popularity": "0.5",
    "k": "5",
    "norm": "z-score",
    "neutral": "floor",
}


@pytest.mark.parametrize("path", PAGES)
def test_a_link_opens_its_page_and_its_view_on_a_fresh_server(
    page: Page, fresh_studio: Server, workspace: Workspace, path: str
) -> None:
    wanted = {"dataset": workspace.dataset, **VIEW}
    go(page, fresh_studio, path, **wanted)
    assert page.url.split("?")[0] == f"{fresh_studio.url}/{path}"
    # nothing of the link was of no use; a hint at what to do next is none of that, nor is it a mistake of the link that
    # earlier tests left two tries that cannot be compared
    expect(page.get_by_test_id("stAlertContentError")).to_have_count(0)
    warnings = page.get_by_test_id("stAlertContentWarning")
    expect(warnings.filter(has_not_text="These two are not compared")).to_have_count(0)
    assert dict(pair.split("=") for pair in query(page).split("&")).items() >= wanted.items()
    assert "Traceback" not in fresh_studio.printed()
