"""``calibrant plan``: how many rows a number needs to be known so well."""

from pathlib import Path

import click

from calibrant.cli.prediction_options import PredictionFile, clusters_option, pilot_options

__all__ = ["plan"]


@click.command(short_help="Say how many rows a metric needs to be known so well.")
@pilot_options
@clusters_option
@click.option(
    "--metric",
    help="What is to be known.",
    show_default="ece; accuracy without FILE; log_loss of a difference",
)
@click.option("--width", type=float, help="Of the interval to have.")
@click.option("--share", type=float, help="Without FILE: proportion to expect, else 0.5.")
@click.option(
    "--against",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Another model's predictions of the same rows: plan their difference.",
)
@click.option("--difference", type=float, help="True difference that is to be shown.")
@click.option("--rows", type=int, help="Rows to come: which difference do they show?")
@click.option("--power", type=float, help="Chance to show it.", show_default="0.8")
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the interval.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan(
    asked: PredictionFile | None,
    *,
    metric: str | None,
    width: float | None,
    share: float | None,
    against: Path | None,
    difference: float | None,
    rows: int | None,
    power: float | None,
    level: float,
    as_json: bool,
) -> None:
    """Say how many rows a metric needs to be known so well.

    The width is that of its interval. FILE is a pilot: labelled predictions like those to come,
    as 'evaluate' reads them, or tallies that 'evaluate --save-tallies' has written.

    calibrant plan preds.csv --label truth --prob p_fail --positive fail --metric ece --width 0.02

    Without FILE only proportions can be planned, such as accuracy.

    calibrant plan --metric accuracy --width 0.02 --share 0.9

    With another model's predictions of the same rows, in the same order and columns: how many rows
    show a --difference of a metric, or which one --rows show; else which the pilot's show.

    calibrant plan a.csv --against b.csv --label truth --prob p --positive yes --difference 0.01
    """
    if against is None:
        if width is None:
            raise click.UsageError("Give --width, or another model's predictions by --against.")
        if difference is not None or rows is not None or power is not None:
            raise click.UsageError("--difference, --rows and --power go with --against.")
    elif asked is None:
        raise click.UsageError("--against is the second of two models: give FILE too.")
    elif width is not None or share is not None or (difference is not None and rows is not None):
        raise click.UsageError("With --against give --difference, --rows or neither.")
    from calibrant.cli.planning import run_difference_plan, run_plan  # noqa: PLC0415 -- loads torch

    if against is None:
        assert width is not None
        metric = metric or ("ece" if asked is not None else "accuracy")
        run_plan(asked, metric=metric, width=width, level=level, share=share, as_json=as_json)
        return
    assert asked is not None
    run_difference_plan(
        asked,
        against,
        metric=metric or "log_loss",
        difference=difference,
        n=rows,
        power=0.8 if power is None else power,
        level=level,
        as_json=as_json,
    )
