"""Console: where the program prints for people."""

import sys

from rich.console import Console

__all__ = ["console_of"]


def console_of(*, stderr: bool, quiet: bool) -> Console:
    """Console that prints text as it is, and 100 columns wide where no terminal says otherwise."""
    stream = sys.stderr if stderr else sys.stdout
    return Console(
        stderr=stderr,
        quiet=quiet,
        markup=False,
        highlight=False,
        emoji=False,
        width=None if stream.isatty() else 100,
    )
