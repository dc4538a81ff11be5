"""From files to lists: upload, map, clean, import, look at the quality, fit, see what the Studio recommends."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.server import Server
from tests.browser.studio import SIZES, Theme, choose_page, expect_unbroken, picture, set_theme, settle

LONG = 120_000
"""Milliseconds for a job: it starts a process of its own."""
USERS, ITEMS = 60, 40
GENRES = ("Drama", "Comedy", "Thriller", "Space")
TITLE = "<b>Heat</b> & $9"
"""Of the first film; whatever it says, it is shown and never acted on."""


@pytest.fixture
def files(tmp_path: Path) -> list[Path]:
    """Ratings with semicolons and five repeats, and a catalogue with tabs; columns that need a look."""
    drawn = random.Random(0)  # noqa: S311 - test data
    pairs = [(user, item) for user in range(USERS) for item in drawn.sample(range(ITEMS), 12)]
    rows = [
        f"c{user};f{item:02};{drawn.randint(1, 5)};{1_700_000_000 + 3600 * at}" for at, (user, item) in enumerate(pairs)
    ]
    ratings, films = tmp_path / "ratings.csv", tmp_path / "films.tsv"
    ratings.write_text("\n".join(["customer;film;stars;at", *rows, *rows[:5]]), encoding="utf-8")
    titles = [TITLE] + [f"{GENRES[at % 4]} story number {at}" for at in range(1, ITEMS)]
    catalogue = [
        f"f{at:02}\t{title}\t{GENRES[at % 4]}|{GENRES[at % 3]}\t{1980 + at}" for at, title in enumerate(titles)
    ]
    films.write_text("\n".join(["film\ttitle\tkind\tyear", *catalogue]), encoding="utf-8")
    return [ratings, films]


def open_import(page: Page, server: Server, link: str = "") -> None:
    page.goto(link or f"{server.url}/import_data")
    page.get_by_role("heading", level=1, name="Import", exact=True).wait_for()
    settle(page)
    expect_unbroken(page, server)


def bring(page: Page, files: list[Path]) -> None:
    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text("What was brought")).to_be_visible()
    settle(page)


def role(page: Page, column: str) -> Locator:
    """The selector of what a column is."""
    return page.get_by_role("combobox", name=f"Role of {column}")


def press(page: Page, name: str) -> None:
    page.get_by_role("button", name=name, exact=True).click()
    settle(page)


def pictures(page: Page, server: Server, name: str) -> None:
    """Narrow and dark, wide and light; nothing has to be scrolled sideways."""
    themes: dict[str, Theme] = {"narrow": "dark", "wide": "light"}
    for size, theme in themes.items():
        width, height = SIZES[size]
        page.set_viewport_size({"width": width, "height": height})
        set_theme(page, theme)
        picture(page, f"import-{name}-{size}-{theme}")
        assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    settle(page)
    expect_unbroken(page, server)


def test_from_two_files_to_lists(page: Page, empty_studio: Server, files: list[Path]) -> None:
    page.goto(empty_studio.url)
    page.get_by_role("link", name="Import my data").click()
    page.get_by_role("heading", level=1, name="Import", exact=True).wait_for()
    bring(page, files)
    expect(page.get_by_text("separator semicolon")).to_be_visible()
    pictures(page, empty_studio, "1-bring")

    press(page, "Next: map columns")
    expect(role(page, "customer")).to_have_value("User")
    expect(role(page, "at")).to_have_value("Time")
    role(page, "stars").click()
    page.get_by_role("option", name="Not used", exact=True).click()
    settle(page)
    expect(page.get_by_text("Guessed was: Value")).to_be_visible()
    press(page, "Back to the guesses")
    expect(role(page, "stars")).to_have_value("Value")
    pictures(page, empty_studio, "2-map")
    page.get_by_role("radio", name="Items").click()
    settle(page)
    role(page, "kind").click()
    page.get_by_role("option", name="Categories, several in a cell").click()
    settle(page)
    pictures(page, empty_studio, "2-map-items")
    link = page.url
    page.reload()  # the draft is in the workspace
    page.get_by_role("heading", level=1, name="Import", exact=True).wait_for()
    settle(page)
    page.get_by_role("radio", name="Items").click()
    settle(page)
    expect(role(page, "kind")).to_have_value("Categories, several in a cell")

    press(page, "Next: clean rows")
    page.get_by_text("Merge repeats").click()
    expect(page.get_by_text("5 of 725 interactions repeat")).to_be_visible()
    settle(page)
    pictures(page, empty_studio, "3-clean")
    press(page, "Apply")
    expect(page.get_by_text("-5 of 725")).to_be_visible()
    press(page, "Take back")
    expect(page.get_by_text("No step is applied")).to_be_visible()
    page.get_by_text("Merge repeats").click()
    page.get_by_role("button", name="Apply", exact=True).click()
    expect(page.get_by_text("-5 of 725")).to_be_visible()
    settle(page)

    press(page, "Next: import")
    expect(page.get_by_text("720 interactions")).to_be_visible()
    page.get_by_label("Name", exact=True).fill("shop")
    page.keyboard.press("Enter")
    settle(page)
    pictures(page, empty_studio, "4-import")
    page.get_by_role("button", name="Import", exact=True).click()
    expect(page.get_by_text("shop is stored")).to_be_visible(timeout=LONG)
    settle(page)
    pictures(page, empty_studio, "5-stored")

    page.get_by_role("link", name="See what is wrong with it").click()
    page.get_by_role("heading", level=1, name="Data quality", exact=True).wait_for()
    expect(page.get_by_test_id("stMetric").first).to_be_visible()
    settle(page)
    expect_unbroken(page, empty_studio)

    open_import(page, empty_studio, link)  # the draft knows that it was imported
    press(page, "Fit the default scorers")
    page.get_by_role("heading", level=1, name="Studio", exact=True).wait_for()
    rows = page.get_by_test_id("ranked-list").locator("tbody tr")
    rows.first.wait_for(timeout=LONG)
    settle(page)
    assert rows.count() == 10
    expect_unbroken(page, empty_studio)
    assert "Traceback" not in empty_studio.printed()


def test_the_pages_of_the_data_are_reached_at_every_width(page: Page, empty_studio: Server) -> None:
    page.goto(empty_studio.url)
    page.get_by_role("heading", level=1, name="Overview", exact=True).wait_for()
    for width in (1440, 1024, 390):
        page.set_viewport_size({"width": width, "height": 800})
        settle(page)
        for title in ("Split", "Profiles", "Data quality", "Import"):
            choose_page(page, title)
            expect_unbroken(page, empty_studio)
