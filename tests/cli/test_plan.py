"""``calibrant plan`` as it is typed."""

import json
from pathlib import Path

import numpy as np
import pytest
from click.testing import CliRunner

import calibrant as cal
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
        (["--width", "0"], 3, "--width must be a finite number above 0"),
        (
            ["--width", "0.1", "--metric", "nonsense"],
            3,
            "--metric must be known names; got 'nonsense'",
        ),
        (["--width", "0.1", "--power", "0.8"], 2, "--power go with --against"),
        ([], 2, "--width"),
    ],
)
def test_bad_input_ends_with_a_message_and_an_exit_code(pilot, options, code, words):
    result = run(*pilot, *options)
    assert result.exit_code == code, result.output
    assert words in result.output


@pytest.fixture
def other(pilot, tmp_path):
    """File of another model's predictions of the same rows."""
    lines = Path(pilot[0]).read_text().splitlines()
    blunt = [f"{0.5 + 0.6 * (float(p) - 0.5)!r},{y}" for p, y in map(_fields, lines[1:])]
    path = tmp_path / "other.csv"
    path.write_text("\n".join([lines[0], *blunt]) + "\n")
    return str(path)


def _fields(line):
    return line.split(",")


def test_a_difference_is_planned_from_the_files_of_two_models(pilot, other):
    rows = []
    for path in (pilot[0], other):
        lines = [_fields(line) for line in Path(path).read_text().splitlines()[1:]]
        probs, labels = [float(p) for p, _ in lines], [y for _, y in lines]
        rows.append(cal.predictions(probs=probs, labels=labels, class_names=["no", "yes"]))
    expected = cal.plan_difference(*rows, "brier_binary", difference=0.01, power=0.9)
    asked = [*pilot, "--against", other, "--metric", "brier_binary", "--power", "0.9"]
    told = json.loads(run(*asked, "--difference", "0.01", "--json").stdout)
    assert told["n"] == expected.n
    assert told["spread"] == pytest.approx(expected.spread)
    back = json.loads(run(*asked, "--rows", str(expected.n), "--json").stdout)
    assert back["difference"] == pytest.approx(0.01, rel=0.01)
    words = run(*pilot, "--against", other).output
    assert "300 rows, scored by both models, show a true difference of" in words
    assert "in log_loss" in words


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--difference", "-1"], 3, "--difference must be a finite number above 0"),
        (["--rows", "1"], 3, "--rows must be a whole number, 2 or more"),
        (["--power", "1"], 3, "--power must lie above 0.5"),
        (["--power", "2"], 3, "--power must lie above 0.5 and below 1; got 2.0"),
        (["--metric", "mce"], 3, "--metric must have a paired interval in the pilot"),
        (["--rows", "5", "--difference", "0.1"], 2, "--rows or neither"),
        (["--width", "0.1"], 2, "--rows or neither"),
    ],
)
def test_bad_differences_end_with_the_name_of_the_option(pilot, other, options, code, words):
    result = run(*pilot, "--against", other, *options)
    assert result.exit_code == code, result.output
    assert words in result.output


def test_rows_that_are_not_the_same_are_refused(pilot, other):
    lines = Path(other).read_text().splitlines()
    Path(other).write_text("\n".join(lines[:-5]) + "\n")
    result = run(*pilot, "--against", other)
    assert result.exit_code == 3, result.output
    assert "same" in result.output
    alone = run(*pilot, "--rows", "5", "--width", "0.1")
    assert (alone.exit_code, "--against" in alone.output) == (2, True)


def test_without_a_file_proportions_are_planned():
    told = json.loads(run("--width", "0.1", "--share", "0.9", "--json").stdout)
    assert told["n"] == cal.plan(metric="accuracy", width=0.1, share=0.9).n
    assert told["path"] is None
    assert run("--width", "0.1").output.startswith("381 rows give accuracy")


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        (["--width", "0.1", "--metric", "brier"], 3, "FILE must be given to plan brier"),
        (["--width", "0.1", "--share", "2"], 3, "--share must lie in [0, 1]"),
        (["--width", "0.1", "--label", "truth"], 2, "give one"),
        (["--against", "other.csv"], 2, "give FILE too"),
    ],
)
def test_what_no_file_can_tell_is_refused(options, code, words):
    result = run(*options)
    assert result.exit_code == code, result.output
    assert words in result.output


def test_clusters_of_a_file_are_planned_as_those_of_rows(pilot, other):
    rows = []
    for path in (pilot[0], other):
        lines = Path(path).read_text().splitlines()
        told = [f"{line},c{k // 5}" for k, line in enumerate(lines[1:])]
        Path(path).write_text("\n".join([f"{lines[0]},who", *told]) + "\n")
        fields = [_fields(line) for line in told]
        rows.append(
            cal.predictions(
                probs=[float(p) for p, *_ in fields],
                labels=[y for _, y, _ in fields],
                clusters=[c for *_, c in fields],
                class_names=["no", "yes"],
            )
        )
    asked = [*pilot, "--clusters", "who", "--json"]
    told = json.loads(run(*asked, "--metric", "accuracy", "--width", "0.05").stdout)
    expected = cal.plan(rows[0], "accuracy", width=0.05)
    assert (told["n"], told["n_clusters"]) == (expected.n, expected.n_clusters)
    told = json.loads(run(*asked, "--against", other).stdout)
    assert told["difference"] == pytest.approx(cal.plan_difference(*rows).difference)
    assert told["n_pilot_clusters"] == 60
