"""``calibrant plan``: how many rows a number needs to be known so well."""

import click

from calibrant.cli.prediction_options import PredictionFile, prediction_options

__all__ = ["plan"]


@click.command(short_help="Say how many rows a metric needs to be known so well.")
@prediction_options
@click.option("--metric", default="ece", show_default=True, help="What is to be known.")
@click.option("--width", type=float, required=True, help="Of the interval to have.")
@click.option("--level", type=float, default=0.95, show_default=True, help="Of that interval.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def plan(asked: PredictionFile, *, metric: str, width: float, level: float, as_json: bool) -> None:
    """Say how many rows a metric needs to be known so well.

    The width is that of its interval. FILE is a pilot: labelled predictions like those to come,
    as 'evaluate' reads them, or tallies that 'evaluate --save-tallies' has written.

    calibrant plan preds.csv --label truth --prob p_fail --positive fail --metric ece --width 0.02
    """
    from calibrant.cli.planning import run_plan  # noqa: PLC0415 -- torch loads here

    run_plan(asked, metric=metric, width=width, level=level, as_json=as_json)
