"""The harness itself: the page fixture sees each fault that it is to fail on."""

from __future__ import annotations

from playwright.sync_api import Browser

from tests.browser.studio import watch


def test_watch_sees_every_kind_of_fault(browser: Browser) -> None:
    with browser.new_context() as context:
        faults = watch(context)
        page = context.new_page()
        page.goto("data:text/html,<h1>quiet</h1>")
        assert faults == []
        page.evaluate("console.error('broken')")
        page.evaluate("setTimeout(() => { throw new Error('thrown') })")
        # the name is reserved: nobody answers to it
        page.evaluate("fetch('http://elsewhere.invalid/').catch(() => 0)")
        page.evaluate("new Promise(done => { const s = new WebSocket('ws://other.invalid/'); s.onerror = done })")
    text = "\n".join(faults)
    assert "console: broken" in text
    assert "thrown" in text
    assert "asked another machine: http://elsewhere.invalid/" in text
    assert "asked another machine: ws://other.invalid/" in text
