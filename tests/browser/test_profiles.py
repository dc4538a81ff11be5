"""The Profiles page: from a user to an item that they took, to another who takes it, and back."""

from __future__ import annotations

from contextlib import suppress
from urllib.parse import parse_qs

import pytest
from playwright.sync_api import Page, expect
from playwright.sync_api import TimeoutError as WaitedTooLong

from tests.browser.conftest import Workspace
from tests.browser.server import Server
from tests.browser.studio import expect_unbroken, go, query, settle


def choose_row(page: Page, start: str, row: int) -> None:
    """Choose a row, from 0, of the table whose key starts so: click until the address says another choice.

    A table that is still drawn hears no click.
    """
    table = page.locator(f'[class*="st-key-{start}"]').first
    table.scroll_into_view_if_needed()
    before = page.url
    for _ in range(5):
        box = table.locator("canvas").first.bounding_box()
        assert box is not None
        page.mouse.click(box["x"] + 15, box["y"] + 35 * (row + 1) + 17)
        with suppress(WaitedTooLong):
            page.wait_for_url(lambda url: url != before, timeout=10_000, wait_until="commit")
            break
    else:
        pytest.fail(f"row {row} of {start} cannot be chosen")
    settle(page)


def test_rows_lead_from_users_to_items_and_back(page: Page, studio: Server, workspace: Workspace) -> None:
    go(page, studio, "profiles", dataset=workspace.dataset)
    start = parse_qs(query(page)).get("user", [""])[0]
    choose_row(page, "user-highest", 0)
    expect_unbroken(page, studio)
    asked = parse_qs(query(page))
    assert asked["profile"] == ["item"]
    item = asked["item"]
    expect(page.get_by_role("heading", name="Who takes it")).to_be_visible()

    choose_row(page, "item-users", 1)
    expect_unbroken(page, studio)
    asked = parse_qs(query(page))
    assert asked["profile"] == ["user"]
    assert asked["user"] != [start]
    page.go_back()
    settle(page)
    assert parse_qs(query(page))["item"] == item
    expect(page.get_by_role("heading", name="Who takes it")).to_be_visible()
