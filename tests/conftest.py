"""Data that many tests share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from hypothesis import settings
from playwright.sync_api import Browser, sync_playwright

from recengine.data import Dataset, default_cache, load_sample, synthetic
from recengine.errors import OfflineError
from tests.browser.server import CHROMIUM_ARGUMENTS, CHROMIUM_NAMES, find_chromium

# a busy machine is no defect
settings.register_profile("suite", deadline=None)
settings.load_profile("suite")


@pytest.fixture(scope="session")
def synthetic_dataset() -> Dataset:
    """120 users and 80 items of the generated sample."""
    return synthetic(n_users=120, n_items=80, seed=0)


@pytest.fixture(scope="session")
def movielens() -> Dataset:
    """MovieLens-100K with ratings from 4 positive, fetched once into the user's cache."""
    try:
        dataset, _ = load_sample("movielens-100k", default_cache())
    except OfflineError as error:
        pytest.skip(str(error))
    return dataset


@pytest.fixture(scope="session")
def chromium() -> str:
    """Path of the browser; without one the test is skipped."""
    found = find_chromium()
    if found is None:
        pytest.skip(f"no Chromium: none of {', '.join(CHROMIUM_NAMES)} on PATH, and RECENGINE_CHROMIUM is not set")
    return found


@pytest.fixture(scope="session")
def browser(chromium: str) -> Iterator[Browser]:
    """One browser for all tests: Playwright runs once a process."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()
