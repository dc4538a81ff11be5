"""Long work in a thread of its own, so that the page can show where it is and stop it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from recengine.progress import Cancel, Progress

Result = TypeVar("Result")
SECONDS_BETWEEN_LOOKS = 0.1


def run_in_background(work: Callable[[Progress, Cancel], Result], show: Progress) -> Result:
    """The result of `work`; meanwhile `show` is called, here, whenever it has got on.

    Whatever `work` raises is raised here. When `show` raises, as Streamlit's do once the reader has left, `work` is
    asked to stop. The work must not call Streamlit: it has no page.
    """
    latest: list[tuple[float, str]] = []
    results: list[Result] = []
    errors: list[BaseException] = []
    stop = threading.Event()

    def report(share: float, text: str) -> None:
        latest[:] = [(share, text)]

    def body() -> None:
        try:
            results.append(work(report, stop.is_set))
        except BaseException as error:  # raised again in the caller's thread
            errors.append(error)

    thread = threading.Thread(target=body, daemon=True)
    thread.start()
    shown: tuple[float, str] | None = None
    try:
        while thread.is_alive():
            thread.join(SECONDS_BETWEEN_LOOKS)
            if latest and latest[0] != shown:
                shown = latest[0]
                show(*shown)
    finally:
        stop.set()
    if errors:
        raise errors[0]
    return results[0]
