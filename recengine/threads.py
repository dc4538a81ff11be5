"""How many cores there are, and keeping BLAS to one thread where the work around it already runs on every core."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from threadpoolctl import ThreadpoolController

# the limit is one of the process: two blocks that overlap would restore each other's limit for good
_ONE_AT_A_TIME = threading.Lock()


def usable_cores() -> int:
    """Cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@contextmanager
def single_threaded_blas() -> Iterator[int]:
    """Inside, each BLAS call stays on its own thread; gives the number of threads that the libraries would use."""
    # implicit calls the BLAS that comes with scipy, which can be limited only once it is loaded
    import scipy.linalg  # noqa: F401

    with _ONE_AT_A_TIME:
        libraries = ThreadpoolController()
        threads = max((library["num_threads"] for library in libraries.info()), default=1)
        with libraries.limit(limits=1, user_api="blas"):
            yield threads
