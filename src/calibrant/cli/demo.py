"""``calibrant demo``: its arguments."""

from pathlib import Path
from typing import Literal

import click

from calibrant.cli.options import output_options

__all__ = ["demo"]


@click.command(short_help="Run the whole pipeline on embedded data.")
@click.option(
    "--dataset",
    type=click.Choice(["retail", "breast_cancer", "digits"]),
    default="retail",
    show_default=True,
    help="A generated table whose true probabilities are known, or real data.",
)
@click.option(
    "--seed",
    type=click.IntRange(min=0),
    default=0,
    show_default=True,
    help="Of the generated rows, the split and the training.",
)
@output_options
@click.pass_context
def demo(
    ctx: click.Context,
    *,
    dataset: Literal["retail", "breast_cancer", "digits"],
    seed: int,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
) -> None:
    """Run the whole pipeline on embedded data.

    Nothing is fetched and nothing opened. The run folder holds the table too. On generated
    rows the true calibration error is shown beside its estimate.
    """
    from calibrant.cli.jobs import run_demo  # noqa: PLC0415 -- torch loads here, not for --help

    ctx.exit(run_demo(dataset, out, seed=seed, force=force, as_json=as_json, quiet=quiet))
