"""``calibrant predict``: its arguments."""

from pathlib import Path

import click

__all__ = ["predict"]


@click.command(short_help="Predict with a trained run on new rows.")
@click.argument("run", type=click.Path(path_type=Path))
@click.argument("data", type=click.Path(path_type=Path))
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, .parquet or .csv. It must not exist.",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option(
    "--delimiter",
    metavar="CHARACTER",
    help="Between the fields of a text file: one character, or tab.",
    show_default="found out",
)
@click.option("--encoding", help="Of a text file, such as utf-8.", show_default="found out")
@click.option(
    "--decimal",
    type=click.Choice([".", ","]),
    help="Decimal mark of a text file.",
    show_default="found out",
)
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--quiet", is_flag=True, help="Print nothing but errors (and JSON).")
@click.pass_context
def predict(
    ctx: click.Context,
    run: Path,
    data: Path,
    *,
    out: Path,
    force: bool,
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
    as_json: bool,
    quiet: bool,
) -> None:
    """Predict with a trained run on new rows.

    RUN is the folder that train wrote, DATA a text or Parquet file with the columns of the
    training, in any order; labels are not needed. The rows are read in batches, so the file may
    be larger than the memory. Missing values and unknown categories are treated as in training
    and counted, and columns that differ from the training are named.

    calibrant predict run/ new.csv --out predictions.parquet
    """
    from calibrant.cli.predicting import run_prediction  # noqa: PLC0415 -- torch loads here
    from calibrant.data.read import Reading  # noqa: PLC0415
    from calibrant.pipeline.recipe_parts import delimiter_of  # noqa: PLC0415

    reading = Reading(delimiter_of(delimiter), encoding, decimal)
    ctx.exit(
        run_prediction(run, data, out, reading=reading, force=force, as_json=as_json, quiet=quiet)
    )
