"""Options that several commands share."""

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import click

__all__ = ["comma_list", "given_once", "output_options"]

F = TypeVar("F", bound=Callable[..., object])


def comma_list(
    ctx: click.Context,  # noqa: ARG001 -- click passes it
    param: click.Parameter,  # noqa: ARG001 -- click passes it
    values: tuple[str, ...],
) -> tuple[str, ...]:
    """Names out of a repeated option whose values may each hold several, split at commas.

    Raises
    ------
    click.BadParameter
        If the option is given, and names nothing.
    """
    names = tuple(name.strip() for value in values for name in value.split(",") if name.strip())
    if values and not names:
        raise click.BadParameter("names nothing; leave the option out, or name some.")
    return names


def given_once(
    ctx: click.Context,
    param: click.Parameter,
    values: tuple[str, ...],
) -> str | None:
    """Value of an option of one model's columns, which click would take the last of.

    Raises
    ------
    click.UsageError
        If the option is repeated.
    """
    if len(values) > 1:
        message = f"Give {param.opts[0]} once; 'calibrant compare' takes several."
        raise click.UsageError(message, ctx)
    return values[0] if values else None


def output_options(command: F) -> F:
    """Add --out, --force, --json and --quiet to a command that makes a run folder."""
    options = (
        click.option(
            "--out",
            type=click.Path(path_type=Path),
            help="Run folder to make. It must not exist.",
        ),
        click.option(
            "--force",
            is_flag=True,
            help="Replace an existing folder; what no run wrote stays beside it, as OUT.old.",
        ),
        click.option("--json", "as_json", is_flag=True, help="Print one JSON object."),
        click.option("--quiet", is_flag=True, help="Print nothing but errors (and JSON)."),
    )
    for option in reversed(options):
        command = option(command)
    return command
