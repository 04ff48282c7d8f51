"""``calibrant evaluate`` as it is typed: tables for people, one object for programs, exit codes."""

import json
import re

import numpy as np
import pytest
from click.testing import CliRunner
from rich.console import Console

from calibrant.cli import evaluating, group_progress
from calibrant.cli.main import program


def run(*arguments):
    return CliRunner().invoke(program, ["evaluate", *arguments])


def read(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


MANY = ("many.csv", "--label", "truth", "--prob-prefix", "p_")
TWO = ("two.csv", "--label", "truth", "--prob", "p", "--positive", "yes")
NUMBERS = (
    "numbers.csv",
    "--task",
    "regression",
    "--label",
    "truth",
    "--predictions",
    "m1",
    "m2",
    "m3",
)


@pytest.mark.usefixtures("folder")
def test_metrics_are_printed_with_intervals_floors_and_notes():
    text = run(*TWO, "--losses", "ce, soft_f1(average=micro)").output
    assert "two.csv: 4 rows, 2 classes, 'yes' the positive one." in text
    assert "Columns not used: 'note'." in text
    assert "log_loss is infinite: 1 of 4 rows gives probability 0 to what came out." in text
    assert "ce is infinite: 1 of 4 rows gives" in text
    assert "soft_f1(average=micro)" in text
    assert "[0.3006 to 0.9544]" in text  # accuracy, 3 of 4
    assert "noise floor: what chance shows" in text
    assert re.search(r"\(0\.\d{4}\)", text)  # where a floor ends once in twenty


@pytest.mark.usefixtures("folder")
def test_one_object_holds_estimates_by_name():
    told = read(*TWO, "--losses", "ce")
    assert told["positive"] == "yes"
    assert told["metrics"]["accuracy"]["value"] == 0.75
    for infinite in (told["metrics"]["log_loss"], told["losses"]["ce"]):
        assert infinite["value"] is None
        assert infinite["reason"] == "infinite: 1 of 4 rows give probability 0 to what came out"
    assert told["unused_columns"] == ["note"]


@pytest.mark.usefixtures("folder")
def test_regression_takes_several_predictors_as_designed():
    told = read(*NUMBERS)
    assert list(told["predictors"]) == ["m1", "m2", "m3"]
    assert told["predictors"]["m1"]["mse"]["value"] == pytest.approx(2 / 3)  # (1 + 0 + 1) / 3
    commas = read(*NUMBERS[:5], "--predictions", "m1,m2", "--predictions", "m3")
    assert commas["predictors"] == told["predictors"]
    text = run(*NUMBERS, "--metrics", "mae, r2").output
    assert [word for word in ("m1", "m2", "m3", "mae", "r2") if word not in text] == []
    assert "mse" not in text


@pytest.mark.usefixtures("folder")
def test_arrays_and_tables_of_one_model_agree():
    table, arrays = read(*MANY)["metrics"], read("many.npz")["metrics"]
    assert table.keys() == arrays.keys()
    for name, estimate in table.items():
        assert arrays[name]["value"] == pytest.approx(estimate["value"], abs=1e-12), name


@pytest.mark.usefixtures("folder")
def test_metrics_and_level_are_those_asked_for():
    told = read(*MANY, "--metrics", "ece_10, brier", "--metrics", "accuracy", "--level", ".9")
    assert list(told["metrics"]) == ["ece_10", "brier", "accuracy"]
    assert told["metrics"]["brier"]["level"] == 0.9


@pytest.mark.parametrize("command", [MANY, TWO, NUMBERS], ids=["many", "two", "numbers"])
def test_report_and_object_are_written(command, folder):
    result = run(*command, "--report", "report.html", "--out", "metrics.json")
    assert result.exit_code == 0, result.output
    assert "Report: report.html" in result.output
    assert (folder / "report.html").read_text(encoding="utf-8").startswith("<!doctype html>")
    assert json.loads((folder / "metrics.json").read_text()) == read(*command)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ([], "Missing argument 'FILE'. Name it first"),
        (["--logits", "many.csv"], "Name it first"),
        ([*TWO, "--predictions", "p"], "--predictions is an option of regression"),
        ([*TWO, "--prob-prefix", "p"], "Give --prob or --prob-prefix, not both"),
        ([*TWO, "--probs", "p"], "only the arrays of an NPZ file have such names"),
        (["many.npz", "--probs", "a", "--logits"], "Give --logits or --probs, not both"),
        ([*TWO, "--task", "ranking"], "Invalid value for '--task'"),
    ],
)
def test_usage_errors_have_exit_code_2(arguments, message, folder):
    result = run(*arguments)
    assert result.exit_code == 2
    assert message in " ".join(result.output.split())
    assert sorted(path.name for path in folder.iterdir()) == FILES


FILES = ["many.csv", "many.npz", "numbers.csv", "two.csv"]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["absent.csv", "--label", "truth"], "absent.csv, which does not exist"),
        (TWO[:-2], "name the positive class of two; got the classes 'no', 'yes'"),
        ([*TWO, "--metrics", "acc"], "'calibrant metrics' lists all"),
        ([*TWO, "--metrics", "accuracy ece"], "Put commas between them: accuracy,ece."),
        ([*TWO, "--metrics", "mse"], "'mse', which is of numbers. Add --task regression"),
        ([*NUMBERS, "--metrics", "ece"], "'ece', which is of classes. Leave --task regression out"),
        ([*NUMBERS, "--metrics", "crps"], "The command line reads points alone"),
        ([*TWO, "--losses", "ce, focl"], "Did you mean focal"),
        ([*TWO, "--report", "two.csv"], "report must name a file of its own"),
        ([*TWO, "--report", "a", "--out", "a"], "out must name a file of its own"),
        ([*TWO, "--report", "no/such/folder.html"], "cannot write no/such/folder.html"),
        (["many.npz", "--logits"], "logits must name an array of the file"),
        ([*TWO, "--normalize"], "normalize must be left out but for probs by class"),
    ],
)
@pytest.mark.parametrize("as_json", [False, True])
def test_bad_input_is_one_line_with_exit_code_3(arguments, message, as_json, folder):
    out = [] if "--out" in arguments else ["--out", "metrics.json"]
    result = run(*arguments, *out, *(["--json"] if as_json else []))
    assert result.exit_code == 3, result.output
    assert result.stderr.startswith("calibrant: ")
    assert message in result.stderr
    assert sorted(path.name for path in folder.iterdir()) == FILES
    if as_json:
        failure = json.loads(result.stdout)["error"]
        assert failure["exit_code"] == 3
        assert message in failure["message"]


@pytest.mark.usefixtures("folder")
def test_groups_are_printed_and_told():
    result = run(*TWO, "--group-by", "note", "--metrics", "accuracy, brier_binary")
    lines = result.output.splitlines()
    at = lines.index("Groups by note, the probabilities:")
    assert lines[at + 1].split() == ["group", "rows", "accuracy", "brier_binary"]
    assert lines[at + 2].split() == ["a", "1", "1.0000", "0.0000"]
    told = read(*TWO, "--group-by", "note", "--metrics", "accuracy")
    assert told["metrics"]["groups"]["c"]["accuracy"]["value"] == 0
    assert told["grouped_by"] == "note"


def test_tallies_are_saved_and_evaluated(folder):
    result = run(*TWO, "--save-tallies", "two.tallies", "--metrics", "accuracy, ece_10")
    assert result.output.endswith("Tallies: two.tallies\n")
    told = read("two.tallies", "--metrics", "accuracy, ece_12")
    assert told["metrics"]["accuracy"]["value"] == 0.75
    assert told["positive"] == "yes"
    assert (folder / "two.tallies").exists()


def test_tallies_take_no_place_of_another_file(folder):
    result = run(*TWO, "--save-tallies", "two.csv")
    assert result.exit_code == 3
    assert "save-tallies must name a file of its own" in result.stderr
    assert (folder / "two.csv").read_text().startswith("truth")


@pytest.mark.usefixtures("folder")
def test_what_has_no_interval_says_why():
    lines = run(*TWO, "--metrics", "accuracy, positive_ece_sweep").output.splitlines()
    (row,) = (line for line in lines if "ece_sweep" in line)
    assert "no interval [1]" in row
    assert any(line.startswith("[1] the number of bins ") for line in lines)


@pytest.mark.usefixtures("folder")
def test_several_predictors_have_their_rows():
    lines = run(*NUMBERS, "--metrics", "mae").output.splitlines()
    (row,) = (line for line in lines if "mae" in line)
    assert row.split()[-2] == "3"


@pytest.mark.usefixtures("folder")
def test_groups_say_where_their_intervals_are_and_what_is_not_defined():
    text = run(*TWO, "--group-by", "note", "--metrics", "accuracy, auroc").output
    assert "not defined" in text
    assert "nan" not in text
    assert "Intervals and noise floors of every group: --json, or --out FILE." in text


@pytest.mark.usefixtures("folder")
def test_no_metric_at_all_is_a_usage_error():
    result = run(*TWO, "--metrics", "")
    assert result.exit_code == 2
    assert "names nothing" in result.stderr


@pytest.mark.usefixtures("folder")
def test_tallies_say_what_they_hold_where_they_lack_a_metric():
    run(*TWO, "--save-tallies", "two.tallies", "--metrics", "accuracy, log_loss")
    result = run("two.tallies", "--metrics", "auroc")
    assert result.exit_code == 3
    assert "They hold accuracy, " in result.stderr
    assert "log_loss" in result.stderr
    assert "Tally the rows again with it" in result.stderr
    assert "By default" not in result.stderr


def test_long_evaluations_tell_how_far_they_are(monkeypatch, capsys):
    seconds = iter([0.0, 0.0, 0.0, 4.0, 6.0, 7.0, 70.0])
    monkeypatch.setattr(group_progress.time, "monotonic", lambda: next(seconds))
    progress = group_progress.GroupProgress(Console(width=100))
    for done in range(1, 6):
        progress(done, 10)
    progress.stop()
    out = capsys.readouterr().out.splitlines()
    assert out == [
        "3 of 10 groups, about 14 seconds left",
        "5 of 10 groups, about 70 seconds left",
    ]


@pytest.mark.usefixtures("folder")
def test_tallies_remember_the_column_of_their_groups():
    asked = ("--group-by", "note", "--metrics", "accuracy")
    run(*TWO, "--save-tallies", "two.tallies", *asked)
    assert "Groups by note, the probabilities:" in run("two.tallies").output
    assert read("two.tallies")["grouped_by"] == "note"


def test_clusters_widen_the_intervals_of_rows_that_repeat(folder):
    generator = np.random.default_rng(3)
    lines = ["truth,p,patient"]
    for patient in range(30):
        prob, came = generator.uniform(), generator.integers(2)
        lines += [f"{['no', 'yes'][came]},{prob:.3f},P{patient}"] * 10
    (folder / "patients.csv").write_text("\n".join(lines) + "\n")
    file = ("patients.csv", "--label", "truth", "--prob", "p", "--positive", "yes")
    plain = read(*file, "--metrics", "brier_binary")["metrics"]["brier_binary"]
    told = read(*file, "--clusters", "patient", "--metrics", "brier_binary")
    found = told["metrics"]["brier_binary"]
    assert told["clusters"] == "patient"
    assert found["method"].startswith("clusters: ")
    assert found["high"] - found["low"] > 2 * (plain["high"] - plain["low"])
    result = run(*file, "--clusters", "nowhere")
    assert result.exit_code == 3
    assert "nowhere" in result.output


@pytest.mark.parametrize("option", ["--report", "--out", "--save-tallies"])
def test_place_that_cannot_be_written_is_told_before_anything_is_measured(
    folder, monkeypatch, option
):
    monkeypatch.setattr(evaluating, "evaluate_file", None)
    result = run(*TWO, option, "missing/file")
    assert result.exit_code == 3
    assert "cannot write missing/file: there is no folder missing" in result.stderr
    assert "is not a file" in run(*TWO, option, str(folder)).stderr
