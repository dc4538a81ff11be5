"""How scores are combined, in the browser: another strategy, a rule that holds for everybody, a baseline, undo."""

from __future__ import annotations

from urllib.parse import parse_qs

from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import expect_unbroken, go, picture, query, settle


def start(page: Page, studio: Server, workspace: Workspace) -> None:
    """Open the Studio and the panel."""
    go(page, studio, "studio", dataset=workspace.dataset)
    page.get_by_test_id("ranked-list").locator("tbody tr").first.wait_for()
    page.get_by_text("How scores are combined").click()
    settle(page)
    expect(page.get_by_text("Re-rankers", exact=True)).to_be_visible()


def titles(page: Page) -> list[str]:
    return page.get_by_test_id("ranked-list").locator("tbody .name").all_inner_texts()


def box(page: Page, label: str) -> Locator:
    return page.get_by_test_id("stSelectbox").filter(has_text=label).locator("input")


def choose(page: Page, label: str, option: str) -> None:
    """One of the options of a select box."""
    box(page, label).click()
    page.get_by_role("option", name=option, exact=True).first.click()
    settle(page)


def test_a_rule_is_applied_and_taken_back(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    before = titles(page)
    page.get_by_text("Rules", exact=True).click()
    settle(page)
    page.get_by_role("button", name="Add a rule").click()
    choose(page, "Rule", "Block an item")
    box(page, "Item").fill(before[0])
    page.get_by_role("option", name=before[0], exact=True).first.click()
    settle(page)
    page.get_by_role("button", name="Add", exact=True).click()
    settle(page)
    expect(page.get_by_test_id("ranked-list").locator("tbody .name").first).to_have_text(before[1])
    assert before[0] not in titles(page)
    assert "block" in parse_qs(query(page))["rerank"][0]
    expect(page.get_by_text(f'Block "{before[0]}"')).to_be_visible()
    expect_unbroken(page, studio)
    picture(page, "studio-rules")
    page.get_by_role("button", name="Undo").click()
    settle(page)
    expect(page.get_by_test_id("ranked-list").locator("tbody .name").first).to_have_text(before[0])


def test_a_strategy_is_chosen_pinned_and_compared(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    before = titles(page)
    choose(page, "Strategy", "Interleaving")
    expect(page.get_by_test_id("metric-strip")).not_to_contain_text("= baseline")
    assert titles(page) != before
    assert parse_qs(query(page))["strategy"] == ["interleaving"]
    page.get_by_role("button", name="Pin", exact=True).click()
    settle(page)
    expect(page.get_by_test_id("metric-strip")).to_contain_text("= baseline")
    choose(page, "Strategy", "Weighted sum")
    expect(page.get_by_test_id("metric-strip")).not_to_contain_text("= baseline")
    assert titles(page) == before
    expect_unbroken(page, studio)
