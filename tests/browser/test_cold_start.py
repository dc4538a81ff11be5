"""Cold start: somebody new says a taste, an item nobody knows is described, a history is edited."""

from __future__ import annotations

from playwright.sync_api import Page, expect

from tests.browser.server import Server
from tests.browser.studio import THEMES, expect_unbroken, go, picture, query, set_theme, settle

LONG = 120_000
"""Milliseconds: a fit in a process of its own, or the text model being loaded."""


def pick(page: Page, label: str, text: str) -> None:
    """Type into a picker and take its first suggestion."""
    box = page.get_by_test_id("stMultiSelect").filter(has_text=label).locator("input")
    box.fill(text)
    page.get_by_role("option").first.wait_for()
    box.press("Enter")
    box.press("Escape")
    settle(page)


def titles(page: Page, place: int = 0) -> list[str]:
    """The titles of a ranked list."""
    return page.get_by_test_id("ranked-list").nth(place).locator("tbody .name").all_inner_texts()


def test_a_taste_in_words_makes_a_list_and_picks_add_to_it(page: Page, studio: Server) -> None:
    go(page, studio, "cold_start")
    page.get_by_test_id("ranked-list").locator("tbody tr").first.wait_for()
    popular = titles(page)
    taste = page.get_by_role("textbox", name="Taste in words")
    taste.fill("slow, clever science fiction")
    taste.press("Control+Enter")
    page.locator("[data-testid=ranked-list][data-stamp*='slow, clever']").wait_for(timeout=LONG)
    legend = page.get_by_test_id("ranked-list").locator(".legend")
    expect(legend).to_contain_text("Words")
    spoken = titles(page)
    assert len(spoken) == 10
    assert spoken != popular
    pick(page, "Items they like", "a")
    page.locator("[data-testid=ranked-list][data-stamp^='items=1;']").wait_for()
    expect(legend).to_contain_text("Picked items")
    assert titles(page) != spoken
    with page.expect_download() as coming:
        page.get_by_role("button", name="List as CSV").click()
    assert coming.value.suggested_filename == "newcomer.csv"
    for theme in THEMES:
        set_theme(page, theme)
        picture(page, f"cold_start-user-{theme}")
    expect_unbroken(page, studio)


def test_a_described_item_finds_its_audience(page: Page, studio: Server) -> None:
    go(page, studio, "cold_start", cold="item")
    expect(page.get_by_text("Say what the item is")).to_be_visible()
    page.get_by_label("Title", exact=True).fill("The Slow Ship")
    page.get_by_label("Title", exact=True).press("Enter")
    expect(page.get_by_text("Items like it")).to_be_visible(timeout=LONG)
    page.get_by_text("Only scorers that read the item").click()
    settle(page)
    expect(page.get_by_test_id("stMetric")).to_have_count(3)
    for theme in THEMES:
        set_theme(page, theme)
        picture(page, f"cold_start-item-{theme}")
    expect_unbroken(page, studio)


def test_an_added_item_leaves_the_list_for_the_history(page: Page, studio: Server) -> None:
    go(page, studio, "cold_start", cold="edit")
    page.get_by_test_id("ranked-list").nth(1).locator("tbody tr").first.wait_for()
    best = titles(page)[0]
    assert titles(page, 1)[0] == best
    pick(page, "Add to the history", best)
    expect(page.get_by_text("nothing was fitted")).to_be_visible()
    expect(page.get_by_test_id("ranked-list").nth(1).locator("tbody .name").first).not_to_have_text(best)
    picture(page, "cold_start-edit")
    assert "cold=edit" in query(page)
    expect_unbroken(page, studio)


def test_quality_is_fitted_and_measured_when_asked_for(page: Page, studio: Server) -> None:
    go(page, studio, "cold_start", cold="quality")
    page.get_by_role("button", name="Fit without a fifth of the users").click()
    page.locator(".js-plotly-plot").first.wait_for(timeout=2 * LONG)
    settle(page)
    picture(page, "cold_start-quality")
    page.reload()
    expect(page.locator(".js-plotly-plot").first).to_be_visible(timeout=LONG)
    expect_unbroken(page, studio)
