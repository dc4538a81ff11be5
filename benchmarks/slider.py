"""From a slider move to the repainted page in Chromium, against the barest page Streamlit can show.

Ours: the Studio page; the clock stops when the list AND the population metrics show the new weights.
Peer: one slider and a 20-row dataframe; the clock stops when the cells of the new value are drawn.
Both in one browser and one run, moves of the two pages in turn. The clock runs inside the page: it starts at the key
press that commits the slider and stops at the first animation frame after the awaited marks were seen, by a
MutationObserver for elements and by a hook in `fillText` for cells, which Streamlit draws on a canvas.

The bare page runs with Streamlit's own settings; the studio with its `.streamlit/config.toml`, which switches off the
full garbage collection after every run (two thirds of the bare page's time).

Run: python -m benchmarks.slider
"""

from __future__ import annotations

import json
import statistics
import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.server import CHROMIUM_ARGUMENTS, find_chromium, serve

MOVES = 20
WARM_UP = 3

BARE = """
import polars as pl
import streamlit as st

value = st.slider("Weight", 0, 100, 50)
st.dataframe(pl.DataFrame({"row": range(20), "value": [f"v{value}-{row}" for row in range(20)]}), height="content")
"""

CLOCK = """
window.clock = {drawn: new Set(), start: null, check: null};
const fillText = CanvasRenderingContext2D.prototype.fillText;
CanvasRenderingContext2D.prototype.fillText = function (text, ...rest) {
  clock.drawn.add(text);
  if (clock.check) clock.check();
  return fillText.call(this, text, ...rest);
};
document.addEventListener("keydown", () => { clock.start = performance.now(); }, {capture: true});
window.arm = (shown) => {
  clock.drawn.clear();
  clock.start = null;
  clock.repainted = new Promise((resolve) => {
    const observer = new MutationObserver(() => clock.check && clock.check());
    clock.check = () => {
      if (clock.start === null || !shown()) return;
      clock.check = null;
      observer.disconnect();
      requestAnimationFrame(() => resolve(performance.now() - clock.start));
    };
    observer.observe(document, {subtree: true, childList: true, characterData: true, attributes: true});
  });
};
"""

BARE_SHOWS = """() => {
  const value = document.querySelector(".stSlider input").value;
  return clock.drawn.has(`v${value}-0`) && clock.drawn.has(`v${value}-19`);
}"""


def move(page: Page, slider: str, key: str, shows: str) -> float:
    """Milliseconds from `key` pressed on `slider` until `shows`, a function in the page, holds and is painted."""
    page.evaluate(f"arm({shows})")
    page.locator(slider).focus()
    page.keyboard.press(key)
    milliseconds = page.evaluate("clock.repainted")
    page.wait_for_timeout(300)  # the server and the page come to rest
    return float(milliseconds)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        script = Path(folder) / "bare.py"
        script.write_text(BARE)
        with serve(script, Path(folder) / "bare.log") as bare:
            browser = playwright.chromium.launch(executable_path=find_chromium(), args=list(CHROMIUM_ARGUMENTS))
            page = browser.new_page(viewport={"width": 1440, "height": 900})
            page.add_init_script(CLOCK)
            page.goto(bare.url)
            page.locator(".stSlider").wait_for()
            page.wait_for_timeout(1000)
            times = [
                move(page, ".stSlider input", "ArrowRight" if n % 2 else "ArrowLeft", BARE_SHOWS)
                for n in range(WARM_UP + MOVES)
            ][WARM_UP:]
            browser.close()
    print(json.dumps({"bare": statistics.median(times), "all": [round(t, 1) for t in times], "unit": "ms"}))


if __name__ == "__main__":
    main()
