"""``calibrant certify`` as it is typed: sentences for people, one object for programs."""

import json

import numpy as np
import pytest
from click.testing import CliRunner

import calibrant as cal
from calibrant.cli.main import program


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Folder with a file of predictions, which is the current one."""
    rng = np.random.default_rng(0)
    probs = rng.beta(2, 1, size=500)
    labels = rng.uniform(size=500) < probs
    lines = [f"{p!r},{'yes' if y else 'no'}" for p, y in zip(probs.tolist(), labels, strict=True)]
    (tmp_path / "two.csv").write_text("\n".join(["p,truth", *lines]) + "\n")
    cal.tally(cal.predictions(probs=probs, labels=labels.astype(int))).save(
        tmp_path / "two.tallies"
    )
    monkeypatch.chdir(tmp_path)
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(program, ["certify", *arguments])


TWO = ("two.csv", "--label", "truth", "--prob", "p", "--positive", "yes", "--view", "positive")


@pytest.mark.usefixtures("folder")
def test_sentences_are_printed_level_by_level():
    result = run(*TWO, "--levels", "0.8,0.9")
    assert result.exit_code == 0, result.output
    assert "two.csv: 500 rows. Intervals hold at 95 % for all 2 levels at once." in result.output
    assert "where it says at least 80 %," in result.output
    assert "one by one" in run(*TWO, "--levels", "0.8,0.9", "--one-by-one").output


@pytest.mark.usefixtures("folder")
def test_object_and_saved_tallies_say_the_same():
    told, read = (
        json.loads(run(*arguments, "--json").stdout)["claims"]
        for arguments in (TWO, ("two.tallies", "--view", "positive"))
    )
    assert len(told) == 7
    assert [c["low"] for c in told] == [c["low"] for c in read]


BAD = {
    ("--levels", "high"): (2, "must be numbers with commas between"),
    ("--levels", "1.5"): (3, "levels must be numbers above 0 and below 1; got 1.5"),
    ("--view", "maybe"): (3, "view must be top_label, positive or a class, no, yes; got 'maybe'"),
    ("--prob-prefix", "p_"): (2, "Give --prob or --prob-prefix, not both"),
    ("--label", "nothing"): (3, "nothing"),
    ("--level", "2"): (3, "level must lie between 0 and 1"),
}


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize("options", BAD)
def test_bad_input_ends_with_a_message_and_an_exit_code(options):
    code, words = BAD[options]
    result = run(*TWO, *options)
    assert result.exit_code == code, result.output
    assert words in result.output


@pytest.mark.usefixtures("folder")
def test_missing_file_is_told_as_an_object_too():
    result = run("none.csv", "--label", "truth", "--json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["error"]["exit_code"] == 3


@pytest.mark.usefixtures("folder")
def test_clusters_are_those_of_a_column(folder):
    lines = (folder / "two.csv").read_text().splitlines()
    told = [f"{line},c{k // 25}" for k, line in enumerate(lines[1:])]
    (folder / "two.csv").write_text("\n".join([f"{lines[0]},who", *told]) + "\n")
    found = json.loads(run(*TWO, "--clusters", "who", "--json").stdout)
    fields = [line.split(",") for line in told]
    rows = cal.predictions(
        probs=[float(p) for p, *_ in fields],
        labels=[y for _, y, _ in fields],
        clusters=[c for *_, c in fields],
        class_names=["no", "yes"],
    )
    expected = cal.certificate(rows, view="positive").to_dict()
    assert found["claims"] == json.loads(json.dumps(expected["claims"]))
    assert any("clusters" in note for note in found["notes"])
    result = run("two.tallies", "--clusters", "who")
    assert (result.exit_code, "--clusters must name a column" in result.output) == (3, True)
