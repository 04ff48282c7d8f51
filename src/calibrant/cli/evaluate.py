"""``calibrant evaluate``: its arguments, and the question that they make."""

from pathlib import Path
from typing import Literal

import click

from calibrant.cli.options import comma_list, given_once
from calibrant.cli.several_values import SeveralValues

__all__ = ["evaluate"]


@click.command(cls=SeveralValues, short_help="Evaluate predictions that any system has made.")
@click.argument("file", type=click.Path(path_type=Path), required=False)
@click.option("--label", metavar="COLUMN", help="Column of what came out.")
@click.option(
    "--task",
    type=click.Choice(["classification", "regression"]),
    help="Whether classes or numbers were predicted.",
    show_default="classification",
)
@click.option(
    "--prob",
    multiple=True,
    callback=given_once,
    metavar="COLUMN",
    help="Probability of the positive class of two.",
)
@click.option("--positive", metavar="CLASS", help="The positive class of two.")
@click.option(
    "--prob-prefix",
    multiple=True,
    callback=given_once,
    metavar="PREFIX",
    help="Columns PREFIX<class> hold the probabilities of the classes.",
    show_default="columns that are called as the labels are",
)
@click.option(
    "--classes",
    multiple=True,
    callback=comma_list,
    metavar="NAMES",
    help="All classes, where the labels do not hold all. Several with commas.",
)
@click.option(
    "--logits",
    is_flag=False,
    flag_value="",
    metavar="[NAME]",
    help="The columns hold logits; of an NPZ file, the array of that name.",
)
@click.option("--probs", metavar="NAME", help="Array of an NPZ file that holds probabilities.")
@click.option(
    "--predictions",
    multiple=True,
    metavar="COLUMN...",
    help="Columns of predicted numbers, one or more: the words up to the next option.",
)
@click.option("--weights", metavar="COLUMN", help="How much each row counts.")
@click.option("--decided", metavar="COLUMN", help="The class that was decided on.")
@click.option("--group-by", metavar="COLUMN", help="Measure every group of rows besides.")
@click.option(
    "--clusters",
    metavar="COLUMN",
    help="Patient or product, whose rows depend on each other.",
)
@click.option("--normalize", is_flag=True, help="Divide the probabilities of a row by their sum.")
@click.option("--skip-unlabelled", is_flag=True, help="Leave rows without a label out.")
@click.option(
    "--metrics",
    multiple=True,
    callback=comma_list,
    metavar="NAMES",
    help="Metrics; see 'metrics'. Several with commas.",
    show_default="the usual ones",
)
@click.option(
    "--losses", metavar="SPECS", help="Losses of the predictions; see 'losses'. With commas."
)
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
@click.option("--level", type=float, default=0.95, show_default=True, help="Of the intervals.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.option("--out", type=click.Path(path_type=Path), help="File to write that object to.")
@click.option(
    "--save-tallies", type=click.Path(path_type=Path), help="File to keep the sums of the rows in."
)
@click.option("--report", type=click.Path(path_type=Path), help="HTML page to write.")
@click.pass_context
def evaluate(
    ctx: click.Context,
    file: Path | None,
    *,
    label: str | None,
    task: Literal["classification", "regression"] | None,
    prob: str | None,
    positive: str | None,
    prob_prefix: str | None,
    classes: tuple[str, ...],
    logits: str | None,
    probs: str | None,
    predictions: tuple[str, ...],
    weights: str | None,
    decided: str | None,
    group_by: str | None,
    clusters: str | None,
    normalize: bool,
    skip_unlabelled: bool,
    metrics: tuple[str, ...],
    losses: str | None,
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
    level: float,
    as_json: bool,
    out: Path | None,
    save_tallies: Path | None,
    report: Path | None,
) -> None:
    """Evaluate predictions that any system has made.

    FILE is a text or Parquet file with a row for each prediction, or an NPZ file with the arrays
    probs or logits (by row and class), labels, and if need be class_names and weights. Columns
    are found by name and never by position. A file of --save-tallies is evaluated as it is.

    calibrant evaluate preds.parquet --label truth --prob-prefix p_ --report report.html

    calibrant evaluate preds.csv --label truth --prob p_fail --positive fail --losses "ce, focal"

    calibrant evaluate numbers.csv --task regression --label truth --predictions m1 m2 m3
    """
    if file is None:
        taken = "--predictions and --logits take words that follow them"
        raise click.UsageError(f"Missing argument 'FILE'. Name it first: {taken}.")
    if logits is not None and probs is not None:
        raise click.UsageError("Give --logits or --probs, not both.")
    _check_task(
        task or "classification",
        numbers={"--predictions": predictions},
        classes={
            "--prob": prob,
            "--positive": positive,
            "--prob-prefix": prob_prefix,
            "--classes": classes,
            "--logits": logits,
            "--probs": probs,
            "--decided": decided,
            "--normalize": normalize or None,
        },
    )
    if prob is not None and prob_prefix is not None:
        raise click.UsageError("Give --prob or --prob-prefix, not both.")
    from calibrant.cli.evaluating import run_evaluation  # noqa: PLC0415 -- torch loads here
    from calibrant.data.read import Reading  # noqa: PLC0415
    from calibrant.pipeline.evaluate_file import is_arrays  # noqa: PLC0415
    from calibrant.pipeline.prediction_source import Question  # noqa: PLC0415

    array = logits or probs
    if array and not is_arrays(file):
        option = "--logits" if logits else "--probs"
        raise click.UsageError(f"{option} {array}: only the arrays of an NPZ file have such names.")
    question = Question(
        path=file,
        reading=Reading("\t" if delimiter == "tab" else delimiter, encoding, decimal),
        label=label,
        task=task or "classification",
        prob=prob,
        prob_prefix=prob_prefix,
        positive=positive,
        classes=classes,
        form="probs" if logits is None else "logits",
        array=array,
        weights=weights,
        decided=decided,
        group_by=group_by,
        clusters=clusters,
        predictors=predictions,
        normalize=normalize,
        skip_unlabelled=skip_unlabelled,
        metrics=metrics,
        tallied=save_tallies is not None,
        losses=losses or "",
        level=level,
    )
    run_evaluation(question, report=report, out=out, save_tallies=save_tallies, as_json=as_json)
    ctx.exit(0)


def _check_task(
    task: str, *, numbers: dict[str, tuple[str, ...]], classes: dict[str, object]
) -> None:
    """Raise for options of the other task."""
    other = classes if task == "regression" else numbers
    given = [option for option, value in other.items() if value not in (None, ())]
    if given:
        of = "classification" if task == "regression" else "regression: add --task regression"
        raise click.UsageError(f"{given[0]} is an option of {of}.")
