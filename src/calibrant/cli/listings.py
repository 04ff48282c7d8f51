"""``calibrant losses`` and ``calibrant metrics``: what exists, by name."""

import json

import click

__all__ = ["losses", "metrics"]

_json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


@click.command(short_help="List the losses, or explain one.")
@click.argument("words", nargs=-1)
@_json_option
def losses(words: tuple[str, ...], *, as_json: bool) -> None:
    """List the losses, or explain one.

    Without WORDS all losses are listed, family by family. The name of a loss explains it; other
    words list the losses that speak of all of them. A loss is written as a spec:
    0.5*ce(balanced) + 0.5*soft_f1.

    calibrant losses focal

    calibrant losses rare classes
    """
    from calibrant.cli.loss_listing import found, listed, listed_record  # noqa: PLC0415

    entries = found(words)
    if len(words) == 1 and words[0] in {n for e in entries for n in (e.name, *e.aliases)}:
        from calibrant.cli.loss_explained import explained, explained_record  # noqa: PLC0415

        name = words[0]
        text = json.dumps(explained_record(name), indent=2) if as_json else explained(name)
    else:
        text = json.dumps(listed_record(entries), indent=2) if as_json else listed(entries)
    click.echo(text)


@click.command(short_help="List the metrics.")
@_json_option
def metrics(*, as_json: bool) -> None:
    """List the metrics.

    A metric with bins may end in their number: ece_10.
    """
    from calibrant.metrics.registry import ALIASES, available  # noqa: PLC0415

    entries = {name: entry.says for name, entry in available().items()}
    for alias, (two, beyond) in ALIASES.items():
        both = two if two == beyond else f"{two} for two classes, {beyond} beyond"
        entries[alias] = both
    if as_json:
        click.echo(json.dumps(entries, indent=2))
        return
    width = max(map(len, entries))
    for name, says in entries.items():
        click.echo(f"{name:{width}}  {says}")
