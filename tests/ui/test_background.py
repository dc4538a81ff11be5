import threading

import pytest

from recengine.errors import CancelledError, DataError
from recengine.progress import Cancel, Progress, stop_if_asked
from ui.background import run_in_background


def test_the_result_comes_back_and_progress_is_shown_by_the_caller() -> None:
    seen: list[tuple[float, str]] = []
    shown = threading.Event()
    here = threading.get_ident()

    def show(share: float, text: str) -> None:
        assert threading.get_ident() == here
        seen.append((share, text))
        shown.set()

    def work(progress: Progress, cancel: Cancel) -> int:
        progress(0.5, "Half")
        assert shown.wait(5)
        return 42

    assert run_in_background(work, show) == 42
    assert seen == [(0.5, "Half")]


def test_an_error_of_the_work_is_raised_here() -> None:
    def work(progress: Progress, cancel: Cancel) -> None:
        raise DataError("ratings.csv: empty")

    with pytest.raises(DataError, match="empty"):
        run_in_background(work, lambda share, text: None)


def test_the_work_is_asked_to_stop_when_the_reader_leaves() -> None:
    stopped = threading.Event()

    def work(progress: Progress, cancel: Cancel) -> None:
        progress(0.1, "Started")
        try:
            while True:
                stop_if_asked(cancel)
        except CancelledError:
            stopped.set()
            raise

    def leave(share: float, text: str) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_in_background(work, leave)
    assert stopped.wait(5)
