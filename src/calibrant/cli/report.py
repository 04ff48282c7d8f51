"""``calibrant report``: its arguments."""

from pathlib import Path

import click

from calibrant.cli.options import comma_list

__all__ = ["report"]


@click.command(short_help="Write one page about a run, or about several.")
@click.argument("places", type=click.Path(path_type=Path), nargs=-1, required=True)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="HTML page to write.",
    show_default="report.html beside the file; of several, comparison.html beside the first",
)
@click.option("--force", is_flag=True, help="Replace an existing page.")
@click.option(
    "--names",
    multiple=True,
    callback=comma_list,
    metavar="NAMES",
    help="Names of the models, in their order. Several with commas.",
    show_default="those of the files and folders",
)
@click.option(
    "--reference",
    metavar="MODEL",
    help="The model that all others are compared with.",
    show_default="the first",
)
@click.option(
    "--metrics",
    multiple=True,
    callback=comma_list,
    metavar="NAMES",
    help="Metrics of several models; see 'metrics'. Several with commas.",
    show_default="the usual ones",
)
@click.option(
    "--independent",
    is_flag=True,
    help="Models that are not of the same rows are of other rows, of other units.",
)
@click.option("--level", type=float, help="Of the intervals.", show_default="that of a run; 0.95")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")
@click.pass_context
def report(
    ctx: click.Context,
    places: tuple[Path, ...],
    *,
    out: Path | None,
    force: bool,
    names: tuple[str, ...],
    reference: str | None,
    metrics: tuple[str, ...],
    independent: bool,
    level: float | None,
    as_json: bool,
) -> None:
    """Write one page about a run, or about several.

    PLACES are run folders of 'train', tallies of 'evaluate --save-tallies', or evaluations of
    Evaluation.to_json, in any mix. Of one, its report is written; a run folder has its own,
    which is copied to --out. Of several, a page sets them side by side: metrics, differences
    from the first or from --reference, what each is better for, and what differs in how they
    were made. Runs on the same test rows are compared row by row; others by their intervals.

    calibrant report march.tallies

    calibrant report runs/old runs/new --out comparison.html

    calibrant report a.tallies b.tallies c.json --names old,new,peer --reference old
    """
    if len(places) == 1:
        given = {
            "--names": names,
            "--reference": reference,
            "--metrics": metrics,
            "--independent": independent or None,
        }
        for option, value in given.items():
            if value not in (None, ()):
                raise click.UsageError(f"{option} is an option of several models; one was named.")
    from calibrant.cli.reporting import run_comparison, run_report  # noqa: PLC0415 -- torch loads

    if len(places) == 1:
        run_report(places[0], out, force=force, level=level, as_json=as_json)
    else:
        run_comparison(
            places,
            out,
            force=force,
            names=names,
            reference=reference,
            metrics=metrics,
            independent=independent,
            level=level,
            as_json=as_json,
        )
    ctx.exit(0)
