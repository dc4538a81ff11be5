"""Weights: a click on a curve, on the triangle or on the Pareto front, and its weights are on the sliders."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import THEMES, Theme, expect_unbroken, go, picture, query, set_theme, settle

LONG = 120_000
"""Milliseconds for a job: it starts a process of its own and fits scorers."""


def click_inside(page: Page, chart: str, across: float, down: float) -> None:
    """Click at these shares of the drawing area."""
    area = page.locator(f".st-key-{chart} .nsewdrag").first
    area.scroll_into_view_if_needed()
    box = area.bounding_box()
    assert box is not None
    x, y = box["x"] + across * box["width"], box["y"] + down * box["height"]
    # Plotly looks for the nearest point while the mouse moves
    page.mouse.move(x - 4, y)
    page.mouse.move(x, y)
    page.wait_for_timeout(200)
    page.mouse.click(x, y)
    settle(page)


def test_a_click_on_a_curve_chooses_a_weight(page: Page, studio: Server, workspace: Workspace) -> None:
    go(page, studio, "weights", dataset=workspace.dataset)
    expect(page.get_by_text("Exact at every weight of")).to_be_visible()
    use = page.get_by_role("button", name="Use this weight")
    expect(use).to_be_disabled()
    click_inside(page, "curve-ndcg", 0.3, 0.5)
    chosen = float(page.get_by_label("Weight to look at", exact=True).input_value())
    assert 0.28 < chosen < 0.32
    use.click()
    expect(page.get_by_text("On the sliders now.")).to_be_visible()
    expect(use).to_be_disabled()
    assert f"w_als={chosen:g}"[:9] in query(page)
    expect_unbroken(page, studio)
    # the list of the user whom the link names changes at these weights
    expect(page.get_by_text(re.compile("^The list of user .* changes at"))).to_be_visible()


def test_a_number_that_was_typed_is_the_one_that_is_used(page: Page, studio: Server, workspace: Workspace) -> None:
    go(page, studio, "weights", dataset=workspace.dataset)
    page.get_by_label("Weight to look at", exact=True).fill("0.42")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Use this weight").click()
    expect(page.get_by_text("On the sliders now.")).to_be_visible()
    assert "w_als=0.42" in query(page)
    page.get_by_test_id("stTopNavLink").filter(has_text="Studio").click()
    expect(page.get_by_role("heading", level=1, name="Studio")).to_be_visible()
    settle(page)
    assert "w_als=0.42" in query(page)
    expect_unbroken(page, studio)


@pytest.mark.parametrize("theme", THEMES)
def test_a_mix_of_the_triangle(page: Page, studio: Server, workspace: Workspace, theme: Theme) -> None:
    set_theme(page, theme)
    go(page, studio, "weights", dataset=workspace.dataset, weigh="triangle")
    expect(page.get_by_text("Click on the map to choose a mix.")).to_be_visible()
    click_inside(page, "triangle", 0.5, 0.6)
    picture(page, f"weights-triangle-{theme}")
    page.get_by_role("button", name="Use this mix").click()
    expect(page.get_by_text("On the sliders now.")).to_be_visible()
    assert re.search(r"w_als=0\.\d", query(page))
    assert "w_als=0.7&" not in query(page)
    expect_unbroken(page, studio)


def test_a_point_of_the_pareto_front_is_loaded(page: Page, studio: Server, workspace: Workspace) -> None:
    go(page, studio, "weights", dataset=workspace.dataset, weigh="find")
    page.get_by_label("Settings to look at", exact=True).fill("80")
    page.keyboard.press("Tab")
    settle(page)
    page.get_by_role("button", name="Find weights", exact=True).click()
    expect(page.get_by_text("test: looked at once")).to_be_visible(timeout=LONG)
    settle(page)
    point = page.locator(".st-key-front .scatterlayer .trace").last.locator("path.point").first
    point.scroll_into_view_if_needed()
    box = point.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 2, box["y"] + 2)
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_timeout(200)
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    load = page.get_by_role("button", name="Load this point onto the sliders")
    expect(load).to_be_enabled()
    settle(page)
    picture(page, "weights-find")
    before = query(page)
    load.click()
    expect(page.get_by_text("On the sliders now.")).to_be_visible()
    expect(load).to_be_disabled()
    assert query(page) != before
    expect_unbroken(page, studio)
