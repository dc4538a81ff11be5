"""The Tries page: what the Studio showed is there, two of it stand side by side, and can be gone on from."""

from __future__ import annotations

import re
from urllib.parse import parse_qs

import polars as pl
import pytest
from playwright.sync_api import Locator, Page, expect

from recengine.data import Dataset
from recengine.scenario import default_scenario, run_scenario
from recengine.workspace import Workspace as Stored
from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import SIZES, THEMES, expect_unbroken, go, picture, query, set_theme, settle

Pair = tuple[str, str]


@pytest.fixture(scope="module")
def stored(workspace: Workspace) -> tuple[Stored, Dataset]:
    here = Stored(workspace.folder)
    return here, here.load_dataset(workspace.dataset)


@pytest.fixture(scope="module")
def pair(stored: tuple[Stored, Dataset]) -> Pair:
    """Two tries with weights that no other test has."""
    here, dataset = stored
    scenario = default_scenario(dataset)
    bench = here.prepare(dataset, scenario)
    weights = ({"als": 0.613, "popularity": 0.2}, {"als": 0.127, "text": 0.6})
    outcomes = [run_scenario(bench, scenario.with_weights(one), fairness=False) for one in weights]
    first, second = (here.record_try(dataset, outcome).number for outcome in outcomes)
    return str(first), str(second)


def button(page: Page, key: str) -> Locator:
    """Of a key. One with a tooltip stands on the page twice, of which one is seen."""
    return page.locator(f".st-key-{key} button:visible").first


def test_what_the_studio_shows_becomes_a_try(
    page: Page, studio: Server, workspace: Workspace, stored: tuple[Stored, Dataset]
) -> None:
    here, dataset = stored

    def alone() -> list[int]:
        return [one.number for one in here.tries(dataset) if dict(one.document["weights"]).get("text") == 0.333]

    go(page, studio, "studio", dataset=workspace.dataset, w_als="0.6", w_text="0.333", w_popularity="0.1")
    assert len(alone()) == 1
    slider = page.locator('[data-scorer="als"] input[type=range]')
    slider.focus()
    slider.press("Home")
    page.locator('[data-testid=metric-strip][data-stamp^="als=0,"]').wait_for()
    settle(page)
    assert len(alone()) == 2
    page.get_by_test_id("stTopNavLink").filter(has_text="Tries").click()
    page.get_by_role("heading", level=1, name="Tries", exact=True).wait_for()
    settle(page)
    expect_unbroken(page, studio)
    # what was in the Studio is B: 0.333 and 0.1 over their sum
    expect(page.get_by_test_id("ranked-list")).to_have_count(2)
    expect(page.get_by_text(re.compile(r"Text profile 77\s%, Popularity 23\s%")).last).to_be_visible()


def test_two_tries_stand_side_by_side(page: Page, studio: Server, workspace: Workspace, pair: Pair) -> None:
    go(page, studio, "tries", dataset=workspace.dataset, a=pair[0], b=pair[1])
    expect_unbroken(page, studio)
    expect(page.get_by_text("B's NDCG@10 is")).to_be_visible()
    expect(page.get_by_test_id("ranked-list")).to_have_count(2)
    first, second = page.get_by_test_id("ranked-list").all()
    rows = [side.locator("tbody tr").count() for side in (first, second)]
    assert rows == [10, 10]
    # each move is told by sign and word: where A's go, and where B's came from
    moves = " ".join(second.locator("tbody td.move").all_inner_texts())
    gone = " ".join(first.locator("tbody td.move").all_inner_texts())
    assert ("new (" in moves) == ("out (" in gone)
    assert any(sign in moves for sign in "▲▼✦")
    page.get_by_text("Most changed", exact=True).click()
    settle(page)
    expect(page.get_by_test_id("ranked-list")).to_have_count(2)
    for theme in THEMES:
        set_theme(page, theme)
        for size, (width, height) in SIZES.items():
            page.set_viewport_size({"width": width, "height": height})
            picture(page, f"tries-compared-{size}-{theme}")
            assert page.get_by_test_id("stMain").evaluate("main => main.scrollWidth - main.clientWidth") <= 0
    expect_unbroken(page, studio)


def choose_row(page: Page, row: int) -> None:
    """Click the box of a row, from 1, until the address says another choice: a table that is still drawn hears none."""
    before = query(page)
    for _ in range(10):
        page.get_by_test_id("stDataFrame").first.click(position={"x": 15, "y": 35 * row + 17})
        settle(page)
        if query(page) != before:
            return
    pytest.fail(f"row {row} cannot be chosen")


def test_chosen_rows_are_compared(
    page: Page, studio: Server, workspace: Workspace, stored: tuple[Stored, Dataset], pair: Pair
) -> None:
    here, dataset = stored
    numbers = [str(one.number) for one in here.tries(dataset)]
    go(page, studio, "tries", dataset=workspace.dataset, a=numbers[0], b=numbers[0])
    choose_row(page, 1)
    choose_row(page, 2)
    link = parse_qs(query(page))
    # the latest is on top; the older of two is A
    assert (link["a"], link["b"]) == ([numbers[-2]], [numbers[-1]])
    expect(page.get_by_test_id("ranked-list")).to_have_count(2)
    expect_unbroken(page, studio)


def test_a_try_goes_on_in_the_studio_and_is_pinned_there(
    page: Page, studio: Server, workspace: Workspace, pair: Pair
) -> None:
    go(page, studio, "tries", dataset=workspace.dataset, a=pair[0], b=pair[1])
    button(page, "pin-a").click()
    settle(page)
    assert "baseline" in parse_qs(query(page))
    button(page, "show-b").click()
    page.get_by_role("heading", level=1, name="Studio", exact=True).wait_for()
    page.locator('[data-testid=metric-strip][data-stamp^="als=0.127,"]').wait_for()
    settle(page)
    link = parse_qs(query(page))
    assert link["w_als"] == ["0.127"]
    assert "als:0.613" in link["baseline"][0]
    page.reload()
    page.locator('[data-testid=metric-strip][data-stamp^="als=0.127,"]').wait_for()
    settle(page)
    assert parse_qs(query(page)) == link
    expect_unbroken(page, studio)


def test_lists_of_other_lengths_are_refused_then_recomputed_alike(
    page: Page, studio: Server, workspace: Workspace, stored: tuple[Stored, Dataset], pair: Pair
) -> None:
    here, dataset = stored
    go(page, studio, "studio", dataset=workspace.dataset, w_als="0.111", w_text="0", w_popularity="1", k="7")
    short = next(one.number for one in here.tries(dataset) if dict(one.document["weights"]).get("als") == 0.111)
    go(page, studio, "tries", dataset=workspace.dataset, a=pair[0], b=str(short))
    expect(page.get_by_text("different lengths (10 and 7)")).to_be_visible()
    expect(page.get_by_test_id("ranked-list")).to_have_count(0)
    page.get_by_role("button", name="Recompute both alike").click()
    expect(page.get_by_text("B's NDCG@10 is")).to_be_visible()
    settle(page)
    made = here.find_try(dataset.fingerprint, int(parse_qs(query(page))["b"][0]))
    assert (made.document["k"], dict(made.document["weights"])["als"]) == (10, 0.111)
    expect_unbroken(page, studio)


def test_a_try_is_deleted_only_when_confirmed_and_all_are_exported(
    page: Page, studio: Server, workspace: Workspace, stored: tuple[Stored, Dataset], pair: Pair
) -> None:
    here, dataset = stored
    go(page, studio, "studio", dataset=workspace.dataset, w_als="0.222", w_text="0", w_popularity="1")
    number = next(one.number for one in here.tries(dataset) if dict(one.document["weights"]).get("als") == 0.222)
    go(page, studio, "tries", dataset=workspace.dataset, a=pair[0], b=str(number))
    with page.expect_download() as download:
        page.get_by_role("button", name="Tries as CSV").click()
    rows = pl.read_csv(download.value.path(), infer_schema_length=None)
    assert number in rows["number"].to_list()
    assert rows.filter(number=number)["weight_als"][0] == 0.222
    button(page, "delete-b").click()
    assert number in [one.number for one in here.tries(dataset)]
    page.get_by_role("button", name=f"Delete try {number}").click()
    settle(page)
    assert number not in [one.number for one in here.tries(dataset)]
    expect_unbroken(page, studio)
