"""The program: light help, telling failures."""

import io
import json
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner
from rich.console import Console

from calibrant.cli.failures import exit_code, telling_failures
from calibrant.cli.main import COMMANDS, main, program
from calibrant.errors import FitError, InputError, OutputError

SRC = Path(__file__).parents[2] / "src"
HEAVY = {"torch", "numpy", "pandas", "sklearn", "pyarrow", "rich", "scipy", "pydantic"}


def modules_after(*arguments):
    """Modules that are loaded when the program has run with `arguments`."""
    code = (
        "import sys\n"
        "from calibrant.cli.main import program\n"
        "try:\n    program(sys.argv[1:], prog_name='calibrant')\n"
        "except SystemExit as end:\n    assert end.code == 0, end.code\n"
        "print('MODULES', *sorted(sys.modules))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        env={"PYTHONPATH": str(SRC)},
        capture_output=True,
        text=True,
        check=True,
    )
    text, _, names = done.stdout.partition("MODULES ")
    return text, set(names.split())


@pytest.mark.parametrize(
    "arguments", [["--help"], ["train", "--help"], ["demo", "--help"], ["losses"], ["metrics"]]
)
def test_help_and_lists_load_nothing_heavy(arguments):
    text, modules = modules_after(*arguments)
    assert text
    assert modules & HEAVY == set()


def test_help_lists_every_command_with_the_line_of_the_command_itself():
    text = CliRunner().invoke(program, ["--help"]).output
    context = click.Context(program)
    for name, entry in COMMANDS.items():
        assert f"{name} " in text
        command = program.get_command(context, name)
        assert command is not None
        assert command.name == name
        assert command.get_short_help_str(limit=1000) == entry.summary
        assert (command.help or "").splitlines()[0] == entry.summary


def test_version_is_that_of_the_package():
    result = CliRunner().invoke(program, ["--version"])
    assert result.exit_code == 0
    assert result.output.startswith("calibrant, version ")


def test_an_unknown_command_is_a_usage_error():
    assert CliRunner().invoke(program, ["trian"]).exit_code == 2


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (InputError("a", "be b", "c", "D."), 3),
        (OutputError("cannot write x"), 3),
        (FitError("no optimum"), 4),
    ],
)
def test_each_error_has_its_exit_code(error, code):
    assert exit_code(error) == code


@click.command
@click.option("--json", "as_json", is_flag=True)
@click.pass_context
def failing(ctx, as_json):
    with telling_failures(ctx, as_json=as_json):
        raise ctx.obj


@pytest.mark.parametrize(
    ("error", "code", "message"),
    [
        (FitError("no optimum"), 4, "no optimum"),
        (OutputError("cannot write x"), 3, "cannot write x"),
        (KeyboardInterrupt(), 130, "interrupted; nothing was written"),
    ],
)
def test_a_failure_is_one_line_for_people_and_one_object_for_programs(error, code, message):
    plain = CliRunner().invoke(failing, [], obj=error)
    assert (plain.exit_code, plain.stdout) == (code, "")
    assert plain.stderr == f"calibrant: {message}\n"
    told = CliRunner().invoke(failing, ["--json"], obj=error)
    assert told.exit_code == code
    assert told.stderr == plain.stderr
    failure = json.loads(told.stdout)["error"]
    assert (failure["message"], failure["exit_code"]) == (message, code)


def test_an_error_that_is_not_ours_is_not_hidden():
    result = CliRunner().invoke(failing, [], obj=ZeroDivisionError())
    assert isinstance(result.exception, ZeroDivisionError)


def test_a_stream_that_lacks_a_letter_gets_an_escape(monkeypatch):
    stream = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr(sys, "stdout", stream)
    monkeypatch.setattr(sys, "argv", ["calibrant", "losses"])
    with pytest.raises(SystemExit):
        main()
    Console(file=stream, width=20).print("\u03b2 > 1")
    stream.flush()
    assert stream.buffer.getvalue().endswith(b"\\u03b2 > 1\n")


def test_a_usage_error_is_an_object_too_where_json_is_asked_for():
    result = CliRunner().invoke(program, ["train", "--json"])
    assert result.exit_code == 2
    assert json.loads(result.stdout)["error"]["type"] == "UsageError"
