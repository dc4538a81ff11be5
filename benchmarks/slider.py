"""From a slider move to the repainted page in Chromium, against the barest page Streamlit can show.

Ours: the Studio page, on MovieLens-100K where it can be had, else on the synthetic sample; the clock stops when the
list AND the population metrics show the new weights, as the server computed them. Every move goes to weights that were
not shown before.
Peer: one slider and a 20-row dataframe; the clock stops when its cells show the new value.
Both in one browser and one run, a move of each in turn. The clock runs inside the page: it starts at the key press that
commits the slider and stops at the first animation frame after the awaited marks were seen, by a MutationObserver for
elements (in shadow roots too) and by a hook in `fillText` for cells, which Streamlit draws on a canvas.

Three lines. The last one is the claim: against a bare page as Streamlit ships. The others are no claims. The first
tells what the browser itself does at each frame while a slider is dragged, before any answer: sum, ranking and drawing
of the list. The second tells what of the claim is the studio's `.streamlit/config.toml`, for its bare page runs under
the same file, which switches off the full garbage collection after every run, two thirds of a bare page's time.

Run: python -m benchmarks.slider
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

from playwright.sync_api import Browser, Page, sync_playwright

from benchmarks._report import report
from tests.browser.server import CHROMIUM_ARGUMENTS, ROOT, find_chromium, serve

MOVES = 20
"""As many as the slider has steps from 0 to 1."""
WARM_UP = 3
FRAMES = 60
"""Mouse moves of the drag whose frames are timed."""
TARGET = 1.5
REST = 400
"""Milliseconds between two moves, for server and page to come to rest."""

BARE = """
import polars as pl
import streamlit as st

value = st.slider("Weight", 0, 100, 50)
st.dataframe(pl.DataFrame({"row": range(20), "value": [f"v{value}-{row}" for row in range(20)]}), height="content")
"""

CLOCK = """
window.clock = {drawn: new Set(), roots: [document], start: null, check: null};
const observer = new MutationObserver(() => clock.check && clock.check());
const watch = (root) => observer.observe(
  root, {subtree: true, childList: true, characterData: true, attributes: true});
const attachShadow = Element.prototype.attachShadow;
Element.prototype.attachShadow = function (options) {
  const root = attachShadow.call(this, options);
  clock.roots.push(root);
  watch(root);
  return root;
};
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  clock.drawn.add(text);
  if (clock.check) clock.check();
  return fillText.call(this, text, ...rest);
};
const frame = window.requestAnimationFrame;
clock.frames = [];
window.requestAnimationFrame = (draw) => frame((now) => {
  const list = () => clock.find("[data-testid=ranked-list]")?.dataset.live;
  const before = list();
  const start = performance.now();
  draw(now);
  const milliseconds = performance.now() - start;
  if (list() && list() !== before) clock.frames.push(milliseconds);
});
document.addEventListener("keydown", () => { clock.start = performance.now(); }, {capture: true});
document.addEventListener("DOMContentLoaded", () => watch(document));
clock.find = (selector) => {
  for (const root of clock.roots) {
    const found = root.host?.isConnected === false ? null : root.querySelector(selector);
    if (found) return found;
  }
  return null;
};
clock.arm = (shown) => {
  clock.drawn.clear();
  clock.start = null;
  clock.repainted = new Promise((resolve) => {
    clock.check = () => {
      if (clock.start === null || !shown()) return;
      clock.check = null;
      requestAnimationFrame(() => resolve(performance.now() - clock.start));
    };
  });
};
"""

BARE_SHOWS = """() => {
  const value = document.querySelector(".stSlider input").value;
  return clock.drawn.has(`v${value}-0`) && clock.drawn.has(`v${value}-19`);
}"""
STUDIO_SHOWS = """() => {
  const weight = (name) => `${name}=${Number(clock.find(`[data-scorer=${name}] input[type=range]`).value)}`;
  const weights = `${weight("als")},${weight("text")},${weight("popularity")};`;
  return ["ranked-list", "metric-strip"].every((name) =>
    clock.find(`[data-testid=${name}]`)?.dataset.stamp?.startsWith(weights));
}"""


@dataclass(frozen=True)
class Subject:
    """A page that is measured.

    slider: its input; other: one to warm up with. shows: a function in the page, whether the new value is shown.
    """

    page: Page
    slider: str
    other: str
    shows: str

    def move(self, slider: str | None = None) -> float:
        """Milliseconds from a press of the right arrow until the page shows the new value."""
        self.page.bring_to_front()
        self.page.locator(slider or self.slider).focus()
        self.page.evaluate(f"clock.arm({self.shows})")
        self.page.keyboard.press("ArrowRight")
        milliseconds = self.page.evaluate("clock.repainted")
        self.page.wait_for_timeout(REST)
        return float(milliseconds)


def main() -> None:
    """Measure and report."""
    chromium = find_chromium()
    if chromium is None:
        sys.exit("slider: found no Chromium on PATH; install it or set RECENGINE_CHROMIUM.")
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        browser = stack.enter_context(_browser(chromium))
        (folder / "bare.py").write_text(BARE, encoding="utf-8")
        workspace = {"RECENGINE_WORKSPACE": str(folder / "workspace")}
        dataset = _prepare(workspace)
        shipped = stack.enter_context(serve(folder / "bare.py", folder / "shipped.log", folder=folder))
        alike = stack.enter_context(serve(folder / "bare.py", folder / "alike.log"))
        studio = stack.enter_context(serve(ROOT / "app.py", folder / "studio.log", workspace))
        start = {"dataset": dataset, "w_als": "0", "w_text": "0.5", "w_popularity": "0.3"}
        ours = Subject(
            _open(browser, f"{studio.url}/studio?{urlencode(start)}", "[data-testid=desk] input"),
            "[data-scorer=als] input[type=range]",
            "[data-scorer=text] input[type=range]",
            STUDIO_SHOWS,
        )
        peers = [
            Subject(_open(browser, server.url, ".stSlider"), ".stSlider input", ".stSlider input", BARE_SHOWS)
            for server in (alike, shipped)
        ]
        for subject in (ours, *peers):
            for _ in range(WARM_UP):
                subject.move(subject.other)
        rounds = [[subject.move() for subject in (ours, *peers)] for _ in range(MOVES)]
        drawn = _drag(ours.page)
        time, alike_time, shipped_time = map(statistics.median, zip(*rounds, strict=True))
    print(f"{dataset}, {len(rounds)} moves; studio {[round(times[0]) for times in rounds]} ms")
    frame = {"ours": round(statistics.median(drawn), 2), "slowest": round(max(drawn), 2), "frames": len(drawn)}
    print(json.dumps({"name": "slider, work of a frame", **frame, "unit": "ms"}))
    line = {"name": "slider, same settings", "ours": time, "peer": alike_time, "ratio": time / alike_time, "unit": "ms"}
    print(json.dumps({key: round(value, 3) if isinstance(value, float) else value for key, value in line.items()}))
    report("slider", ours=time, peer=shipped_time, target=TARGET, unit="ms")


@contextmanager
def _browser(chromium: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(CHROMIUM_ARGUMENTS))
        yield browser
        browser.close()


def _prepare(workspace: dict[str, str]) -> str:
    """Import and fit a sample on the command line; its name."""
    for dataset in ("movielens-100k", "synthetic"):
        if _recengine(workspace, "import", "--sample", dataset) == 0:
            if _recengine(workspace, "fit", "--dataset", dataset) == 0:
                return dataset
            break
    return sys.exit("slider: no sample could be prepared, see above.")


def _recengine(workspace: dict[str, str], *arguments: str) -> int:
    command = [sys.executable, "-m", "recengine", *arguments]
    environment = {**os.environ, **workspace}
    return subprocess.run(command, cwd=ROOT, env=environment, stdout=subprocess.DEVNULL, check=False).returncode


def _drag(page: Page) -> list[float]:
    """Milliseconds of each frame in which the list was ranked and drawn, while a slider is dragged to its end."""
    page.bring_to_front()
    box = page.locator("[data-scorer=popularity] input[type=range]").bounding_box()
    if box is None:
        sys.exit("slider: the Studio shows no slider of popularity.")
    y = box["y"] + box["height"] / 2
    page.evaluate("clock.frames.length = 0")
    page.mouse.move(box["x"] + 2, y)
    page.mouse.down()
    for at in range(FRAMES):
        page.mouse.move(box["x"] + 2 + (box["width"] - 4) * (at + 1) / FRAMES, y)
    page.mouse.up()
    page.wait_for_timeout(REST)
    found: list[float] = page.evaluate("clock.frames")
    return found


def _open(browser: Browser, url: str, shown: str) -> Page:
    page = browser.new_page(viewport={"width": 1440, "height": 900})
    page.add_init_script(CLOCK)
    page.goto(url)
    page.locator(shown).first.wait_for()
    page.wait_for_selector("[data-testid=stApp][data-test-script-state=notRunning]", state="attached")
    page.wait_for_timeout(2000)
    return page


if __name__ == "__main__":
    main()
