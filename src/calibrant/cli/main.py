"""The program ``calibrant``: its commands by name, each loaded when it is called."""

import os
import sys
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from io import TextIOWrapper

import click

from calibrant.cli.failures import telling_failures
from calibrant.kernel.library import told

__all__ = ["COMMANDS", "CommandEntry", "main", "program"]


@dataclass(frozen=True, slots=True)
class CommandEntry:
    """Where a command is defined, and its line in the list of commands."""

    module: str
    attribute: str
    summary: str


COMMANDS = {
    "demo": CommandEntry("calibrant.cli.demo", "demo", "Run the whole pipeline on embedded data."),
    "train": CommandEntry(
        "calibrant.cli.train", "train", "Train, calibrate and evaluate on a table."
    ),
    "predict": CommandEntry(
        "calibrant.cli.predict", "predict", "Predict with a trained run on new rows."
    ),
    "evaluate": CommandEntry(
        "calibrant.cli.evaluate", "evaluate", "Evaluate predictions that any system has made."
    ),
    "certify": CommandEntry(
        "calibrant.cli.certify", "certify", "Say what came out where at least so much was stated."
    ),
    "calibrate": CommandEntry(
        "calibrant.cli.calibrate", "calibrate", "Fit a calibrator to labelled predictions."
    ),
    "apply": CommandEntry(
        "calibrant.cli.calibrate", "apply", "Calibrate predictions with a fitted calibrator."
    ),
    "compare": CommandEntry(
        "calibrant.cli.compare", "compare", "Compare models' predictions of the same rows."
    ),
    "report": CommandEntry(
        "calibrant.cli.report", "report", "Write one page about a run, or about several."
    ),
    "plan": CommandEntry(
        "calibrant.cli.plan", "plan", "Say how many rows a metric needs to be known so well."
    ),
    "losses": CommandEntry("calibrant.cli.listings", "losses", "List the losses, or explain one."),
    "metrics": CommandEntry(
        "calibrant.cli.listings", "metrics", "List the metrics, or explain one."
    ),
}


class LazyGroup(click.Group):
    """Group whose help reads `COMMANDS` alone, and which loads a command to run it."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 -- as click calls it
        """See `click.Group.list_commands`."""
        return list(COMMANDS)

    def get_command(
        self,
        ctx: click.Context,  # noqa: ARG002 -- as click calls it
        cmd_name: str,
    ) -> click.Command | None:
        """See `click.Group.get_command`."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        command = getattr(import_module(entry.module), entry.attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.module}.{entry.attribute} is no command")
        return command

    def format_commands(
        self,
        ctx: click.Context,  # noqa: ARG002 -- as click calls it
        formatter: click.HelpFormatter,
    ) -> None:
        """See `click.Group.format_commands`."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, entry.summary) for name, entry in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> object:
        """See `click.Group.invoke`; every failure of ours ends here, in one line."""
        with telling_failures(ctx, as_json="--json" in ctx.args):
            return super().invoke(ctx)


def _tell_version(
    ctx: click.Context,
    param: click.Parameter,  # noqa: ARG001 -- as click calls it
    is_asked: bool,  # noqa: FBT001
) -> None:
    """Print the version of calibrant and what computes its sums, and exit."""
    if not is_asked or ctx.resilient_parsing:
        return
    click.echo(f"calibrant, version {version('calibrant')}")
    click.echo(f"sums over rows: {told()}")
    ctx.exit()


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    *("--version", "is_asked"),
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_tell_version,
    help="Show the version, and what adds up the rows.",
)
def program() -> None:
    """Train classifiers with the loss you mean, and make their probabilities true.

    Exit codes: 0 good, 2 usage, 3 bad input or output, 4 no fit,
    130 interrupted.
    """


def main() -> None:
    """Run the program and exit; what a stream cannot encode is written as an escape.

    After a failure the process ends at once: a thread of the reader that still waits for Python
    would end it in another way, with another exit code.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        program(prog_name="calibrant")
    except SystemExit as ended:
        if isinstance(ended.code, int) and ended.code and "pyarrow" in sys.modules:
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(ended.code)
        raise
