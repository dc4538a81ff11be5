"""Explain, Fairness and Report in the browser: what a run without one cannot see."""

from __future__ import annotations

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import background, expect_unbroken, go, query, set_theme, settle


def brightness(page: Page, selector: str) -> int:
    """Red of the colour that an element of a chart is filled with, 0 to 255; words are gray or black."""
    fill = page.locator(selector).first.evaluate("element => getComputedStyle(element).fill")
    return int(re.findall(r"\d+", str(fill))[0])


def test_words_in_a_chart_are_readable_in_either_theme_also_when_it_changes(page: Page, studio: Server) -> None:
    set_theme(page, "light")
    go(page, studio, "explain")
    page.locator(".ytick text").first.wait_for()
    assert brightness(page, ".ytick text") < 60
    assert min(background(page)) > 200
    set_theme(page, "dark")
    page.wait_for_function("() => getComputedStyle(document.querySelector('.ytick text')).fill.slice(4, 7) > 200")
    assert max(background(page)) < 60


def test_another_item_and_the_next_one_are_explained_and_linked(page: Page, studio: Server) -> None:
    go(page, studio, "explain")
    expect(page.get_by_text("ranks 1st")).to_be_visible()
    page.get_by_role("button", name="Down", exact=True).click()
    expect(page.get_by_text("ranks 2nd")).to_be_visible()
    settle(page)
    assert "item=" in query(page)
    page.reload()
    expect(page.get_by_text("ranks 2nd")).to_be_visible()
    expect_unbroken(page, studio)


def test_a_chosen_group_is_linked_and_survives_a_reload(page: Page, studio: Server) -> None:
    go(page, studio, "fairness")
    page.locator(".st-key-choice_metric").get_by_role("radio", name="Recall@10").click()
    expect(page.get_by_text("The gap of").filter(has_text="Recall@10")).to_be_visible()
    settle(page)
    assert "metric=recall" in query(page)
    page.reload()
    expect(page.get_by_text("The gap of").filter(has_text="Recall@10")).to_be_visible()
    expect_unbroken(page, studio)


def test_the_preview_draws_its_charts_and_its_links_stay_inside(
    page: Page, studio: Server, workspace: Workspace
) -> None:
    go(page, studio, "report")
    report = page.frame_locator("iframe").frame_locator("iframe")
    expect(report.get_by_role("heading", level=1, name=workspace.dataset)).to_be_visible()
    expect(report.locator(".main-svg").first).to_be_attached()
    report.get_by_role("link", name="Fairness to users").click()
    expect(report.get_by_role("heading", level=2, name="Fairness to users")).to_be_in_viewport()
    expect(report.get_by_role("heading", level=1, name=workspace.dataset)).not_to_be_in_viewport()
    expect_unbroken(page, studio)
