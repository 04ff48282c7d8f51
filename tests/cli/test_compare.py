"""``calibrant compare``: files or columns of several models, and what is wrong with them, told."""

import json

import numpy as np
import pandas as pd
import pytest
from click.testing import CliRunner

import calibrant as cal
from calibrant.cli.main import program

RNG = np.random.default_rng(0)
TRUE = 1.5 * RNG.normal(size=200)
LABELS = RNG.binomial(1, 1 / (1 + np.exp(-TRUE)))
PROBS = {
    "old": 1 / (1 + np.exp(-(TRUE + RNG.normal(size=200)))),
    "new": 1 / (1 + np.exp(-TRUE)),
    "odd": 1 / (1 + np.exp(-TRUE / 3)),
}


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Folder with a file of every model, and one of all."""
    monkeypatch.chdir(tmp_path)
    base = pd.DataFrame({"row": np.arange(200), "truth": np.where(LABELS, "yes", "no")})
    base["patient"] = np.arange(200) // 4
    for name, probs in PROBS.items():
        base.assign(p_no=1 - probs, p_yes=probs).to_csv(f"{name}.csv", index=False)
    base.assign(**{f"p_{name}": probs for name, probs in PROBS.items()}).to_csv(
        "all.csv", index=False
    )
    return tmp_path


def run(*arguments):
    return CliRunner().invoke(program, ["compare", *arguments])


def record(*arguments):
    result = run(*arguments, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


OF_CLASSES = ("--label", "truth", "--prob-prefix", "p_", "--positive", "yes")


@pytest.mark.usefixtures("folder")
def test_two_files_give_what_the_library_gives():
    told = record("old.csv", "new.csv", *OF_CLASSES, "--metrics", "log_loss,ece,auroc")
    frame = [pd.read_csv(f"{name}.csv")["p_yes"].to_numpy() for name in ("old", "new")]
    rows = [cal.predictions(probs=one, labels=LABELS) for one in frame]
    found = cal.compare(*rows, metrics=["log_loss", "ece", "auroc"])
    assert told["models"] == ["old", "new"]
    for one, other in zip(told["contrasts"], found, strict=True):
        for key in ("value", "low", "high", "p_value"):
            ours = getattr(other.difference, key)
            assert one["difference"][key] == pytest.approx(ours, abs=1e-6), one["metric"]


@pytest.mark.usefixtures("folder")
def test_columns_of_one_file_are_models():
    arguments = ("--label", "truth", "--prob", "p_old", "--prob", "p_new", "--positive", "yes")
    told = record("all.csv", *arguments, "--metrics", "brier")
    assert told["models"] == ["p_old", "p_new"]
    apart = record("old.csv", "new.csv", *OF_CLASSES, "--metrics", "brier")
    values = [one["contrasts"][0]["difference"]["value"] for one in (told, apart)]
    assert values[0] == pytest.approx(values[1], abs=1e-9)


@pytest.mark.usefixtures("folder")
def test_rows_are_matched_by_their_names():
    pd.read_csv("new.csv").sample(frac=1, random_state=0).to_csv("mixed.csv", index=False)
    there = record("old.csv", "new.csv", *OF_CLASSES)
    matched = record("old.csv", "mixed.csv", *OF_CLASSES, "--id", "row")
    assert [c["difference"] for c in matched["contrasts"]] == [
        c["difference"] for c in there["contrasts"]
    ]
    failed = run("old.csv", "mixed.csv", *OF_CLASSES)
    assert failed.exit_code == 3
    assert "old and mixed must have the same labels" in failed.stderr
    assert "same order, or name the column that tells them apart: --id." in failed.stderr


@pytest.mark.usefixtures("folder")
def test_rows_without_a_cluster_are_told():
    table = pd.read_csv("old.csv")
    table["patient"] = table["patient"].astype("Int64").where(table.index >= 6)
    table.to_csv("old.csv", index=False)
    told = record("old.csv", "new.csv", *OF_CLASSES, "--clusters", "patient", "--metrics", "brier")
    assert "6 of 200 rows have no cluster and count as one together" in told["notes"]
    assert told["n_clusters"] == 1 + 49  # rows 6 and 7 still have theirs


@pytest.mark.usefixtures("folder")
def test_several_models_are_printed_pair_by_pair_with_the_adjustment():
    result = run("old.csv", "new.csv", "odd.csv", *OF_CLASSES, "--metrics", "log_loss,accuracy")
    assert result.exit_code == 0, result.output
    assert result.stdout.count("verdict") == 3
    assert "Holm" in result.stdout
    told = record("old.csv", "new.csv", "odd.csv", *OF_CLASSES, "--baseline", "new")
    pairs = {(one["first"], one["second"]) for one in told["contrasts"]}
    assert pairs == {("old", "new"), ("odd", "new")}


@pytest.mark.usefixtures("folder")
def test_no_evidence_is_said_in_words():
    result = run("old.csv", "old.csv", *OF_CLASSES)
    assert result.exit_code == 2  # one file twice
    result = run("new.csv", "odd.csv", *OF_CLASSES, "--metrics", "accuracy,ap,auroc")
    assert "the same" in result.stdout
    few = run("old.csv", "new.csv", *OF_CLASSES, "--metrics", "accuracy", "--level", "0.9999999")
    assert "no evidence of a difference" in few.stdout


@pytest.mark.usefixtures("folder")
def test_clusters_and_a_file_of_what_was_found(tmp_path):
    arguments = ("old.csv", "new.csv", *OF_CLASSES, "--clusters", "patient")
    told = record(*arguments, "--out", "found.json")
    assert told["n_clusters"] == 50
    assert json.loads((tmp_path / "found.json").read_text("utf-8")) == told


@pytest.mark.usefixtures("folder")
@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("old.csv",), 2, "Name two files or more"),
        (("old.csv", "new.csv", "--prob", "a", "--prob-prefix", "b"), 2, "not both"),
        (("old.csv", "new.csv", *(["--prob", "a"] * 3)), 2, "as many of both"),
        (("old.csv", "none.csv", *OF_CLASSES), 3, "none.csv"),
        (("old.csv", "new.csv", *OF_CLASSES[2:]), 3, "label must name the column"),
        (("old.csv", "new.csv", *OF_CLASSES, "--id", "truth"), 3, "stand more than once: "),
        (("old.csv", "new.csv", *OF_CLASSES, "--id", "nobody"), 3, "nobody"),
        (("old.csv", "new.csv", *OF_CLASSES, "--baseline", "x"), 3, "baseline must be one of"),
        (("old.csv", "new.csv", *OF_CLASSES, "--metrics", "ginni"), 3, "Did you mean"),
        (("old.csv", "new.csv", *OF_CLASSES, "--level", "95"), 3, "level must lie between"),
        (("old.csv", "new.csv", *OF_CLASSES, "--out", "new.csv"), 3, "name a file of its own"),
    ],
)
def test_what_is_wrong_is_told_with_its_exit_code(arguments, code, said):
    result = run(*arguments)
    assert result.exit_code == code, result.output
    assert said in " ".join(result.output.split())


@pytest.mark.usefixtures("folder")
def test_other_rows_and_tallies_are_refused():
    pd.read_csv("new.csv").head(150).assign(row=np.arange(50, 200)).to_csv("part.csv", index=False)
    result = run("old.csv", "part.csv", *OF_CLASSES, "--id", "row")
    assert result.exit_code == 3
    assert "must hold the rows of old.csv" in " ".join(result.output.split())
    cal.tally(cal.predictions(probs=[0.5], labels=[1])).save("sums.tallies")
    result = run("old.csv", "sums.tallies", *OF_CLASSES)
    assert result.exit_code == 3
    assert "keep no rows" in result.output


@pytest.mark.usefixtures("folder")
def test_models_that_decide_every_row_the_same_are_compared():
    for name, share in (("old", 0.1), ("new", 0.2)):
        table = pd.read_csv(f"{name}.csv")
        table["p_yes"] *= share
        table.assign(p_no=1 - table["p_yes"]).to_csv(f"{name}.csv", index=False)
    told = {one["metric"]: one for one in record("old.csv", "new.csv", *OF_CLASSES)["contrasts"]}
    assert told["mcc"]["verdict"] == "the same"
    assert "decide every row the same" in told["mcc"]["difference"]["method"]
    assert told["brier"]["difference"]["p_value"] is not None


def test_names_of_metrics_are_never_cut(folder):
    names = "accuracy", "average_precision", "positive_calibration_test_p"
    for one in names:
        found = run("old.csv", "new.csv", *OF_CLASSES, "--metrics", f"accuracy,{one}")
        assert found.exit_code == 0, found.output
        assert one in found.stdout
        assert "…" not in found.stdout
        assert max(map(len, found.stdout.splitlines())) <= 100
    (folder / "a_network_of_many_layers.csv").write_text((folder / "old.csv").read_text())
    (folder / "gradient_boosting_x.csv").write_text((folder / "new.csv").read_text())
    files = "a_network_of_many_layers.csv", "gradient_boosting_x.csv"
    found = run(*files, *OF_CLASSES, "--metrics", ",".join(names))
    assert all(one in found.stdout for one in names)
    assert "…" not in found.stdout
