"""``calibrant train``: from arguments to a recipe, to a folder, to what is printed."""

import html
import json
import re
from pathlib import Path

import pytest
from click.testing import CliRunner

from calibrant.cli import jobs
from calibrant.cli.main import program
from calibrant.cli.settings_options import SettingOption
from calibrant.cli.train import train
from calibrant.pipeline.recipe_file import build_recipe, read_recipe


def settings_of(command):
    return [option for option in command.params if isinstance(option, SettingOption)]


def recipe_of(monkeypatch, *arguments):
    """Recipe, folder and force that the arguments of `train` ask for."""
    asked = []

    def note(recipe, out, *, force, resume, on_event):
        del resume, on_event
        asked.append((recipe, out, force))
        raise KeyboardInterrupt

    monkeypatch.setattr(jobs, "train", note)
    result = CliRunner().invoke(program, ["train", *arguments])
    assert result.exit_code == 130, result.output
    return asked[0]


def test_every_option_reaches_its_setting(monkeypatch):
    recipe, out, force = recipe_of(
        monkeypatch,
        *["a.csv", "--target", "y", "--positive-above", "median", "--split-column", "part"],
        *["--keep", "code", "--keep", "a, b", "--loss", "focal(gamma=2)", "--seed", "5"],
        *["--device", "cpu", "--epochs", "7", "--batch-size", "16", "--learning-rate", "0.1"],
        *["--patience", "3", "--watch", "f1, ece", "--watch", "mce", "--out", "o", "--force"],
    )
    expected = build_recipe(
        {
            "seed": 5,
            "loss": "focal(gamma=2)",
            "device": "cpu",
            "watch": ["f1", "ece", "mce"],
            "data": {
                "path": "a.csv",
                "target": "y",
                "positive_above": "median",
                "keep_identifiers": ["code", "a, b"],
            },
            "split": {"column": "part"},
            "training": {
                "max_epochs": 7,
                "batch_size": 16,
                "learning_rate": 0.1,
                "patience": 3,
            },
        }
    )
    assert (recipe, out, force) == (expected, Path("o"), True)


def test_without_options_the_recipe_has_its_defaults(monkeypatch):
    recipe, out, force = recipe_of(monkeypatch, "data/a.csv", "--target", "y")
    assert recipe == build_recipe({"data": {"path": "data/a.csv", "target": "y"}})
    assert (out, force) == (Path("a-run"), False)


@pytest.mark.parametrize("text", ["3", "1e3", "-2.5"])
def test_a_number_can_be_the_cut(monkeypatch, text):
    recipe, *_ = recipe_of(monkeypatch, "a.csv", "--target", "y", "--positive-above", text)
    assert recipe.data.positive_above == float(text)


@pytest.fixture
def recipe_file(tmp_path):
    path = tmp_path / "recipe.toml"
    path.write_text(
        "seed = 4\n[data]\npath = 'a.csv'\ntarget = 'y'\npositive_above = 'median'\n"
        f"sha256 = '{'0' * 64}'\n"
    )
    return path


def test_options_go_before_the_recipe(monkeypatch, recipe_file):
    recipe, *_ = recipe_of(monkeypatch, "--config", str(recipe_file), "--target", "z")
    assert recipe == read_recipe(recipe_file, {"data": {"target": "z"}})
    assert recipe.seed == 4


def test_another_table_is_not_held_against_the_hash_of_the_recipe(monkeypatch, recipe_file):
    recipe, *_ = recipe_of(monkeypatch, "b.csv", "--config", str(recipe_file))
    assert (recipe.data.path, recipe.data.sha256) == ("b.csv", None)


def test_a_positive_class_replaces_the_cut_of_the_recipe(monkeypatch, recipe_file):
    recipe, *_ = recipe_of(monkeypatch, "--config", str(recipe_file), "--positive", "yes")
    assert (recipe.data.positive, recipe.data.positive_above) == ("yes", None)


def test_defaults_in_the_help_are_those_of_the_recipe():
    recipe = build_recipe({"data": {"path": "a.csv", "target": "y"}})
    values = recipe.model_dump()
    compared = set()
    for option in settings_of(train):
        value = values
        for name in option.setting.split("."):
            value = value[name] if isinstance(value, dict) else getattr(value, name)
        if isinstance(value, tuple) and value and option.setting != "split.sizes":
            value = ",".join(f"{part:g}" for part in value)
        if isinstance(value, (str, int, float)) and not isinstance(value, bool):
            shown = option.show_default
            if shown is False:  # named by its effect, not by its value
                continue
            assert shown.startswith(f"{value:g}" if isinstance(value, float) else str(value))
            compared.add(option.setting)
    assert len(compared) >= 18, compared
    percent = ",".join(f"{100 * size:g}" for size in recipe.split.sizes)
    assert {o.setting: o.show_default for o in settings_of(train)}["split.sizes"] == percent


@pytest.mark.parametrize(
    "arguments",
    [[], ["a.csv"], ["--target", "y"], ["a.csv", "--target", "y", "--positive-above", "mean"]],
)
def test_what_cannot_be_understood_is_a_usage_error(arguments):
    assert CliRunner().invoke(program, ["train", *arguments]).exit_code == 2


def test_a_run_prints_what_it_does_and_where_the_report_is(options, tmp_path):
    result = CliRunner().invoke(program, options)
    assert result.exit_code == 0, result.output
    for part in (
        "items.csv: 240 rows, 4 columns.",
        "identifier",
        "The positive class of 'sold' is 'yes'",
        "154 training, 38 validation and 48 test rows",
        "Training on cpu",
        "of 2. Ended after 2 epochs",
        "Calibrated on 38 validation rows. Chosen: temperature",
        "log_loss",
        f"Report: {tmp_path / 'run' / 'report.html'}",
    ):
        assert part in result.stdout, part
    page = (tmp_path / "run" / "report.html").read_text()
    assert "<html" in page
    *_, report, headline, first, second = result.stdout.splitlines()
    assert report == f"Report: {tmp_path / 'run' / 'report.html'}"
    told = html.unescape(re.sub(r"<[^>]*>", "", page))
    at = [told.index(line) for line in (headline, first, second)]
    assert at == sorted(at)  # they open the page, in this order
    assert "After calibration" in result.stdout.split(report)[1]


def test_a_training_that_diverges_is_no_fit(options, tmp_path):
    result = CliRunner().invoke(program, [*options, "--learning-rate", "1e30"])
    assert result.exit_code == 4
    assert result.stderr.endswith("Lower learning_rate (now 1e+30).\n")
    assert not (tmp_path / "run").exists()


@pytest.mark.usefixtures("plain_report")
def test_json_is_one_object_that_holds_the_metrics(options, tmp_path):
    result = CliRunner().invoke(program, [*options, "--json"])
    assert result.exit_code == 0, result.output
    told = json.loads(result.stdout)
    assert told["metrics"] == json.loads((tmp_path / "run" / "metrics.json").read_text())
    assert (told["out"], told["interrupted"]) == (str(tmp_path / "run"), False)
    assert told["verdict"] == ["A verdict.", "Because of this.", "And that."]
    assert "240 rows" in result.stderr


@pytest.mark.usefixtures("plain_report")
def test_quiet_prints_nothing(options, tmp_path):
    result = CliRunner().invoke(program, [*options, "--quiet"])
    assert (result.exit_code, result.output) == (0, "")
    assert (tmp_path / "run" / "metrics.json").exists()


@pytest.mark.usefixtures("plain_report")
def test_without_a_name_the_folder_is_called_after_the_table(options, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for name in ("items-run", "items-run-2"):
        result = CliRunner().invoke(program, [*options[:-2], "--quiet"])
        assert result.exit_code == 0, result.output
        assert (tmp_path / name / "metrics.json").exists()


@pytest.mark.usefixtures("plain_report")
def test_the_recipe_of_a_run_gives_the_same_metrics(options, tmp_path):
    CliRunner().invoke(program, [*options, "--quiet"])
    config, out = str(tmp_path / "run" / "recipe.toml"), str(tmp_path / "again")
    result = CliRunner().invoke(program, ["train", "--config", config, "--out", out, "--quiet"])
    assert result.exit_code == 0, result.output
    first, again = (tmp_path / name / "metrics.json" for name in ("run", "again"))
    assert first.read_bytes() == again.read_bytes()


@pytest.mark.usefixtures("plain_report")
def test_an_existing_folder_is_replaced_only_by_force(options, tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "old").write_text("old")
    refused = CliRunner().invoke(program, options)
    assert refused.exit_code == 3
    assert "already exists" in refused.stderr
    assert (tmp_path / "run" / "old").exists()
    assert CliRunner().invoke(program, [*options, "--force"]).exit_code == 0
    assert not (tmp_path / "run" / "old").exists()
    assert (tmp_path / "run.old" / "old").exists()  # no run wrote it
    assert (tmp_path / "run" / "metrics.json").exists()
