"""Options that take every word up to the next option."""

import click
import pytest
from click.testing import CliRunner

from calibrant.cli.several_values import SeveralValues


@click.command(cls=SeveralValues)
@click.argument("file")
@click.option("--names", multiple=True, metavar="COLUMN...")
@click.option("--single", multiple=True)
@click.option("--flag", is_flag=True)
def command(file, names, single, flag):
    click.echo(repr((file, names, single, flag)))


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ("f --names a b c", ("f", ("a", "b", "c"), (), False)),
        ("f --names a b --flag", ("f", ("a", "b"), (), True)),
        ("--names a b --flag f", ("f", ("a", "b"), (), True)),
        ("f --names a --names b c", ("f", ("a", "b", "c"), (), False)),
        ("f --names=a --single s", ("f", ("a",), ("s",), False)),
        ("--names a --single s f", ("f", ("a",), ("s",), False)),
        ("--names a -- f", ("f", ("a",), (), False)),
        ("f", ("f", (), (), False)),
    ],
)
def test_words_up_to_the_next_option_are_taken(words, expected):
    result = CliRunner().invoke(command, words.split())
    assert result.exit_code == 0, result.output
    assert result.output.strip() == repr(expected)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ("f --names", "requires an argument"),
        ("f --names --flag", "requires an argument"),
        ("f --single a b", "unexpected extra argument"),
        ("--names a f", "Missing argument"),
    ],
)
def test_words_that_are_missing_or_too_many_are_told(words, message):
    result = CliRunner().invoke(command, words.split())
    assert result.exit_code == 2
    assert message in result.output
