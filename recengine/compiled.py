"""Loops compiled with numba: when they are worth loading, how they are declared, and running them on every core."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar, cast

Loop = TypeVar("Loop", bound=Callable[..., Any])

PATIENCE = 1 << 27
"""Values that a process handles with NumPy before it loads a loop: about what loading costs, half a second."""
LEAST = 1 << 17
"""Values that are worth a thread of their own."""
PARTS = 4
"""Parts for each thread, so that one that is held up does not hold up the others."""


class Loops:
    """Compiled loops that do what NumPy can do too, with the same numbers, and are loaded once that would have paid.

    Loading costs half a second, and several in the process that compiles them for the first time, however little is
    done then. So a short process never loads them, and a long one does so in the background: nobody waits for it who
    is served sooner by NumPy. load: imports the loops and calls each once, for the types that it is used with.
    """

    def __init__(self, load: Callable[[], None]) -> None:
        self.loaded = False
        self.handled = 0
        self._load = load
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None

    def pay(self, n_values: int) -> bool:
        """Whether to handle `n_values` with the loops, which are loaded then."""
        if self.loaded:
            return True
        self.handled += n_values
        if n_values >= PATIENCE:
            self.load_now()
        elif self.handled >= PATIENCE and self._thread is None:
            self._thread = threading.Thread(target=self.load_now, name="loading compiled loops")
            self._thread.start()
        return self.loaded

    def load_now(self) -> None:
        """Load them and wait for it: for work that is sure to need them."""
        with self._lock:
            if not self.loaded:
                self._load()
                self.loaded = True


def compiled(function: Loop) -> Loop:
    """Decorator: `function` compiled when first called, without the global lock; later processes find it on disk.

    Only for modules that are imported where their loops are about to be called: numba takes a while to load. No sum is
    reordered and no product contracted with a sum, and a division by 0 is what IEEE says.
    """
    import numba

    loop: Any
    try:
        loop = numba.njit(function, nogil=True, error_model="numpy", cache=True)
    except RuntimeError:  # there is no folder that may be written to, so each process compiles for itself
        loop = numba.njit(function, nogil=True, error_model="numpy")
    return cast(Loop, loop)


def in_parts(work: Callable[[int, int], None], n_rows: int, n_values: int) -> None:
    """Call `work(start, stop)` for parts of `n_rows` rows with `n_values` values in all, on as many threads as pay.

    For loops that are compiled, which run at the same time. Unlike numba's own parallel loops, several threads of a
    process may do so at once.
    """
    import numba

    # what NUMBA_NUM_THREADS says, or the number of cores that this process may use
    threads = min(int(vars(numba.config)["NUMBA_NUM_THREADS"]), n_values // LEAST, n_rows)
    if threads < 2:
        work(0, n_rows)
        return
    parts = min(threads * PARTS, n_rows)
    edges = [part * n_rows // parts for part in range(parts + 1)]
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, edges[:-1], edges[1:]):
            pass
