"""``calibrant plan`` as it is typed."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

from calibrant.cli.main import program


@pytest.fixture
def pilot(tmp_path):
    """Arguments that name a file of 300 predictions."""
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=300)
    labels = rng.uniform(size=300) < probs
    lines = [f"{p!r},{'yes' if y else 'no'}" for p, y in zip(probs.tolist(), labels, strict=True)]
    path = tmp_path / "pilot.csv"
    path.write_text("\n".join(["p,truth", *lines]) + "\n")
    return [str(path), "--label", "truth", "--prob", "p", "--positive", "yes"]


def run(*arguments):
    return CliRunner().invoke(program, ["plan", *arguments])


def test_plan_is_told_in_words_and_as_an_object(pilot):
    asked = [*pilot, "--metric", "brier", "--width", "0.05"]
    told = json.loads(run(*asked, "--json").stdout)
    assert told["n_pilot"] == 300
    assert f"{told['n']:,} rows give brier a 95 % interval 0.05 wide" in run(*asked).output


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--width", "0"], 3, "width must be a finite number above 0"),
        (
            ["--width", "0.1", "--metric", "nonsense"],
            3,
            "--metric must be known names; got 'nonsense'",
        ),
        ([], 2, "--width"),
    ],
)
def test_bad_input_ends_with_a_message_and_an_exit_code(pilot, options, code, words):
    result = run(*pilot, *options)
    assert result.exit_code == code, result.output
    assert words in result.output
