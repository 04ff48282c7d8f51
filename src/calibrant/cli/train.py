"""``calibrant train``: its arguments, and the recipe that they make."""

from pathlib import Path

import click

from calibrant.cli.network_settings import NETWORK_SETTINGS
from calibrant.cli.options import output_options
from calibrant.cli.settings_options import SettingsCommand, settings_given
from calibrant.cli.table_settings import TABLE_SETTINGS
from calibrant.pipeline.settings import Setting

__all__ = ["train"]


@click.command(cls=SettingsCommand, short_help="Train, calibrate and evaluate on a table.")
@click.argument("data", type=click.Path(path_type=Path), required=False)
@click.option(
    "--recipe",
    metavar="NAME",
    help="Recipe that calibrant ships to start from: default, or article.",
)
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    help="Recipe file (TOML) to start from; other options go before it.",
)
@output_options
@click.option(
    "--resume",
    is_flag=True,
    help="Go on where an interrupted run with this --out ended; the result is the same.",
)
@click.pass_context
def train(
    ctx: click.Context,
    data: Path | None,
    *,
    recipe: str | None,
    config: Path | None,
    out: Path | None,
    force: bool,
    as_json: bool,
    quiet: bool,
    resume: bool,
) -> None:
    """Train, calibrate and evaluate on a table.

    DATA is a text file with any delimiter, or a Parquet file. The run folder holds the report,
    the metrics before and after calibration, the predictions of the test rows, the model, and
    the recipe that gives the same numbers again. Ctrl-C during training keeps the best network
    so far; --resume goes on from there.

    calibrant train sales.csv --target sold --loss "0.5*ce + 0.5*soft_f1" --out run

    calibrant train --config run/recipe.toml --out again
    """
    given, options = settings_given(ctx)
    table = given.get("data")
    complete = data is not None and isinstance(table, dict) and "target" in table
    if config is None and not complete and not (resume and out is not None and data is None):
        raise click.UsageError("Give DATA and --target, or a recipe with --config.")
    if data is not None:
        given["data"] = {"path": str(data)} | (table if isinstance(table, dict) else {})
    from calibrant.cli.jobs import (  # noqa: PLC0415 -- torch loads here, not for --help
        Asked,
        run_training,
    )

    asked = Asked(recipe, config, _replacing(given), options)
    ctx.exit(run_training(asked, out, force=force, resume=resume, as_json=as_json, quiet=quiet))


train.params[1:1] = (*TABLE_SETTINGS, *NETWORK_SETTINGS)


def _replacing(given: dict[str, Setting]) -> dict[str, Setting]:
    """Settings that were `given`, with None for what of a recipe they make void.

    Another table has another hash, and of the two ways to say what is positive, and of the ways
    to split, one excludes the others.
    """
    void: dict[str, dict[str, Setting]] = {}
    data, split = given.get("data"), given.get("split")
    if isinstance(data, dict):
        void["data"] = {
            other: None
            for name, other in (
                ("path", "sha256"),
                ("positive", "positive_above"),
                ("positive_above", "positive"),
            )
            if name in data
        }
    if isinstance(split, dict):
        ways = {"column", "group", "time"}
        if ways & set(split):
            void["split"] = dict.fromkeys(ways)
    return {
        name: {**void.get(name, {}), **value} if isinstance(value, dict) else value
        for name, value in given.items()
    }
