"""``calibrant losses`` and ``calibrant metrics``: what exists, by name."""

import json

import click

__all__ = ["losses", "metrics"]

_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command(short_help="List the losses.")
@_json_option
def losses(*, as_json: bool) -> None:
    """List the losses.

    A loss is written as a spec: 0.5*ce(balanced) + 0.5*soft_f1.
    """
    from calibrant.losses.registry import available  # noqa: PLC0415 -- not for --help

    if not as_json:
        click.echo(str(available()))
        return
    entries = {
        name: {"aliases": entry.aliases, "purpose": entry.purpose, "example": entry.example}
        for name, entry in available().items()
    }
    click.echo(json.dumps(entries, indent=2))


@click.command(short_help="List the metrics.")
@_json_option
def metrics(*, as_json: bool) -> None:
    """List the metrics.

    A metric with bins may end in their number: ece_10.
    """
    from calibrant.metrics.registry import available  # noqa: PLC0415 -- torch loads here

    entries = available()
    if as_json:
        click.echo(json.dumps(entries, indent=2))
        return
    width = max(map(len, entries))
    for name, says in entries.items():
        click.echo(f"{name:{width}}  {says}")
