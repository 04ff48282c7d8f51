"""Options that say how a file of predictions is read, for commands that ask one thing of it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import wraps
from pathlib import Path

import click

from calibrant.cli.options import comma_list, given_once

__all__ = [
    "PredictionFile",
    "clusters_option",
    "pilot_options",
    "prediction_options",
    "unlabelled_options",
]

Adds = Callable[[Callable[..., None]], Callable[..., None]]  # an option, as a decorator


@dataclass(frozen=True, slots=True, kw_only=True)
class PredictionFile:
    """A file of predictions, or of tallies, and what was said of it."""

    path: Path
    label: str | None
    prob: str | None
    positive: str | None
    prob_prefix: str | None
    classes: tuple[str, ...]
    logits: bool
    weights: str | None
    normalize: bool
    skip_unlabelled: bool
    delimiter: str | None
    encoding: str | None
    decimal: str | None
    clusters: str | None = None


def prediction_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add FILE and the options of reading it to a command, which gets a `PredictionFile` first."""
    return _with_options(command, click.argument("file", type=click.Path(path_type=Path)))


def unlabelled_options(command: Callable[..., None]) -> Callable[..., None]:
    """As `prediction_options`, without those of labels and of the weights of rows."""
    file = click.argument("file", type=click.Path(path_type=Path))
    options = [one for one in OPTIONS if one not in (LABEL, WEIGHTS, SKIP_UNLABELLED)]
    return _with_options(command, file, options)


def pilot_options(command: Callable[..., None]) -> Callable[..., None]:
    """As `prediction_options`, with a FILE that may be left out: the command then gets None."""
    file = click.argument("file", type=click.Path(path_type=Path), required=False)
    return _with_options(command, file)


def clusters_option(command: Callable[..., None]) -> Callable[..., None]:
    """Add the column of clusters, which the `PredictionFile` then names."""
    return click.option(
        "--clusters",
        metavar="COLUMN",
        help="Patient or product, whose rows depend on each other.",
    )(command)


def _with_options(
    command: Callable[..., None], file_argument: Adds, options: Sequence[Adds] | None = None
) -> Callable[..., None]:
    """Command with FILE and `options`, all of them if None."""

    @wraps(command)
    def told(
        *,
        file: Path | None,
        prob: str | None,
        positive: str | None,
        prob_prefix: str | None,
        classes: tuple[str, ...],
        logits: bool,
        normalize: bool,
        delimiter: str | None,
        encoding: str | None,
        decimal: str | None,
        label: str | None = None,
        weights: str | None = None,
        skip_unlabelled: bool = False,
        clusters: str | None = None,
        **others: object,
    ) -> None:
        if prob is not None and prob_prefix is not None:
            raise click.UsageError("Give --prob or --prob-prefix, not both.")
        if file is None:
            if label or prob or prob_prefix or positive or weights or clusters:
                raise click.UsageError("Columns are named of a FILE: give one.")
            command(None, **others)
            return
        asked = PredictionFile(
            path=file,
            label=label,
            prob=prob,
            positive=positive,
            prob_prefix=prob_prefix,
            classes=classes,
            logits=logits,
            weights=weights,
            normalize=normalize,
            skip_unlabelled=skip_unlabelled,
            delimiter="\t" if delimiter == "tab" else delimiter,
            encoding=encoding,
            decimal=decimal,
            clusters=clusters,
        )
        command(asked, **others)

    whole: Callable[..., None] = told
    for option in reversed((file_argument, *(OPTIONS if options is None else options))):
        whole = option(whole)
    return whole


LABEL: Adds = click.option("--label", metavar="COLUMN", help="Column of what came out.")
WEIGHTS: Adds = click.option("--weights", metavar="COLUMN", help="How much each row counts.")
SKIP_UNLABELLED: Adds = click.option(
    "--skip-unlabelled", is_flag=True, help="Leave rows without a label out."
)
OPTIONS: tuple[Adds, ...] = (
    LABEL,
    click.option(
        "--prob",
        multiple=True,
        callback=given_once,
        metavar="COLUMN",
        help="Probability of the positive class of two.",
    ),
    click.option("--positive", metavar="CLASS", help="The positive class of two."),
    click.option(
        "--prob-prefix",
        multiple=True,
        callback=given_once,
        metavar="PREFIX",
        help="Columns PREFIX<class> hold the probabilities of the classes.",
        show_default="columns that are called as the labels are",
    ),
    click.option(
        "--classes",
        multiple=True,
        callback=comma_list,
        metavar="NAMES",
        help="All classes, where the labels do not hold all. Several with commas.",
    ),
    click.option("--logits", is_flag=True, help="The columns hold logits."),
    WEIGHTS,
    click.option(
        "--normalize", is_flag=True, help="Divide the probabilities of a row by their sum."
    ),
    SKIP_UNLABELLED,
    click.option(
        "--delimiter",
        metavar="CHARACTER",
        help="Between the fields of a text file: one character, or tab.",
        show_default="found out",
    ),
    click.option("--encoding", help="Of a text file, such as utf-8.", show_default="found out"),
    click.option(
        "--decimal",
        type=click.Choice([".", ","]),
        help="Decimal mark of a text file.",
        show_default="found out",
    ),
)
