"""What ``calibrant compare`` does once its arguments are parsed."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import click
from rich.table import Table

from calibrant.cli.console import console_of
from calibrant.cli.metric_names import check_metric_names
from calibrant.comparison.comparison import Comparison
from calibrant.comparison.comparison_table import cells_of, heads_of
from calibrant.errors import InputError
from calibrant.metrics.evaluation_table import Footnotes
from calibrant.pipeline.compare_files import compare_files
from calibrant.pipeline.prediction_source import Question

__all__ = ["run_comparison"]


def run_comparison(
    models: Mapping[str, Question],
    *,
    id_column: str | None,
    clusters: str | None,
    baseline: str | None,
    out: Path | None,
    as_json: bool,
) -> None:
    """Compare the models, print what was found, and write it if asked to."""
    questions = list(models.values())
    if out is not None and out.resolve() in {one.path.resolve() for one in questions}:
        got, remedy = f"{out}, a file of predictions", "Name another file."
        raise InputError("out", "name a file of its own", got, remedy)
    check_metric_names(questions[0].metrics, "classification")
    found = compare_files(models, id_column=id_column, clusters=clusters, baseline=baseline)
    text = found.to_json(out)
    if as_json:
        click.echo(text, nl=False)
        return
    _print(found)
    if out is not None:
        click.echo(f"Comparison: {out}")


def _print(found: Comparison) -> None:
    """Print a table of every pair, and what explains them."""
    console = console_of(stderr=False, quiet=False)
    console.print(f"{found.title}.", soft_wrap=True)
    notes = Footnotes()
    for first, second in found.pairs:
        pair = [one for one in found if (one.first, one.second) == (first, second)]
        console.print(_table(heads_of(pair), [cells_of(one, notes) for one in pair], console.width))
    for line in notes.lines():
        console.print(line, soft_wrap=True)
    for remark in (found.adjustment, *found.notes):
        if remark:
            console.print(f"Note: {remark.removesuffix('.')}.", soft_wrap=True)


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Table:
    """Table of one pair, in which names of metrics are never cut.

    Verdicts are read as one where intervals have room on two lines beside them; else both wrap.
    """
    table = Table(*heads)
    metric, first, second, difference, _, p_value, verdict = table.columns
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    widths[4] = max(len(half) + 3 for row in rows for half in row[4].split(" to "))
    verdict.no_wrap = sum(widths) + 3 * len(widths) + 1 <= width
    for column in (metric, difference, p_value):
        column.no_wrap = True
    verdict.overflow = "fold"
    for column, least in ((first, widths[1]), (second, widths[2])):
        column.overflow = "fold"  # the name of a model at its head
        column.max_width = None if verdict.no_wrap else max(least, 8)
    for row in rows:
        table.add_row(*row)
    return table
