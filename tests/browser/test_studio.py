"""The Studio: a slider moves, and the list, the figures and the address move with it."""

from __future__ import annotations

from urllib.parse import parse_qs

from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import expect_unbroken, go, query, settle

START = {"w_als": "0.6", "w_text": "0.3", "w_popularity": "0.1"}


def texts(page: Page, test_id: str) -> str:
    return page.get_by_test_id(test_id).inner_text()


def test_a_slider_moves_list_figures_and_address(page: Page, studio: Server, workspace: Workspace) -> None:
    go(page, studio, "studio", dataset=workspace.dataset, **START)
    listed, measured = texts(page, "ranked-list"), texts(page, "metric-strip")
    slider = page.locator(".st-key-w_als input")
    slider.focus()
    slider.press("Home")  # 0: nothing of ALS is left
    for panel in ("ranked-list", "metric-strip"):
        page.locator(f'[data-testid={panel}][data-stamp^="als=0,"]').wait_for()
    settle(page)
    assert texts(page, "ranked-list") != listed
    assert texts(page, "metric-strip") != measured
    assert parse_qs(query(page))["w_als"] == ["0"]
    expect_unbroken(page, studio)


def test_weights_that_rank_nothing_are_refused_and_leave_the_list(
    page: Page, studio: Server, workspace: Workspace
) -> None:
    go(page, studio, "studio", dataset=workspace.dataset, **{**START, "w_text": "0", "w_popularity": "0"})
    listed = texts(page, "ranked-list")
    slider = page.locator(".st-key-w_als input")
    slider.focus()
    slider.press("Home")
    settle(page)
    expect(page.get_by_test_id("stAlert")).to_have_count(1)
    assert texts(page, "ranked-list") == listed


def test_nonsense_in_the_address_is_said_and_the_rest_is_kept(page: Page, studio: Server, workspace: Workspace) -> None:
    wrong = {"w_als": "lots", "w_text": "0.2", "k": "0", "user": "<script>alert(1)</script>", "norm": "$x$"}
    go(page, studio, "studio", dataset=workspace.dataset, **wrong)
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_have_count(1)
    said = notice.inner_text()
    for word in ("w_als", "k:", "user", "norm"):
        assert word in said
    assert page.locator(".st-key-w_text input").input_value() == "0.2"
