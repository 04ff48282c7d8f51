"""Threads that are kept: pieces of work of a few milliseconds, side by side.

To start a thread for each and to end it takes a good part of a millisecond, as long as a look at
a hundred thousand rows.
"""

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from threading import Lock
from typing import TypeVar

__all__ = ["all_at_once"]

Result = TypeVar("Result")


class _Crew:
    """Threads of this process that wait for work."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.pool: ThreadPoolExecutor | None = None
        self.size = 0

    def of(self, size: int) -> ThreadPoolExecutor:
        """As many threads, or more. Fewer that there were end when their work does."""
        with self.lock:
            if self.pool is None or self.size < size:
                self.pool, self.size = ThreadPoolExecutor(size, "calibrant"), size
            return self.pool


_crew = _Crew()


def all_at_once(pieces: Sequence[Callable[[], Result]]) -> list[Result]:
    """Results of all pieces of work in their order; the first is done by this thread.

    No piece may ask for this again: it could wait for a thread that waits for it. If one raises,
    so does this, when all are done.

    Examples
    --------
    >>> all_at_once([lambda: 1, lambda: 2])
    [1, 2]
    """
    pool = _crew.of(max(1, len(pieces) - 1))
    running = [pool.submit(piece) for piece in pieces[1:]]
    try:
        own = pieces[0]()
    finally:
        wait(running)
    return [own, *(each.result() for each in running)]


def _anew() -> None:
    """A process that forked off has none of the threads of its parent."""
    _crew.__init__()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_anew)
