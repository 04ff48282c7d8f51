"""Recipes: what is allowed, and how everything that is not is told at once."""

import tomllib
from pathlib import Path

import pytest
from pydantic import ValidationError

from calibrant.errors import InputError
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import build_recipe, read_recipe, recipe_text
from calibrant.training.network_settings import NetworkSettings
from calibrant.training.settings import TrainSettings

DATA = {"path": "sales.csv", "target": "sold"}


def written(folder: Path, text: str) -> Path:
    path = folder / "recipe.toml"
    path.write_text(text)
    return path


def test_what_is_left_out_has_the_defaults_of_the_parts():
    recipe = build_recipe({"data": DATA})
    assert recipe.network == NetworkSettings()
    assert recipe.training == TrainSettings()
    assert recipe.seed == 0


def test_a_recipe_cannot_be_changed():
    with pytest.raises(ValidationError, match="frozen"):
        build_recipe({"data": DATA}).seed = 3


def test_every_error_is_told_at_once():
    wrong = {
        "seed": -1,
        "loss": "0.5*cee",
        "data": {"path": "sales.csv"},
        "split": {"sizes": [0.5, 0.3, 0.3]},
        "training": {"max_epochs": "many"},
        "evaluation": {"level": 1.0},
    }
    with pytest.raises(InputError, match="6 problems") as caught:
        build_recipe(wrong)
    for place in (
        "seed must be greater than or equal to 0; got -1",
        "loss must name a loss that exists; got 'cee'",
        "data.target is missing",
        "sizes must add up to 1; got 1.1",
        'training.max_epochs must be a valid integer; got "many"',
        "evaluation.level must be less than 1; got 1.0",
    ):
        assert place in str(caught.value)


@pytest.mark.parametrize(
    ("settings", "hint"),
    [
        ({"data": DATA, "sed": 1}, "sed is not a setting: did you mean seed"),
        (
            {"data": DATA, "training": {"max_epoch": 1}},
            "training.max_epoch is not a setting: did you mean max_epochs?",
        ),
        ({"data": DATA, "target": "x"}, "did you mean data.target?"),
        ({"data": DATA, "zzz": 1}, "there are version, task, seed"),
    ],
)
def test_an_unknown_name_is_refused_with_what_is_near(settings, hint):
    with pytest.raises(InputError) as caught:
        build_recipe(settings)
    assert hint in str(caught.value)


@pytest.mark.parametrize(
    "settings",
    [
        {"data": DATA, "seed": True},
        {"data": DATA, "seed": "1"},
        {"data": DATA, "seed": 1.5},
        {"data": DATA, "device": "gpu"},
        {"data": DATA, "version": 2},
        {"data": DATA, "training": {"learning_rate": float("inf")}},
        {"data": DATA, "training": {"learning_rate": -0.1}},
        {"data": DATA, "network": {"hidden": []}},
        {"data": DATA, "split": {"sizes": [0.8, 0.2]}},
        {"data": DATA, "evaluation": {"metrics": []}},
        {"data": {**DATA, "positive_above": "mean"}},
        {"data": {**DATA, "positive": "yes", "positive_above": "median"}},
        {"data": {**DATA, "sha256": "abc"}},
        {"data": {"path": "", "target": "sold"}},
        {"data": "sales.csv"},
        {},
    ],
)
def test_what_is_not_allowed_is_refused(settings):
    with pytest.raises(InputError):
        build_recipe(settings)


def test_a_whole_number_serves_where_a_number_is_asked_for():
    assert build_recipe({"data": {**DATA, "positive_above": 3}}).data.positive_above == 3.0


def test_a_recipe_reads_back_as_it_was_written(tmp_path):
    recipe = build_recipe(
        {
            "seed": 7,
            "loss": "0.5*ce(balanced) + 0.5*soft_f1",
            "watch": ["f1"],
            "data": {
                "path": str(tmp_path / "sales.csv"),
                "target": 'a "quoted" name',
                "positive_above": "median",
                "keep_identifiers": ["code"],
                "sha256": "0" * 64,
            },
            "network": {"hidden": [8, 4, 2], "dropout": [0, 0.1, 0.2]},
            "training": {"batch_size": 16, "schedule": "cosine"},
            "calibration": {"method": "none"},
            "evaluation": {"metrics": ["ece", "f1_macro"], "level": 0.9},
        }
    )
    path = written(tmp_path, recipe_text(recipe, tmp_path))
    again = read_recipe(path)
    assert Path(again.data.path).resolve() == Path(recipe.data.path).resolve()
    assert again.model_copy(update={"data": recipe.data}) == recipe


def test_a_written_recipe_states_every_setting_that_has_a_value(tmp_path):
    recipe = build_recipe({"data": DATA})
    settings = tomllib.loads(recipe_text(recipe, tmp_path))
    for name, value in recipe.model_dump(exclude_none=True).items():
        assert name in settings
        if isinstance(value, dict):
            assert set(settings[name]) == set(value)


def test_the_table_beside_a_run_moves_with_it(tmp_path):
    (tmp_path / "here").mkdir()
    recipe = build_recipe({"data": {"path": str(tmp_path / "here" / "a.csv"), "target": "y"}})
    text = recipe_text(recipe, tmp_path / "here" / "run")
    assert tomllib.loads(text)["data"]["path"] == "../a.csv"


def test_a_table_elsewhere_keeps_its_full_path(tmp_path):
    recipe = build_recipe({"data": {"path": str(tmp_path / "data" / "a.csv"), "target": "y"}})
    text = recipe_text(recipe, tmp_path / "runs" / "run")
    assert tomllib.loads(text)["data"]["path"] == str((tmp_path / "data" / "a.csv").resolve())


def test_a_table_under_the_current_folder_is_written_relative(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    recipe = build_recipe({"data": {"path": "data/a.csv", "target": "y"}})
    text = recipe_text(recipe, tmp_path / "runs" / "run")
    assert tomllib.loads(text)["data"]["path"] == "../../data/a.csv"


def test_a_relative_path_starts_at_the_folder_of_the_recipe(tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    path = written(tmp_path, '[data]\npath = "a.csv"\ntarget = "y"\n')
    assert Path(read_recipe(path).data.path).resolve() == (tmp_path / "a.csv").resolve()


def test_overrides_go_before_the_file_and_none_takes_away(tmp_path):
    path = written(
        tmp_path,
        'seed = 1\nloss = "focal"\n[data]\npath = "/a.csv"\ntarget = "y"\npositive = "yes"\n',
    )
    recipe = read_recipe(path, {"seed": 2, "data": {"positive": None, "positive_above": 0.5}})
    assert (recipe.seed, recipe.loss) == (2, "focal")
    assert (recipe.data.positive, recipe.data.positive_above) == (None, 0.5)
    assert recipe.data.target == "y"


def test_errors_of_a_file_name_the_file(tmp_path):
    path = written(tmp_path, "seed = 1\n")
    with pytest.raises(InputError, match=r"recipe\.toml must hold .* data is missing"):
        read_recipe(path)


@pytest.mark.parametrize("content", ["seed = [", "seed = 1\nseed = 2", b"\xff\xfe"])
def test_a_file_that_is_not_toml_is_bad_input(tmp_path, content):
    path = tmp_path / "recipe.toml"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match="must be TOML"):
        read_recipe(path)


def test_a_missing_file_is_bad_input(tmp_path):
    with pytest.raises(InputError, match="No such file"):
        read_recipe(tmp_path / "absent.toml")


def test_the_defaults_of_a_recipe_are_a_recipe():
    recipe = build_recipe({"data": DATA})
    assert Recipe.model_validate(recipe.model_dump(), strict=False) == recipe
