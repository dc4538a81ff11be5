"""The Studio: while a slider is dragged the list moves with it; let go, the figures and the address follow."""

from __future__ import annotations

from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import SIZES, THEMES, Theme, expect_unbroken, go, picture, query, set_theme, settle

START = {"w_als": "0.6", "w_text": "0.3", "w_popularity": "0.1"}
PANELS = ("ranked-list", "metric-strip")


DRAWN = """list => [list.querySelector(".foot").innerText, ...[...list.querySelectorAll("tbody tr")].map((row) =>
  [row.innerText, row.link.href, row.track.title, [...row.track.children].map((part) => part.style.cssText)])]"""
"""All that a list says: texts, links, and the parts of the bars."""


def start(page: Page, studio: Server, workspace: Workspace, **params: str) -> None:
    """Open the Studio and wait until its desk is drawn."""
    go(page, studio, "studio", dataset=workspace.dataset, **{**START, **params})
    page.get_by_test_id("ranked-list").locator("tbody tr").first.wait_for()
    page.get_by_test_id("history").locator("table").first.wait_for()


def texts(page: Page, test_id: str) -> str:
    return page.get_by_test_id(test_id).inner_text()


def titles(page: Page) -> list[str]:
    return page.get_by_test_id("ranked-list").locator("tbody .name").all_inner_texts()


def slider(page: Page, scorer: str) -> Locator:
    return page.locator(f'[data-scorer="{scorer}"] input[type=range]')


def share(page: Page, scorer: str) -> Locator:
    return page.locator(f'[data-scorer="{scorer}"] .share')


def take(page: Page, scorer: str) -> tuple[float, float, float]:
    """Press the mouse on the thumb; left end and width of its way, and its height on the page."""
    box = slider(page, scorer).bounding_box()
    assert box is not None
    thumb = float(slider(page, scorer).evaluate("e => parseFloat(getComputedStyle(e).getPropertyValue('--thumb'))"))
    left, width = box["x"] + thumb / 2, box["width"] - thumb
    at = slider(page, scorer).evaluate("e => e.value / e.max")
    page.mouse.move(left + width * at, box["y"] + box["height"] / 2)
    page.mouse.down()
    return left, width, box["y"] + box["height"] / 2


def shows(page: Page, weights: str) -> None:
    """Wait until list and figures are those of `weights`, as the server gives them."""
    for panel in PANELS:
        page.locator(f'[data-testid={panel}][data-stamp^="{weights}"]').wait_for()
    settle(page)


def test_the_list_follows_a_dragged_slider_and_the_figures_its_release(
    page: Page, studio: Server, workspace: Workspace
) -> None:
    start(page, studio, workspace)
    listed, measured, address = titles(page), texts(page, "metric-strip"), page.url
    left, width, y = take(page, "als")
    seen = []
    for at in (0.45, 0.3, 0.15, 0.05, 0.0):
        page.mouse.move(left + width * at, y)
        page.locator(f'[data-testid=ranked-list][data-live^="als={at:g},"]').wait_for()
        seen.append(titles(page))
    assert seen[-1] != listed
    assert len({tuple(one) for one in seen}) > 1
    assert texts(page, "metric-strip") == measured
    assert page.url == address
    expect(page.get_by_test_id("metric-strip")).to_have_attribute("data-note", "Follows on release")
    expect(share(page, "als")).to_have_text("0 %")
    drawn = page.get_by_test_id("ranked-list").evaluate(DRAWN)
    page.mouse.up()
    shows(page, "als=0,")
    # the server's list is the browser's, to every word and width
    assert page.get_by_test_id("ranked-list").evaluate(DRAWN) == drawn
    assert texts(page, "metric-strip") != measured
    assert parse_qs(query(page))["w_als"] == ["0"]
    expect_unbroken(page, studio)


def test_a_slider_let_go_where_it_was_taken_leaves_everything(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    listed = texts(page, "ranked-list")
    left, width, y = take(page, "als")
    page.mouse.move(left + width * 0.2, y)
    page.locator('[data-testid=ranked-list][data-live^="als=0.2,"]').wait_for()
    page.mouse.move(left + width * 0.6, y)
    page.mouse.up()
    expect(page.get_by_test_id("metric-strip")).not_to_have_class("root strip is-waiting")
    assert texts(page, "ranked-list") == listed
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()


def test_keys_move_a_slider(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    listed, measured = texts(page, "ranked-list"), texts(page, "metric-strip")
    slider(page, "als").focus()
    for key, weight in {"ArrowLeft": "0.59", "PageDown": "0.49", "End": "1", "Home": "0"}.items():
        page.keyboard.press(key)
        shows(page, f"als={weight},")
    assert texts(page, "ranked-list") != listed
    assert texts(page, "metric-strip") != measured
    expect(slider(page, "als")).to_be_focused()
    expect_unbroken(page, studio)


def test_mute_solo_undo_redo_and_presets(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    page.get_by_role("button", name="Mute Text profile").click()
    shows(page, "als=0.6,text=0,popularity=0.1;")
    expect(page.get_by_role("button", name="Mute Text profile")).to_have_attribute("aria-pressed", "true")
    expect(share(page, "text")).to_have_text("muted")
    assert slider(page, "text").input_value() == "0.3"
    page.get_by_role("button", name="Solo Popularity").click()
    shows(page, "als=0,text=0,popularity=0.1;")
    expect(share(page, "popularity")).to_have_text("100 %")
    page.get_by_role("button", name="Undo").click()
    shows(page, "als=0.6,text=0,popularity=0.1;")
    slider(page, "als").focus()
    page.keyboard.press("Control+z")
    shows(page, "als=0.6,text=0.3,popularity=0.1;")
    expect(page.get_by_role("button", name="Undo")).to_be_disabled()
    page.keyboard.press("Control+Shift+z")
    shows(page, "als=0.6,text=0,popularity=0.1;")
    page.get_by_text("Presets", exact=True).click()
    page.get_by_role("button", name="Equal weights").click()
    shows(page, "als=1,text=1,popularity=1;")
    page.get_by_text("Reset", exact=True).click()
    page.get_by_role("button", name="To the default scenario").click()
    settle(page)
    expect(page.get_by_test_id("metric-strip")).to_contain_text("= baseline")
    expect_unbroken(page, studio)


def test_undo_takes_back_a_setting_outside_the_desk(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    page.get_by_role("button", name="Settings").click()
    length = page.get_by_label("List length k", exact=True)
    length.fill("3")
    length.press("Enter")
    page.locator('[data-testid=ranked-list][data-stamp*=";k=3;"]').wait_for()
    settle(page)
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Undo").click()
    page.locator('[data-testid=ranked-list][data-stamp*=";k=10;"]').wait_for()
    settle(page)
    assert len(titles(page)) == 10
    page.get_by_role("button", name="Settings").click()
    expect(page.get_by_label("List length k", exact=True)).to_have_value("10")
    slider(page, "als").focus()
    page.keyboard.press("Home")
    shows(page, "als=0,")
    assert len(titles(page)) == 10
    expect_unbroken(page, studio)


def test_weights_that_rank_nothing_are_told_and_leave_the_list(
    page: Page, studio: Server, workspace: Workspace
) -> None:
    start(page, studio, workspace, w_text="0", w_popularity="0")
    listed = texts(page, "ranked-list")
    left, _, y = take(page, "als")
    page.mouse.move(left, y)
    told = page.locator(".status")
    expect(told).to_contain_text("All weights are 0")
    page.mouse.up()
    settle(page)
    expect(told).to_contain_text("All weights are 0")
    assert texts(page, "ranked-list") == listed
    number = page.locator('[data-scorer="text"] input[type=number]')
    number.fill("2.5")
    number.press("Enter")
    shows(page, "als=0,text=2.5,popularity=0;")
    expect(told).to_have_text("")
    number.fill("-1")
    number.press("Enter")
    expect(told).to_contain_text("A weight is a number from 0")
    assert number.input_value() == "2.5"
    expect_unbroken(page, studio)


def test_a_strategy_that_is_no_sum_follows_on_release(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace, strategy="condorcet")
    listed = titles(page)
    left, width, y = take(page, "als")
    page.mouse.move(left + width * 0.01, y)
    expect(page.locator(".status")).to_have_text(
        "List and figures follow on release: Condorcet voting is no weighted sum."
    )
    assert titles(page) == listed
    page.mouse.up()
    shows(page, "als=0.01,")
    assert titles(page) != listed
    expect_unbroken(page, studio)


def test_the_desk_comes_back_as_it_was_left(page: Page, studio: Server, workspace: Workspace) -> None:
    start(page, studio, workspace)
    page.get_by_role("button", name="Mute Collaborative (ALS)").click()
    shows(page, "als=0,")
    page.get_by_test_id("stTopNavLink").filter(has_text="Overview").click()
    page.get_by_role("heading", level=1, name="Overview", exact=True).wait_for()
    settle(page)
    page.get_by_test_id("stTopNavLink").filter(has_text="Studio").click()
    shows(page, "als=0,")
    expect(page.get_by_role("button", name="Mute Collaborative (ALS)")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Mute Collaborative (ALS)").click()
    shows(page, "als=0.6,")


@pytest.mark.parametrize("theme", THEMES)
def test_a_narrow_page_shows_sliders_and_list_together(
    page: Page, studio: Server, workspace: Workspace, theme: Theme
) -> None:
    width, height = SIZES["narrow"]
    page.set_viewport_size({"width": width, "height": height})
    set_theme(page, theme)
    start(page, studio, workspace)
    slider(page, "popularity").scroll_into_view_if_needed()
    page.get_by_test_id("ranked-list").locator("tbody tr").nth(1).scroll_into_view_if_needed()
    expect(slider(page, "als")).to_be_in_viewport()
    expect(page.get_by_test_id("ranked-list").locator("tbody tr").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    picture(page, f"studio-desk-{theme}-narrow")


def test_nonsense_in_the_address_is_said_and_the_rest_is_kept(page: Page, studio: Server, workspace: Workspace) -> None:
    wrong = {"w_als": "lots", "w_text": "0.2", "k": "0", "user": "<script>alert(1)</script>", "norm": "$x$"}
    go(page, studio, "studio", dataset=workspace.dataset, **wrong)
    notice = page.get_by_test_id("stAlert")
    expect(notice).to_have_count(1)
    said = notice.inner_text()
    for word in ("w_als", "k:", "user", "norm"):
        assert word in said
    assert slider(page, "text").input_value() == "0.2"
