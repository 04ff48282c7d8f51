"""What the program says, and with which exit code, when it cannot go on."""

import json
from collections.abc import Generator
from contextlib import contextmanager

import click

from calibrant.errors import CalibrantError, FitError

__all__ = ["INTERRUPTED", "exit_code", "telling_failures"]

INTERRUPTED = 130


def exit_code(error: CalibrantError) -> int:
    """Exit code of `error`: 4 where nothing fits the data, 3 for bad input or output.

    Examples
    --------
    >>> exit_code(FitError("no finite temperature"))
    4
    """
    return 4 if isinstance(error, FitError) else 3


@contextmanager
def telling_failures(ctx: click.Context, *, as_json: bool) -> Generator[None]:
    """Turn errors of calibrant, and interrupts, into a message and an exit code.

    The message goes to the standard error. With `as_json` the standard output gets
    ``{"error": {"type": ..., "message": ..., "exit_code": ...}}`` too, usage errors included.
    """
    try:
        yield
    except CalibrantError as error:
        code = exit_code(error)
        _tell(type(error).__name__, str(error), code, as_json=as_json)
        ctx.exit(code)
    except KeyboardInterrupt:
        _tell("Interrupted", "interrupted; nothing was written", INTERRUPTED, as_json=as_json)
        ctx.exit(INTERRUPTED)
    except click.UsageError as error:
        if as_json:
            _print_object("UsageError", error.format_message(), error.exit_code)
        raise


def _tell(kind: str, message: str, code: int, *, as_json: bool) -> None:
    """Print the failure for people, and for programs where they asked."""
    click.echo(f"calibrant: {message}", err=True)
    if as_json:
        _print_object(kind, message, code)


def _print_object(kind: str, message: str, code: int) -> None:
    """Print the failure as one JSON object."""
    failure = {"type": kind, "message": message, "exit_code": code}
    click.echo(json.dumps({"error": failure}))
