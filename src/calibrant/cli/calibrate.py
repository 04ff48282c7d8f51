"""``calibrant calibrate`` and ``calibrant apply``: their arguments."""

from pathlib import Path

import click

from calibrant.calibrators.registry import CALIBRATORS
from calibrant.cli.prediction_options import PredictionFile, prediction_options, unlabelled_options

__all__ = ["apply", "calibrate"]


@click.command(short_help="Fit a calibrator to labelled predictions.")
@prediction_options
@click.option(
    "--method",
    default="auto",
    show_default=True,
    metavar="NAME",
    help="Calibrator: auto, which chooses by cross-validated log loss, or one of "
    f"{', '.join(name for name in CALIBRATORS if name != 'auto')}.",
)
@click.option("--out", type=click.Path(path_type=Path), help="Folder to keep the calibrator in.")
@click.option("--force", is_flag=True, help="Replace an older calibrator.")
@click.option("--seed", type=click.IntRange(0), default=0, show_default=True, help="Of the folds.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def calibrate(
    asked: PredictionFile,
    *,
    method: str,
    out: Path | None,
    force: bool,
    seed: int,
    as_json: bool,
) -> None:
    """Fit a calibrator to labelled predictions.

    FILE is a text, Parquet or NPZ file as 'evaluate' reads it, of rows that the model was not
    trained on. Numbers of these very rows after calibration are optimistic: evaluate others,
    which 'apply' has calibrated.

    calibrant calibrate validation.csv --label truth --prob-prefix p_ --out calibrator/
    """
    from calibrant.cli.calibrating import run_calibration  # noqa: PLC0415 -- torch loads here

    run_calibration(asked, method=method, out=out, force=force, seed=seed, as_json=as_json)


@click.command(short_help="Calibrate predictions with a fitted calibrator.")
@unlabelled_options
@click.option(
    "--calibrator",
    type=click.Path(path_type=Path),
    required=True,
    help="Folder that 'calibrate' has written.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="File to write, .parquet or .csv. It must not exist.",
)
@click.option(
    "--add-prefix",
    metavar="PREFIX",
    help="Keep the columns, and add calibrated ones with PREFIX before their names.",
    show_default="replace the columns",
)
@click.option("--force", is_flag=True, help="Replace an existing file.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
def apply(
    asked: PredictionFile,
    *,
    calibrator: Path,
    out: Path,
    add_prefix: str | None,
    force: bool,
    as_json: bool,
) -> None:
    """Calibrate predictions with a fitted calibrator.

    FILE is a text or Parquet file; labels are not needed. All columns are written again, those
    of the predictions as calibrated probabilities, also where they held logits. One column of two
    classes is that of the class which was positive in the fit, unless --positive names the other.

    calibrant apply new.csv --prob-prefix p_ --calibrator calibrator/ --out calibrated.parquet
    """
    from calibrant.cli.calibrating import run_application  # noqa: PLC0415 -- torch loads here

    run_application(
        asked, calibrator=calibrator, out=out, prefix=add_prefix, force=force, as_json=as_json
    )
