"""``calibrant calibrate`` and ``calibrant apply`` as they are typed."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import calibrant as cal
from calibrant.cli.main import program


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Folder with files of predictions that are too sure, which is the current one."""
    rng = np.random.default_rng(0)
    names = np.array(["oak", "ash", "elm"])
    for file in ("validation", "test"):
        logits = rng.standard_normal((600, 3)) * 1.5
        labels = names[(logits + rng.gumbel(size=logits.shape)).argmax(axis=1)]
        odds = np.exp(3 * logits)
        table = pd.DataFrame(
            odds / odds.sum(axis=1, keepdims=True), columns=[f"p_{n}" for n in names]
        )
        table.insert(0, "id", np.arange(600))
        table["truth"] = labels
        table.to_csv(tmp_path / f"{file}.csv", index=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(program, arguments)


FIT = ("calibrate", "validation.csv", "--label", "truth", "--prob-prefix", "p_")
APPLY = ("apply", "test.csv", "--prob-prefix", "p_", "--calibrator", "c")


def fitted(*more):
    result = run(*FIT, "--method", "temperature", "--out", "c", *more)
    assert result.exit_code == 0, result.output
    return result


@pytest.mark.usefixtures("folder")
def test_calibrator_is_kept_and_its_numbers_are_called_optimistic():
    result = fitted()
    assert "temperature 3." in result.output
    assert "after (optimistic)" in result.output
    assert "apply the calibrator to other rows" in result.output
    assert cal.load_calibrator("c").n == 600


@pytest.mark.usefixtures("folder")
def test_one_object_says_what_was_found():
    told = json.loads(fitted("--json").stdout)
    assert (told["method"], told["n"], told["out"]) == ("temperature", 600, "c")
    assert told["classes"] == ["oak", "ash", "elm"]
    measured = told["on_fit_rows"]
    assert measured["after"]["log_loss"]["value"] < measured["before"]["log_loss"]["value"]


@pytest.mark.usefixtures("folder")
def test_the_default_chooses_and_shows_the_candidates():
    result = run(*FIT)
    assert result.exit_code == 0, result.output
    assert "identity" in result.output
    assert "cross-validated" in result.output.lower()


def test_applied_rows_keep_their_columns_and_are_what_python_gives(folder):
    fitted()
    result = run(*APPLY, "--out", "out.parquet")
    assert result.exit_code == 0, result.output
    assert "600 rows calibrated: out.parquet" in result.output
    before, after = pd.read_csv("test.csv"), pd.read_parquet("out.parquet")
    assert list(after) == list(before)
    assert (after["truth"] == before["truth"]).all()
    columns = ["p_oak", "p_ash", "p_elm"]
    rows = cal.predictions(probs=before[columns].to_numpy())
    expected = cal.load_calibrator(folder / "c").transform(rows).probs
    np.testing.assert_array_equal(after[columns], expected)
    evaluated = run("evaluate", "out.parquet", "--label", "truth", "--prob-prefix", "p_", "--json")
    assert json.loads(evaluated.stdout)["metrics"]["log_loss"]["value"] < 0.9


@pytest.mark.usefixtures("folder")
def test_columns_may_be_added_and_text_written():
    fitted()
    result = run(*APPLY, "--out", "out.csv", "--add-prefix", "true_", "--json")
    assert json.loads(result.stdout)["columns"] == ["true_p_oak", "true_p_ash", "true_p_elm"]
    assert len(pd.read_csv("out.csv").columns) == 8


@pytest.mark.usefixtures("folder")
def test_rows_of_the_fit_are_calibrated_with_a_warning_and_others_without():
    fitted()
    own = run("apply", "validation.csv", *APPLY[2:], "--out", "own.csv")
    assert own.exit_code == 0, own.output
    assert "Warning: 600 of these 600 rows equal rows that the calibrator was fit" in own.stderr
    others = run(*APPLY, "--out", "others.csv")
    assert "Warning" not in others.output


@pytest.mark.usefixtures("folder")
def test_method_is_named_and_help_lists_every_one():
    assert "validation.csv: temperature, fitted on 600 rows: temperature 3." in fitted().output
    assert "Calibrator temperature: temperature 3." in run(*APPLY, "--out", "o.csv").output
    told = " ".join(run("calibrate", "--help").output.split())
    assert all(name in told for name in cal.calibrators.available())
    refused = run(*FIT, "--method", "per_group")
    assert refused.exit_code == 3
    assert "From Python use calibrant.calibrators.PerGroup" in refused.stderr


def test_a_class_that_never_came_out_is_noted(folder):
    table = pd.DataFrame({"p": [0.2, 0.4, 0.7, 0.9], "y": [1, 1, 1, 1]})
    table.to_csv(folder / "one.csv", index=False)
    result = run("calibrate", "one.csv", "--label", "y", "--prob", "p", "--method", "platt")
    assert result.exit_code == 0, result.output
    assert "Note: no row is of '0', so that the fit knows nothing" in result.output


def test_two_classes_may_stand_in_one_column(folder):
    table = pd.read_csv("test.csv")
    pd.DataFrame({"p": table["p_oak"], "y": np.where(table["truth"] == "oak", "yes", "no")}).to_csv(
        folder / "two.csv", index=False
    )
    two = ("two.csv", "--label", "y", "--prob", "p", "--positive", "yes")
    result = run("calibrate", *two, "--method", "temperature", "--out", "c")
    assert result.exit_code == 0, result.output
    result = run("apply", "two.csv", "--prob", "p", "--calibrator", "c", "--out", "done.csv")
    assert result.exit_code == 0, result.output
    probs = pd.read_csv("done.csv")["p"]
    assert ((probs >= 0) & (probs <= 1)).all()


@pytest.fixture
def two_classes(folder):
    """Folder with a calibrator of 'sick' against 'well', and rows stated by either."""
    table = pd.read_csv("test.csv")
    sick = table["p_oak"].clip(1e-6, 1 - 1e-6)
    truth = np.where(table["truth"] == "oak", "sick", "well")
    rows = pd.DataFrame({"sick": sick, "well": 1 - sick, "logit": np.log((1 - sick) / sick)})
    rows[:300].assign(truth=truth[:300]).to_csv(folder / "fit.csv", index=False)
    rows[300:].to_csv(folder / "new.csv", index=False)
    asked = ("fit.csv", "--label", "truth", "--prob", "sick", "--positive", "sick")
    result = run("calibrate", *asked, "--method", "platt", "--out", "two")
    assert result.exit_code == 0, result.output
    return folder


def applied(*options):
    result = run("apply", "new.csv", *options, "--calibrator", "two", "--out", "o.csv", "--force")
    assert result.exit_code == 0, result.output
    return pd.read_csv("o.csv")


@pytest.mark.usefixtures("two_classes")
def test_the_column_of_the_other_class_is_calibrated_as_that_class():
    sick = applied("--prob", "sick")["sick"]
    assert (applied("--prob", "sick", "--positive", "sick")["sick"] == sick).all()
    well = applied("--prob", "well", "--positive", "well")["well"]
    np.testing.assert_allclose(well, 1 - sick, atol=1e-12)
    logits = applied("--prob", "logit", "--logits", "--positive", "WELL")["logit"]
    np.testing.assert_allclose(logits, 1 - sick, atol=1e-9)
    assert abs(applied("--prob", "well", "--positive", "sick")["well"] - well).max() > 0.1


@pytest.mark.usefixtures("two_classes")
def test_columns_of_both_classes_need_no_positive_one():
    both = applied()
    np.testing.assert_allclose(both["sick"] + both["well"], 1)
    assert applied("--positive", "well").equals(both)
    assert applied("--classes", "sick,well").equals(both)


def test_classes_are_told_where_the_calibrator_has_no_names(two_classes):
    cal.load_calibrator("two").save(two_classes / "two", force=True)
    asked = ("--prob", "well", "--positive", "well")
    bare = run("apply", "new.csv", *asked, "--calibrator", "two", "--out", "o.csv")
    assert bare.exit_code == 3
    assert "Name its classes in their order: --classes." in bare.output
    well = applied(*asked, "--classes", "well,sick")["well"]
    np.testing.assert_allclose(well, 1 - applied("--prob", "sick")["sick"], atol=1e-12)


@pytest.mark.usefixtures("two_classes")
@pytest.mark.parametrize(
    ("options", "code", "told"),
    [
        (("--positive", "ill"), 3, "must name a class; got 'ill'. The classes are 'well', 'sick'."),
        (("--classes", "a,b"), 3, "must name those of the calibrator; got 'a', 'b'. They are"),
        (("--classes", "well"), 3, "must name those of the calibrator; got 'well'. They are"),
        (("--label", "nosuch"), 2, "No such option"),
        (("--weights", "nosuch"), 2, "No such option"),
        (("--skip-unlabelled",), 2, "No such option"),
    ],
)
def test_what_cannot_be_applied_is_refused(options, code, told):
    result = run(
        "apply", "new.csv", "--prob", "sick", *options, "--calibrator", "two", "--out", "o.csv"
    )
    assert result.exit_code == code, result.output
    assert told in result.output


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        ((*FIT, "--method", "temprature"), 3, "Did you mean temperature"),
        ((*FIT, "--method", "temperature", "--out", "c"), 3, "already exists"),
        ((*FIT[:3], "nothing"), 3, "nothing"),
        (("calibrate",), 2, "FILE"),
        ((*APPLY[:-1], "test.csv", "--out", "o.csv"), 3, "hold a calibrator as calibrant saved it"),
        ((*APPLY, "--out", "o.txt"), 3, "end in one of"),
        ((*APPLY, "--out", "test.csv"), 3, "already exists"),
        ((*APPLY, "--out", "test.csv", "--force"), 3, "another file"),
        (("apply", "test.csv", "--calibrator", "c", "--out", "o.csv"), 3, "column for every class"),
        ((*APPLY, "--out", "o.csv", "--add-prefix", ""), 0, "rows calibrated"),
    ],
)
def test_what_is_wrong_is_said_in_a_line(arguments, code, told):
    fitted()
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert told in result.output
    assert "Traceback" not in result.output
