"""Bad input: one clear line, exit code 3, and no folder."""

import pytest
from click.testing import CliRunner

from calibrant.cli.main import program

Rows = list[list[str]]


def target(value):
    """Change of the rows that gives all of them one target."""
    return lambda rows: [rows[0], *([*row[:3], value] for row in rows[1:])]


def header(*names):
    return lambda rows: [list(names), *rows[1:]]


def first_row(*fields):
    return lambda rows: [rows[0], list(fields), *rows[2:]]


def rare(rows):
    return [*rows[:-2], *([*row[:3], "maybe"] for row in rows[-2:])]


TABLES = {
    "no row": (lambda rows: rows[:1], [], "at least one row"),
    "one class": (target("yes"), [], "at least two classes"),
    "no target at all": (target(""), [], "all missing"),
    "a class with two rows": (rare, [], "at least 3 rows of every class"),
    "equal names": (header("code", "size", "size", "sold"), [], "'size' more than once"),
    "infinity": (first_row("i", "inf", "red", "no"), [], "1 in 'size' are no finite numbers"),
    "beyond float32": (first_row("i", "1e300", "red", "no"), [], "'size'"),
    "a ragged row": (first_row("i", "1", "no"), [], "row 2"),
    "no such target": (lambda rows: rows, ["--target", "slod"], "Did you mean 'sold'?"),
    "no such class": (lambda rows: rows, ["--positive", "perhaps"], "'no', 'yes'"),
    "no such split column": (lambda rows: rows, ["--split-column", "part"], "split_column"),
    "no such identifier": (lambda rows: rows, ["--keep", "cod"], "keep_identifiers"),
    "a cut of text": (lambda rows: rows, ["--positive-above", "1"], "must hold numbers"),
    "a number not cut": (lambda rows: rows, ["--target", "size"], "positive_above"),
    "a bad metric": (lambda rows: rows, ["--watch", "f1, ecee"], "'ecee'"),
}

OPTIONS = {
    "a bad loss": (["--loss", "0.5*cee"], "There are: ce, "),
    "no epoch": (["--epochs", "0"], "--epochs must be at least 1; got 0"),
    "a negative seed": (["--seed", "-1"], "--seed must be greater than or equal to 0; got -1"),
    "no such role": (["--role", "size=numbr"], "--role"),
    "a role of nothing": (["--role", "size"], "COLUMN=VALUE"),
    "no number": (["--hidden", "128,many"], "'many' is no number"),
    "a layer without its dropout": (["--hidden", "8"], "--dropout must hold one share"),
    "shares that do not add up": (["--sizes", "50,30,30"], "add up to 1; got 1.1"),
    "two ways to split": (["--group", "code", "--time", "size"], "group and time"),
    "no such recipe": (["--recipe", "artcle"], "Did you mean article?"),
    "a loss of classes": (["--task", "regression", "--loss", "ce"], "Point losses are: mse, mae"),
    "a loss of two numbers": (["--task", "regression", "--loss", "crps_normal"], "mean, variance"),
    "a loss of numbers": (["--loss", "mae"], "loss must be one of classes; got 'mae'"),
    "a cut for numbers": (["--task", "regression", "--positive-above", "1"], "positive_above"),
}


@pytest.mark.parametrize("case", OPTIONS)
def test_an_option_that_is_not_allowed_is_a_usage_error_that_names_it(case, options, tmp_path):
    more, message = OPTIONS[case]
    result = CliRunner().invoke(program, [*options, *more])
    assert result.exit_code == 2, result.output
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.mark.parametrize("case", TABLES)
def test_bad_input_is_told_and_nothing_is_written(case, table, rows, options, tmp_path):
    change, more, message = TABLES[case]
    table.write_text("".join(",".join(row) + "\n" for row in change(rows)))
    result = CliRunner().invoke(program, [*options, *more])
    assert result.exit_code == 3, result.output
    assert result.stderr.startswith("calibrant: ")
    assert message in result.stderr
    assert "Traceback" not in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xff\xfe\x00", b'a,"b\n1,2\n', b"PAR1"])
@pytest.mark.parametrize("suffix", [".csv", ".parquet"])
def test_a_file_that_is_no_table_is_bad_input(content, suffix, options, tmp_path):
    path = tmp_path / "data" / f"bad{suffix}"
    path.write_bytes(content)
    result = CliRunner().invoke(program, [options[0], str(path), *options[2:]])
    assert result.exit_code == 3, result.output
    assert result.stderr.startswith("calibrant: ")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["data"]


@pytest.mark.parametrize("name", ["absent.csv", "", "items.xlsx"])
def test_a_path_that_is_no_table_is_bad_input(name, options, tmp_path):
    (tmp_path / "data" / "items.xlsx").write_bytes(b"PK")
    result = CliRunner().invoke(program, [options[0], str(tmp_path / "data" / name), *options[2:]])
    assert result.exit_code == 3, result.output
    assert result.stderr.startswith("calibrant: ")


def test_a_folder_below_a_file_cannot_be_made(options, tmp_path):
    (tmp_path / "file").write_text("")
    result = CliRunner().invoke(program, [*options[:-1], str(tmp_path / "file" / "run")])
    assert result.exit_code == 3
    assert "file is not a folder" in result.stderr


def test_every_error_of_a_recipe_is_told_at_once(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text("sede = 3\n[data]\npath = 'a.csv'\n[training]\nmax_epochs = 0.5\n")
    result = CliRunner().invoke(program, ["train", "--config", str(path)])
    assert result.exit_code == 3
    for part in ("3 problems", "did you mean seed", "data.target is missing", "max_epochs"):
        assert part in result.stderr
