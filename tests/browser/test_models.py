"""Models: choose scorers, fit, follow the fit through a reload, cancel one, tune one and use what was found."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import Workspace, recengine
from tests.browser.server import ROOT, Server, serve
from tests.browser.studio import expect_unbroken, go, picture, query, set_theme, settle

LONG = 120_000
"""Milliseconds for a job: it starts a process of its own."""


@pytest.fixture
def models(page: Page, tmp_path: Path) -> Iterator[Server]:
    """The app on the synthetic sample, of which nothing is fitted."""
    workspace = Workspace(tmp_path / "workspace", "synthetic")
    done = recengine(workspace, "import", "--sample", "synthetic")
    assert done.returncode == 0, done.stderr
    with serve(ROOT / "app.py", tmp_path / "log.txt", workspace.environment) as server:
        yield server
        page.context.close()


def tick(page: Page, scorer: str) -> None:
    """Tick or untick a scorer."""
    settle(page)  # a page that is being redrawn may show a card at its old place and at its new one
    page.locator(f".st-key-pick_{scorer.replace(':', '-')} label").click()
    settle(page)


def show(page: Page, part: str) -> None:
    """A part of the page."""
    page.locator(".st-key-choice_part").get_by_role("radio", name=part, exact=True).click()
    settle(page)


def fit(page: Page) -> None:
    settle(page)
    page.get_by_role("button", name=re.compile("^(Fit and use|Use)$")).click()


def job(page: Page) -> Locator:
    """The progress of the job that the page follows."""
    return page.get_by_role("progressbar").first


def test_scorers_are_chosen_fitted_followed_and_used(page: Page, models: Server) -> None:
    go(page, models, "models")
    for scorer in ("text", "ease", "item-knn"):
        tick(page, scorer)
    expect(page.get_by_text("4 scorers chosen")).to_be_visible()
    fit(page)
    expect(job(page)).to_be_visible()
    page.reload()
    # the fit may be done before a slow page is there
    followed = page.get_by_text("These scorers are being fitted.").or_(
        page.get_by_text("Fitted, and used in the Studio")
    )
    expect(followed.first).to_be_visible()
    expect(page.get_by_text("4 scorers chosen, all fitted already")).to_be_visible(timeout=LONG)
    settle(page)
    expect(page.get_by_role("button", name="Use", exact=True)).to_be_disabled()
    expect_unbroken(page, models)
    page.get_by_test_id("stTopNavLink").filter(has_text="Studio").click()
    expect(page.locator('[data-scorer="ease"] input[type=range]')).to_be_visible()
    settle(page)
    assert re.search(r"w_item-knn=0\.\d", query(page))
    expect_unbroken(page, models)
    # what is fitted is not fitted again: one scorer less is used at once
    go(page, models, "models", **dict(pair.split("=") for pair in query(page).split("&")))
    tick(page, "ease")
    page.get_by_role("button", name="Use", exact=True).click()
    expect(page.get_by_text("Fitted, and used in the Studio")).to_be_visible(timeout=LONG)
    show(page, "Jobs")
    expect(page.get_by_text("· ended")).to_have_count(2)
    assert "w_ease" not in query(page)


def test_a_fit_is_cancelled_and_the_page_stays_usable(page: Page, models: Server) -> None:
    go(page, models, "models")
    for scorer in ("text", "als"):
        tick(page, scorer)
    page.locator(".st-key-card_als").get_by_role("button", name="Settings").click()
    form = page.get_by_test_id("stForm")
    for label, value in {"Factors": "512", "Iterations": "1000"}.items():
        form.get_by_label(label, exact=True).fill(value)
    form.get_by_label("Save as", exact=True).fill("long/wide")
    form.get_by_role("button", name="Save and choose").click()
    expect(page.get_by_text("cannot name a variant")).to_be_in_viewport()
    form.get_by_label("Save as", exact=True).fill("long")
    form.get_by_role("button", name="Save and choose").click()
    expect(page.locator(".st-key-pick_als-long input")).to_be_checked()
    expect(form).to_have_count(0)  # the settings have shut by themselves
    fit(page)
    expect(page.get_by_text("running for")).to_be_visible(timeout=LONG)
    picture(page, "models-fitting")
    page.get_by_role("button", name="Cancel").click()
    expect(page.get_by_text("It was cancelled.")).to_be_visible()
    expect(page.get_by_role("button", name="Start again")).to_be_visible()
    page.get_by_test_id("stMainBlockContainer").get_by_role("button", name="Close").click()
    expect(page.get_by_text("It was cancelled.")).to_have_count(0)
    tick(page, "als:long")
    fit(page)  # popularity alone
    expect(page.get_by_text("1 scorer chosen, all fitted already")).to_be_visible(timeout=LONG)
    expect_unbroken(page, models)


def test_a_scorer_is_tuned_compared_and_used(page: Page, models: Server) -> None:
    go(page, models, "models", part="tune")
    page.get_by_label("Trials in all", exact=True).fill("3")
    page.get_by_label("Trials in all", exact=True).press("Enter")
    settle(page)
    page.get_by_role("button", name="Tune").click()
    expect(job(page)).to_be_visible()
    page.reload()
    expect(page.get_by_text("3 complete")).to_be_visible(timeout=LONG)
    use = page.get_by_role("button", name=re.compile("^Use .* in the Studio"))
    expect(use).to_be_visible()
    settle(page)
    for theme in ("light", "dark"):
        set_theme(page, theme)
        picture(page, f"models-tuned-{theme}")
    show(page, "Compare")
    page.get_by_label("Scorers to compare", exact=True).press("Backspace")  # the text profile, whose model loads slowly
    settle(page)
    page.get_by_role("button", name="Measure").click()
    measured = page.get_by_text("Against the best").or_(page.get_by_text("is best with"))
    expect(measured.first).to_be_visible(timeout=LONG)
    settle(page)
    picture(page, "models-compared")
    expect_unbroken(page, models)
