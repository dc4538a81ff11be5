"""Words for what a test does in the browser: open a page, wait until it rests, take its picture."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Literal
from urllib.parse import urlencode, urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Response

from tests.browser.server import Server

Theme = Literal["light", "dark"]
THEMES: tuple[Theme, ...] = ("light", "dark")
SIZES = {"wide": (1440, 900), "narrow": (390, 844)}
PAGES = {
    "": "Overview",
    "models": "Models",
    "studio": "Studio",
    "tries": "Tries",
    "weights": "Weights",
    "explain": "Explain",
    "cold_start": "Cold start",
    "fairness": "Fairness",
    "report": "Report",
    "data_quality": "Data quality",
    "profiles": "Profiles",
    "split": "Split",
}
"""URL path → title. The first page has no path."""
SCREENSHOTS = Path(__file__).parent / "screenshots"
MAX_PICTURE_HEIGHT = 8000
PROBE = re.compile(r"/\w+/_stcore/(health|host-config)$")
"""Behind a deep link Streamlit first asks below the page's own path whether its server is there; 404 is the answer."""


def go(page: Page, server: Server, path: str = "", **params: str) -> None:
    """Open the page at `path` with `params` and wait until it is there and rests; it must not be broken."""
    page.goto(f"{server.url}/{path}" + (f"?{urlencode(params)}" if params else ""))
    heading = page.get_by_role("heading", level=1, name=PAGES[path], exact=True)
    heading.wait_for()
    settle(page)
    heading.wait_for()
    expect_unbroken(page, server)


def choose_page(page: Page, title: str) -> None:
    """Click the page's place in the navigation, whether it stands in the row, in a menu or, narrow, in the drawer."""
    in_row = page.get_by_test_id("stTopNavLink").filter(has_text=title)
    menus = page.locator("[data-testid=stTopNavSection]:visible")
    drawer = page.get_by_test_id("stExpandSidebarButton")
    if in_row.count():
        in_row.click()
    elif menus.count():
        # what does not fit in the row is in a last menu
        menus.last.click()
        page.get_by_test_id("stTopNavDropdownLink").filter(has_text=title).click()
    else:
        if drawer.count():
            drawer.click()
        page.get_by_test_id("stSidebarNavLink").filter(has_text=title).click()
    page.get_by_role("heading", level=1, name=title, exact=True).wait_for()
    settle(page)


def settle(page: Page) -> None:
    """Wait until the server is done with what the page last asked for."""
    page.wait_for_timeout(150)  # until the click or key has become a message
    page.wait_for_selector("[data-testid=stApp][data-test-connection-state=CONNECTED]", state="attached")
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", state="attached")


def expect_unbroken(page: Page, server: Server) -> None:
    """A page at rest shows neither an exception nor a notice of a mistake; else the server's last words are told."""
    shown = page.get_by_test_id("stException").or_(page.get_by_test_id("stAlertContentError")).all_inner_texts()
    assert not shown, "\n".join([f"{page.url} shows:", *shown, "The server printed:", server.printed()[-4000:]])


def set_theme(page: Page, theme: Theme) -> None:
    """What the reader's system asks for; the studio follows it, also while a page is open."""
    page.emulate_media(color_scheme=theme)


def background(page: Page) -> tuple[int, int, int]:
    """Red, green and blue of the page's background, 0 to 255."""
    color = page.get_by_test_id("stApp").evaluate("app => getComputedStyle(app).backgroundColor")
    red, green, blue = (int(part) for part in re.findall(r"\d+", color)[:3])
    return red, green, blue


def query(page: Page) -> str:
    """The query string of the page's address."""
    return urlsplit(page.url).query


def picture(page: Page, name: str) -> None:
    """Save the whole page, below the fold too, as screenshots/`name`.png, and leave its size as it was."""
    size = page.viewport_size or {"width": 1440, "height": 900}
    height = page.get_by_test_id("stMain").evaluate("main => main.scrollHeight + main.getBoundingClientRect().top")
    page.set_viewport_size(
        {"width": size["width"], "height": min(max(int(height), size["height"]), MAX_PICTURE_HEIGHT)}
    )
    page.wait_for_timeout(500)  # charts redraw for the new size
    SCREENSHOTS.mkdir(exist_ok=True)
    page.screenshot(path=SCREENSHOTS / f"{name}.png")
    page.set_viewport_size(size)


def watch(context: BrowserContext) -> list[str]:
    """A list that fills with the faults of `context`: errors on the console, exceptions in the page, requests to other
    machines, answers of the server that are errors."""
    faults: list[str] = []

    def check_address(url: str) -> None:
        address = urlsplit(url)
        if address.scheme not in {"data", "blob", "about", "file"} and address.hostname not in {
            "127.0.0.1",
            "localhost",
        }:
            faults.append(f"asked another machine: {url}")

    def check_message(message: ConsoleMessage) -> None:
        if message.type == "error" and not PROBE.search(message.location["url"]):
            faults.append(f"console: {message.text} ({message.location['url']})")

    def check_answer(answer: Response) -> None:
        if answer.status >= 400 and not PROBE.search(answer.url):
            faults.append(f"{answer.status} for {answer.url}")

    context.on("console", check_message)
    context.on("weberror", lambda error: faults.append(f"exception in the page: {error.error}"))
    context.on("request", lambda request: check_address(request.url))
    context.on("response", check_answer)
    context.on("page", lambda page: page.on("websocket", lambda socket: check_address(socket.url)))
    return faults
