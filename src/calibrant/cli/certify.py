"""``calibrant certify``: whether what a model says of itself is borne out."""

import click

from calibrant.cli.options import comma_list
from calibrant.cli.prediction_options import PredictionFile, clusters_option, prediction_options

__all__ = ["certify"]


def _levels(
    ctx: click.Context, param: click.Parameter, values: tuple[str, ...]
) -> tuple[float, ...]:
    """Numbers of a repeated option whose values are split at commas."""
    try:
        return tuple(float(text) for text in comma_list(ctx, param, values))
    except ValueError as error:
        raise click.BadParameter("must be numbers with commas between, such as 0.9,0.95") from error


@click.command(short_help="Say what came out where at least so much was stated.")
@prediction_options
@clusters_option
@click.option(
    "--levels",
    multiple=True,
    callback=_levels,
    metavar="NUMBERS",
    help="Probabilities to make claims of. Several with commas.",
    show_default="0.5, 0.6, 0.7, 0.8, 0.9, 0.95, 0.99",
)
@click.option(
    "--view",
    default="top_label",
    show_default=True,
    metavar="VIEW",
    help="top_label (the likeliest class is right), positive, or the name of a class.",
)
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")
@click.option("--one-by-one", is_flag=True, help="Each interval by itself, not all at once.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def certify(
    asked: PredictionFile,
    *,
    levels: tuple[float, ...],
    view: str,
    level: float,
    one_by_one: bool,
    as_json: bool,
) -> None:
    """Say what came out where at least so much was stated.

    Intervals are exact. FILE is a text, Parquet or NPZ file of predictions as 'evaluate' reads it,
    or tallies that 'evaluate --save-tallies' has written.

    calibrant certify preds.csv --label truth --prob p_fail --positive fail --view positive
    """
    from calibrant.cli.certifying import run_certificate  # noqa: PLC0415 -- torch loads here

    run_certificate(
        asked, levels=levels, view=view, level=level, simultaneous=not one_by_one, as_json=as_json
    )
