"""Options that say how a file of predictions is read, of all commands of one model."""

import pytest
from click.testing import CliRunner

from calibrant.cli.main import program

COMMANDS = {
    "evaluate": (),
    "certify": ("--levels", "0.5"),
    "calibrate": (),
    "apply": ("--calibrator", "c", "--out", "o.csv"),
    "plan": ("--width", "0.1"),
}


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("option", ["--prob", "--prob-prefix"])
def test_column_of_one_model_is_named_once(command, option):
    asked = (command, "rows.csv", option, "a", option, "b", *COMMANDS[command])
    result = CliRunner().invoke(program, asked)
    assert result.exit_code == 2, result.output
    assert f"Give {option} once; 'calibrant compare' takes several." in result.output
