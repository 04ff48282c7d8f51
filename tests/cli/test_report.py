"""``calibrant report``: of one path its report, of several a page, and what is wrong, in a line."""

import json
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from click.testing import CliRunner
from pyarrow import parquet

import calibrant as cal
from calibrant.cli.main import program
from calibrant.pipeline import artifacts

pytestmark = pytest.mark.xdist_group("cli-report")  # they share the runs

RNG = np.random.default_rng(0)
TRUE = 1.5 * RNG.normal(size=300)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-TRUE)))
METRICS = ("--metrics", "log_loss,accuracy")


def run(*arguments):
    return CliRunner().invoke(program, ["report", *map(str, arguments)])


@pytest.fixture(scope="module")
def runs(tmp_path_factory) -> Path:
    """Folder with four runs: two on the same test rows, two on others, one of these of a number."""
    folder = tmp_path_factory.mktemp("runs")
    rng = np.random.default_rng(1)
    size = rng.normal(size=240)
    table = pa.table(
        {
            "size": size,
            "colour": [["red", "blue"][k % 2] for k in range(240)],
            "sold": np.where(size + rng.normal(size=240) > 0.5, "yes", "no"),
        }
    )
    parquet.write_table(table, folder / "items.parquet")
    base = ["train", str(folder / "items.parquet"), "--epochs", "2", "--quiet", "--no-baselines"]
    for name, more in {
        "ce": ["--target", "sold"],
        "focal": ["--target", "sold", "--loss", "focal"],
        "seed": ["--target", "sold", "--seed", "3"],
        "number": ["--target", "size", "--task", "regression"],
    }.items():
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(artifacts, "write", lambda path, _: path.write_text("a page") and ())
            result = CliRunner().invoke(program, [*base, *more, "--out", str(folder / name)])
        assert result.exit_code == 0, result.output
    return folder


@pytest.fixture
def saved(tmp_path, monkeypatch) -> Path:
    """Folder with tallies and an evaluation of two models."""
    monkeypatch.chdir(tmp_path)
    for name, factor in (("old", 2.0), ("new", 1.0)):
        rows = cal.predictions(logits=factor * TRUE, labels=LABELS)
        cal.tally(rows, ["log_loss", "accuracy", "ece"]).save(f"{name}.tallies")
        cal.evaluate(rows, ["log_loss", "accuracy"]).to_json(f"{name}.json")
    return tmp_path


def test_runs_on_the_same_rows_are_compared_as_the_library_does(runs, tmp_path):
    out = tmp_path / "c.html"
    result = run(runs / "ce", runs / "focal", *METRICS, "--out", out, "--json")
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    columns = [parquet.read_table(runs / n / "predictions.parquet") for n in ("ce", "focal")]
    rows = [
        cal.predictions(
            probs=np.column_stack([one[f"p_after_{name}"].to_numpy() for name in ("no", "yes")]),
            labels=[int(name == "yes") for name in one["label"].to_pylist()],
        )
        for one in columns
    ]
    found = cal.compare(
        {"focal": rows[1], "ce": rows[0]}, metrics=["log_loss", "accuracy"], baseline="ce"
    )
    assert told["reference"] == "ce"
    assert told["unpaired"] == {}
    for one, other in zip(told["differences"], found, strict=True):
        assert one["metric"] == other.metric
        assert one["difference"] == other.difference.to_dict()
    for name, model in zip(("ce", "focal"), told["models"], strict=True):
        record = json.loads((runs / name / "metrics.json").read_text())["after"]
        for metric in ("log_loss", "accuracy"):
            there = record[metric]["value"]
            assert model["metrics"][metric]["value"] == pytest.approx(there, abs=1e-6)
    page = out.read_text()
    assert told["verdict"][0] in page
    assert "focal" in page


def test_what_differs_in_the_recipes_is_told_and_the_rest_is_not(runs, tmp_path, read_page):
    run(runs / "ce", runs / "focal", *METRICS, "--out", tmp_path / "c.html")
    found = read_page((tmp_path / "c.html").read_text())
    rows = {
        row[0][0].strip(): [text.strip() for text, _ in row[1:]]
        for row in found.tables["recipes-table"]
    }
    assert rows["loss"] == ["ce", "focal"]
    assert "seed" not in rows
    assert "split.sizes" not in rows


def test_runs_on_other_rows_are_not_paired_and_the_page_says_so(runs, tmp_path):
    out = tmp_path / "c.html"
    result = run(runs / "ce", runs / "seed", *METRICS, "--out", out, "--json")
    told = json.loads(result.stdout)
    assert told["unpaired"] == {"seed": "they were tested on other rows"}
    assert {one["adjusted_p"] for one in told["differences"]} == {None}
    assert "they were tested on other rows" in out.read_text()


@pytest.mark.usefixtures("saved")
def test_any_mix_makes_a_page_and_the_terminal_has_its_verdict(runs, saved):
    result = run("old.tallies", "new.tallies", "old.json", "--names", "a,b,c", *METRICS)
    assert result.exit_code == 0, result.output
    lines = result.stdout.splitlines()
    assert lines[0] == "Report: comparison.html"
    assert lines[1].startswith("In log loss, no evidence of a difference: b and c.")
    assert len(lines) == 4
    assert lines[1] in (saved / "comparison.html").read_text()
    result = run(runs / "number", "old.json", *METRICS, "--out", "mix.html")
    assert result.exit_code == 3
    assert "have the same classes; got numbers of number and 0, 1 of old" in result.stderr


@pytest.mark.usefixtures("saved")
def test_independent_rows_and_the_reference_are_told():
    two = ("old.tallies", "new.tallies", "--metrics", "log_loss")
    told = [
        json.loads(run(*two, "--out", f"{k}.html", "--json", *more).stdout)
        for k, more in enumerate(([], ["--independent"], ["--reference", "new"]))
    ]
    first, independent, turned = (one["differences"][0]["difference"] for one in told)
    assert independent["high"] - independent["low"] < first["high"] - first["low"]
    assert turned["value"] == pytest.approx(-first["value"])


def test_one_run_has_its_report_which_is_copied(runs, tmp_path):
    report = (runs / "ce" / "report.html").read_bytes()
    assert run(runs / "ce").stdout == f"Report: {runs / 'ce' / 'report.html'}\n"
    assert (runs / "ce" / "report.html").read_bytes() == report
    assert run(runs / "ce", "--out", tmp_path / "a.html").exit_code == 0
    assert (tmp_path / "a.html").read_bytes() == report


def test_a_run_without_its_report_or_at_another_level_gets_one_of_its_predictions(runs, tmp_path):
    copied = tmp_path / "ce"
    copied.mkdir()
    for name in ("metrics.json", "predictions.parquet", "recipe.toml"):
        (copied / name).write_bytes((runs / "ce" / name).read_bytes())
    assert run(copied).exit_code == 0
    page = (copied / "report.html").read_text()
    assert "sold, by the run ce" in page
    record = json.loads((copied / "metrics.json").read_text())["after"]["log_loss"]
    assert f"{record['value']:.4f}" in page
    other = run(runs / "ce", "--level", "0.9", "--out", tmp_path / "a.html")
    assert other.exit_code == 0, other.output
    assert "90 % interval" in (tmp_path / "a.html").read_text()
    assert run(runs / "ce", "--level", "0.9").exit_code == 3  # its report is there


def test_an_evaluation_keeps_its_level(saved):
    del saved
    result = run("old.json", "--level", "0.9")
    assert result.exit_code == 3
    assert "level must be that of the evaluation; got 0.9." in result.stderr


def test_rows_that_depend_on_each_other_count_as_one(tmp_path):
    rng = np.random.default_rng(4)
    size = np.repeat(np.linspace(-2, 2, 80), 3)
    sold = np.where(size + rng.normal(size=240) > 0, "yes", "no")
    parquet.write_table(pa.table({"size": size, "sold": sold}), tmp_path / "t.parquet")
    for loss in ("ce", "focal"):
        place = str(tmp_path / "t.parquet")
        train = ["train", place, "--target", "sold", "--loss", loss, "--epochs", "2"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(artifacts, "write", lambda path, _: path.write_text("a page") and ())
            made = CliRunner().invoke(
                program, [*train, "--no-baselines", "--quiet", "--out", str(tmp_path / loss)]
            )
        assert made.exit_code == 0, made.output
    table = parquet.read_table(tmp_path / "ce" / "predictions.parquet")
    units = table["unit"].to_numpy()
    assert len(np.unique(units)) == len(units) / 3
    two = (tmp_path / "ce", tmp_path / "focal")
    told = json.loads(run(*two, "--metrics", "log_loss", "--json").stdout)
    (one,) = told["differences"]
    assert one["difference"]["n_effective"] == pytest.approx(len(units) / 3)


@pytest.mark.parametrize("name", ["old.tallies", "old.json"])
def test_one_file_has_its_report_beside_it(saved, name):
    result = run(name, "--json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"out": "report.html"}
    assert "<h1>" in (saved / "report.html").read_text()
    assert "0.5" in (saved / "report.html").read_text()


@pytest.mark.usefixtures("saved")
def test_a_page_is_replaced_by_force_alone_and_an_input_never():
    Path("comparison.html").write_text("mine")
    again = run("old.tallies", "new.tallies", *METRICS)
    assert (again.exit_code, Path("comparison.html").read_text()) == (3, "mine")
    assert "already exists. Choose another file, or pass --force." in again.stderr
    assert run("old.tallies", "new.tallies", *METRICS, "--force").exit_code == 0
    assert "<html" in Path("comparison.html").read_text()
    own = run("old.tallies", "new.json", *METRICS, "--out", "new.json", "--force")
    assert own.exit_code == 3
    assert "out must name a file of its own; got new.json, which is read." in own.stderr
    cal.Evaluation.from_json("new.json")


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        ([], 2, "Missing argument"),
        (["old.json", "--names", "a"], 2, "--names is an option of several models"),
        (["old.json", "--independent"], 2, "--independent is an option of several models"),
        (["old.json", "nothing"], 3, "nothing must be a run folder, saved tallies or a saved"),
        (["old.json", "."], 3, "a folder without recipe.toml"),
        (["old.json", "text.csv"], 3, "text.csv must be a run folder, saved tallies or a saved"),
        (["old.json", "new.json", "--names", "a"], 3, "names must be 2; got 1"),
        (["old.json", "new.json", "--names", "a,a"], 3, "each stand for one model"),
        (["old.json", "new.json", "--reference", "x"], 3, "reference must be one of old, new"),
        (["old.json", "new.json", "--metrics", "nonsense"], 3, "--metrics must be known names"),
        (["old.json", "new.json", "--level", "2"], 3, "level must"),
        (["old.tallies", "new.json", "--metrics", "auroc"], 3, "auroc"),
        (["old.json", "cut.tallies"], 3, "cut.tallies must"),
    ],
)
def test_what_is_wrong_is_told_in_a_line_and_no_file_is_left(saved, arguments, code, words):
    Path("text.csv").write_text("a,b\n1,2\n")
    Path("cut.tallies").write_bytes(Path("old.tallies").read_bytes()[:-20])
    before = sorted(saved.iterdir())
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert words in result.stderr
    assert "Traceback" not in result.output
    if code == 3:
        assert len(result.stderr.splitlines()) == 1
    assert sorted(saved.iterdir()) == before


def test_a_run_folder_that_is_not_whole_is_refused(runs, tmp_path):
    for name in ("metrics.json", "predictions.parquet", "recipe.toml"):
        broken = tmp_path / f"without-{name}"
        broken.mkdir()
        for file in ("metrics.json", "predictions.parquet", "recipe.toml"):
            if file != name:
                (broken / file).write_bytes((runs / "ce" / file).read_bytes())
        result = run(runs / "ce", broken, "--out", tmp_path / "c.html")
        assert result.exit_code == 3, name
        assert len(result.stderr.splitlines()) == 1
        assert name in result.stderr
    assert not (tmp_path / "c.html").exists()


def test_numbers_of_evaluate_are_refused_and_what_to_pass_is_told(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("p.csv").write_text("p,y\n0.2,0\n0.7,1\n0.6,0\n", encoding="utf-8")
    asked = ["evaluate", "p.csv", "--prob", "p", "--label", "y", "--out", "found.json"]
    assert CliRunner().invoke(program, asked).exit_code == 0
    done = run("found.json")
    assert done.exit_code == 3
    assert "got the numbers of calibrant evaluate --out" in done.output
    assert "--save-tallies" in done.output
    assert not Path("report.html").exists()
