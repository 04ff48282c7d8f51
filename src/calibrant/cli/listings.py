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


@click.command(short_help="List the metrics, or explain one.")
@click.argument("words", nargs=-1)
@_json_option
def metrics(words: tuple[str, ...], *, as_json: bool) -> None:
    """List the metrics, or explain one.

    Without WORDS all metrics are listed, family by family. The name of a metric explains it;
    other words list the metrics that speak of all of them. A name with * may end in a number,
    such as that of the bins: ece_10.

    calibrant metrics brier

    calibrant metrics calibration classes
    """
    from calibrant.cli.metric_listing import found, listed, listed_record, named  # noqa: PLC0415

    entries = found(words)
    if len(words) == 1 and len(named(words[0])) == 1:
        from calibrant.cli.metric_explained import explained, explained_record  # noqa: PLC0415

        entry = entries[0]
        text = json.dumps(explained_record(entry), indent=2) if as_json else explained(entry)
    else:
        text = json.dumps(listed_record(entries), indent=2) if as_json else listed(entries)
    click.echo(text)
