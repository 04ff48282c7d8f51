"""``calibrant losses`` and ``calibrant metrics``: what exists, by name."""

import json
from shutil import get_terminal_size
from textwrap import wrap

import click

__all__ = ["losses", "metrics"]

MOST_BESIDE = 6  # other names that are told

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
@click.option("--all", "everything", is_flag=True, help="List every name, with aliases.")
@_json_option
def metrics(words: tuple[str, ...], *, everything: bool, as_json: bool) -> None:
    """List the metrics, or explain one.

    Without WORDS all metrics are listed, family by family. The name of a metric explains it;
    other words list the metrics that speak of all of them, be it here or in other libraries.
    A name with * may end in a number, such as that of the bins: ece_10.

    calibrant metrics brier

    calibrant metrics calibration error

    calibrant metrics --all dice
    """
    from calibrant.cli.metric_listing import found, listed, listed_record  # noqa: PLC0415
    from calibrant.cli.metric_overview import overview, patterns  # noqa: PLC0415

    width = get_terminal_size(fallback=(80, 24)).columns
    answer = found(words, everything=everything)
    if answer.settings is not None and len(answer.entries) == 1:
        from calibrant.cli.metric_explained import explained, explained_record  # noqa: PLC0415

        entry, asked = answer.entries[0], answer.settings
        record, text = explained_record(entry, asked), explained(entry, asked)
    else:
        record = listed_record(answer.entries)
        text = listed(answer.entries, width) if words or everything else overview(width)
    if as_json:
        click.echo(json.dumps(record, indent=2))
        return
    lines = [text, *([""] if answer.beside or answer.notes else [])]
    if answer.beside:
        names = list(patterns(answer.beside))
        rest = f" and {len(names) - MOST_BESIDE} more" if len(names) > MOST_BESIDE else ""
        every = f"calibrant metrics --all {' '.join(words)}"
        also = f"see also: {', '.join(names[:MOST_BESIDE])}{rest}; all: {every}"
        lines += wrap(also, width, break_long_words=False, break_on_hyphens=False)
    lines += [line for note in answer.notes for line in wrap(note, width)]
    click.echo("\n".join(lines))
