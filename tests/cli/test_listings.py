"""What exists, by name."""

import json

import pytest
from click.testing import CliRunner

from calibrant.cli.main import program
from calibrant.losses.registry import available as losses
from calibrant.metrics.registry import available as metrics


@pytest.mark.parametrize(("command", "entries"), [("losses", losses()), ("metrics", metrics())])
def test_every_name_is_listed(command, entries):
    text = CliRunner().invoke(program, [command])
    assert text.exit_code == 0
    assert [name for name in entries if name not in text.output] == []
    told = CliRunner().invoke(program, [command, "--json"])
    assert list(json.loads(told.output)) == list(entries)
