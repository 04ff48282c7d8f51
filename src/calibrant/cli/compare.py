"""``calibrant compare``: its arguments, and the questions that they make."""

from pathlib import Path

import click

from calibrant.cli.options import comma_list

__all__ = ["compare"]


@click.command(short_help="Compare models' predictions of the same rows.")
@click.argument("files", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option("--label", metavar="COLUMN", help="Column of what came out.")
@click.option(
    "--prob",
    multiple=True,
    metavar="COLUMN",
    help="Probability of the positive class of two. Repeat it for every model.",
)
@click.option(
    "--prob-prefix",
    multiple=True,
    metavar="PREFIX",
    help="Columns PREFIX<class> hold the probabilities of the classes. Repeat it for every model.",
    show_default="columns that are called as the labels are",
)
@click.option("--positive", metavar="CLASS", help="The positive class of two.")
@click.option(
    "--classes",
    multiple=True,
    callback=comma_list,
    metavar="NAMES",
    help="All classes, where the labels do not hold all. Several with commas.",
)
@click.option("--logits", is_flag=True, help="The columns hold logits.")
@click.option("--id", "id_column", metavar="COLUMN", help="Names every row, in whatever order.")
@click.option("--clusters", metavar="COLUMN", help="Rows of one cluster may depend on each other.")
@click.option("--weights", metavar="COLUMN", help="How much each row counts.")
@click.option("--baseline", metavar="MODEL", help="Compare all others with this one alone.")
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
def compare(
    files: tuple[Path, ...],
    *,
    label: str | None,
    prob: tuple[str, ...],
    prob_prefix: tuple[str, ...],
    positive: str | None,
    classes: tuple[str, ...],
    logits: bool,
    id_column: str | None,
    clusters: str | None,
    weights: str | None,
    baseline: str | None,
    normalize: bool,
    skip_unlabelled: bool,
    metrics: tuple[str, ...],
    delimiter: str | None,
    encoding: str | None,
    decimal: str | None,
    level: float,
    as_json: bool,
    out: Path | None,
) -> None:
    """Compare models' predictions of the same rows.

    Told are differences with intervals and p values. FILES are text, Parquet or NPZ files of
    predictions as 'evaluate' reads them, one for each model; or one file with columns of
    several models. Rows must be the same in all, in the same order or by --id. Three models or
    more are compared in all pairs, or with a --baseline, and p values allow for how many there
    are.

    calibrant compare a.csv b.csv --label truth --prob-prefix p_ --positive yes

    calibrant compare a.parquet b.parquet c.parquet --label species --id row --baseline a

    calibrant compare both.csv --label truth --prob p_old --prob p_new --positive yes
    """
    if prob and prob_prefix:
        raise click.UsageError("Give --prob or --prob-prefix, not both.")
    columns = prob or prob_prefix
    n_models = max(len(files), len(columns))
    if n_models < 2:
        option = "--prob or --prob-prefix twice"
        raise click.UsageError(f"Name two files or more, or one and {option}.")
    if len(files) not in (1, n_models) or len(columns) not in (0, 1, n_models):
        got = f"{len(files)} files and {len(columns)} columns or prefixes"
        raise click.UsageError(f"Give one file, or one column, or as many of both; got {got}.")
    from calibrant.cli.comparing import run_comparison  # noqa: PLC0415 -- torch loads here
    from calibrant.data.read import Reading  # noqa: PLC0415
    from calibrant.pipeline.prediction_source import Question  # noqa: PLC0415

    places = files if len(files) == n_models else files * n_models
    named = (columns if len(columns) == n_models else columns * n_models) or (None,) * n_models
    questions = [
        Question(
            path=path,
            reading=Reading("\t" if delimiter == "tab" else delimiter, encoding, decimal),
            label=label,
            prob=column if prob else None,
            prob_prefix=column if prob_prefix else None,
            positive=positive,
            classes=classes,
            form="logits" if logits else "probs",
            weights=weights,
            normalize=normalize,
            skip_unlabelled=skip_unlabelled,
            metrics=metrics,
            level=level,
        )
        for path, column in zip(places, named, strict=True)
    ]
    models = dict(zip(_names(places, named), questions, strict=True))
    if len(models) < n_models:
        raise click.UsageError("Every model must be another file or column; one stands twice.")
    run_comparison(
        models,
        id_column=id_column,
        clusters=clusters,
        baseline=baseline,
        out=out,
        as_json=as_json,
    )


def _names(files: tuple[Path, ...], columns: tuple[str | None, ...]) -> list[str]:
    """Names of the models: of their columns in one file, else of their files."""
    if len(set(files)) == 1:
        return [str(column) for column in columns]
    stems = [path.stem for path in files]
    return stems if len(set(stems)) == len(stems) else [str(path) for path in files]
