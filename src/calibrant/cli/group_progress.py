"""Progress of an evaluation group by group."""

import time

from rich.console import Console
from rich.status import Status

__all__ = ["GroupProgress"]

SOON = 5.0  # seconds after which a long evaluation tells how far it is
OFTEN = 60.0  # seconds between lines, where the output is a file


class GroupProgress:
    """Line of how many groups are done, on a terminal; now and then one where it is a file.

    Parameters
    ----------
    console : Console
        Where to print.
    """

    def __init__(self, console: Console) -> None:
        self._console = console
        self._start = self._told = time.monotonic()
        self._status: Status | None = None

    def stop(self) -> None:
        """Take the line away."""
        if self._status is not None:
            self._status.stop()

    def __call__(self, done: int, total: int) -> None:
        """Tell, where it is time to, that so many groups of all are done."""
        if done == 1:
            self._start = self._told = time.monotonic()
        now = time.monotonic()
        if now - self._start < SOON:
            return
        left = (now - self._start) / done * (total - done)
        text = f"{done:,} of {total:,} groups, about {left:,.0f} seconds left"
        if self._console.is_terminal:
            if self._status is None:
                self._status = self._console.status(text)
                self._status.start()
            self._status.update(text)
        elif self._told == self._start or now - self._told > OFTEN:
            self._told = now
            self._console.print(text, soft_wrap=True)
