"""``calibrant train``: its arguments, and the recipe that they make."""

from pathlib import Path

import click

from calibrant.cli.options import comma_list, median_or_number, output_options
from calibrant.pipeline.settings import Setting, Settings

__all__ = ["train"]


@click.command(short_help="Train, calibrate and evaluate a classifier on a table.")
@click.argument("data", type=click.Path(path_type=Path), required=False)
@click.option("--target", metavar="COLUMN", help="Column to predict.")
@click.option(
    "--positive", metavar="CLASS", help="The positive class of two.", show_default="the rarer"
)
@click.option(
    "--positive-above",
    callback=median_or_number,
    metavar="median|NUMBER",
    help="Cut a number target: rows above are positive.",
)
@click.option(
    "--split-column",
    metavar="COLUMN",
    help="Column that says train, validation or test for each row.",
    show_default="64/16/20 by chance, stratified",
)
@click.option(
    "--keep",
    "--keep-identifiers",
    multiple=True,
    metavar="COLUMN",
    help="Identifier-like column to feed to the network all the same; may be repeated.",
)
@click.option("--loss", metavar="SPEC", help="Training loss; see 'losses'.", show_default="ce")
@click.option("--seed", type=int, help="Of the split and the training.", show_default="0")
@click.option(
    "--device",
    type=click.Choice(["auto", "cpu", "cuda"]),
    help="Where to compute.",
    show_default="auto",
)
@click.option(
    "--epochs",
    type=int,
    help="At most this many passes over the training rows.",
    show_default="150",
)
@click.option("--batch-size", type=int, help="Rows in a step.", show_default="by number of rows")
@click.option("--learning-rate", type=float, help="Step size of AdamW.", show_default="0.002")
@click.option(
    "--patience",
    type=int,
    help="Stop after this many epochs without a better one.",
    show_default="10",
)
@click.option(
    "--watch",
    multiple=True,
    callback=comma_list,
    metavar="NAMES",
    help="Metrics to follow over the epochs; see 'metrics'. Several with commas.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Recipe (TOML) to start from; other options go before it.",
)
@output_options
@click.pass_context
def train(
    ctx: click.Context,
    data: Path | None,
    *,
    target: str | None,
    positive: str | None,
    positive_above: float | str | None,
    split_column: str | None,
    keep: tuple[str, ...],
    loss: str | None,
    seed: int | None,
    device: str | None,
    epochs: int | None,
    batch_size: int | None,
    learning_rate: float | None,
    patience: int | None,
    watch: tuple[str, ...],
    config: Path | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Train, calibrate and evaluate a classifier on a table.

    DATA is a CSV, TSV or Parquet file. The run folder holds the report, the metrics before and
    after calibration, the predictions of the test rows, the model, and the recipe that gives
    the same numbers again. Ctrl-C during training keeps the best network so far.

    calibrant train sales.csv --target sold --loss "0.5*ce + 0.5*soft_f1" --out run

    calibrant train --config run/recipe.toml --out again
    """
    if config is None and (data is None or target is None):
        raise click.UsageError("Give DATA and --target, or a recipe with --config.")
    part: dict[str, Setting] = {
        "path": None if data is None else str(data),
        "target": target,
        "positive": positive,
        "positive_above": positive_above,
        "keep_identifiers": list(keep) or None,
    }
    training: dict[str, Setting] = {
        "max_epochs": epochs,
        "batch_size": batch_size,
        "learning_rate": learning_rate,
        "patience": patience,
    }
    overrides: dict[str, Setting] = {
        "seed": seed,
        "loss": loss,
        "device": device,
        "watch": list(watch) or None,
        "data": _replacing(_given(part)),
        "split": _given({"column": split_column}),
        "training": _given(training),
    }
    from calibrant.cli.jobs import run_training  # noqa: PLC0415 -- torch loads here, not for --help

    ctx.exit(
        run_training(config, _given(overrides), out, force=force, as_json=as_json, quiet=quiet)
    )


def _given(options: Settings) -> dict[str, Setting]:
    """Options that were given; without one, the recipe or its default holds."""
    return {name: value for name, value in options.items() if value is not None}


def _replacing(options: dict[str, Setting]) -> dict[str, Setting]:
    """`options` about the table, with None for what of a recipe they make void.

    Another table has another hash, and the two ways to say what is positive exclude each other.
    """
    void: dict[str, Setting] = {}
    if "path" in options:
        void["sha256"] = None
    if "positive" in options:
        void["positive_above"] = None
    if "positive_above" in options:
        void["positive"] = None
    return void | options
