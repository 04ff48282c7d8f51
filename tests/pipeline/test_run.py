"""The main job: what a run folder holds, and when there is none."""

import errno
import json
import os
from dataclasses import fields

import numpy as np
import pandas as pd
import pytest
import torch
from sklearn.metrics import accuracy_score, brier_score_loss, log_loss, roc_auc_score

import calibrant as cal
from calibrant.data.encode import Encoder
from calibrant.data.read import read_table
from calibrant.errors import InputError, OutputError
from calibrant.pipeline import artifacts
from calibrant.pipeline.events import (
    Calibrated,
    EpochEnded,
    Measured,
    RowsSplit,
    TrainingEnded,
    Written,
)
from calibrant.pipeline.recipe_file import build_recipe, read_recipe
from calibrant.pipeline.run import train
from calibrant.training.predict import outputs
from calibrant.training.state import load_network

FILES = [
    "history.parquet",
    "metrics.json",
    "model/calibrator.json",
    "model/calibrator/arrays.safetensors",
    "model/calibrator/calibrator.json",
    "model/encoder.skops",
    "model/network.safetensors",
    "model/schema.json",
    "predictions.parquet",
    "recipe.toml",
    "report.html",
]


@pytest.fixture(autouse=True)
def plain_report(small_run, monkeypatch):
    """Report that is the summary as it prints; `small_run` has a real one. Saves seconds."""
    del small_run  # made before
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )


def files_of(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def metrics_of(folder):
    return json.loads((folder / "metrics.json").read_text())


def test_the_folder_holds_every_file_and_no_other(small_run):
    assert files_of(small_run.out) == FILES
    assert sorted(path.name for path in small_run.out.parent.iterdir()) == ["run"]


def test_metrics_json_has_the_keys_that_readers_rely_on(small_run):
    record = metrics_of(small_run.out)
    names = {"accuracy", "f1", "log_loss", "brier", "brier_binary", "ece", "ece_10", "mce"}
    for when in ("before", "after"):
        for name in names | {"classwise_ece", "auroc"}:
            assert {"value", "low", "high", "n", "method"} <= set(record[when][name])
    assert set(record["calibrator"]) == {"method", "found", "n", "reason"}
    assert set(record["split"]) == {
        *("train", "validation", "test", "folds", "how", "target", "positive")
    }
    assert (record["split"]["target"], record["split"]["positive"]) == ("sold", "yes")
    assert record["rows"]["without_target"] == 6
    assert record["interrupted"] is False
    assert set(record["versions"]) >= {"python", "calibrant", "torch"}


@pytest.mark.parametrize("when", ["before", "after"])
def test_metrics_are_those_of_the_saved_predictions(small_run, when):
    rows = pd.read_parquet(small_run.out / "predictions.parquet")
    record = metrics_of(small_run.out)[when]
    prob, label = rows[f"p_{when}_yes"], rows["label"] == "yes"
    expected = {
        "accuracy": accuracy_score(label, prob > 0.5),
        "log_loss": log_loss(label, prob),
        "brier_binary": brier_score_loss(label, prob),
        "auroc": roc_auc_score(label, prob),
    }
    for name, value in expected.items():
        assert record[name]["value"] == pytest.approx(value, abs=1e-12), name
    assert record["accuracy"]["n"] == len(rows)


def test_saved_predictions_name_rows_of_the_file(small_run, small_table):
    rows = pd.read_parquet(small_run.out / "predictions.parquet")
    table = pd.read_csv(small_table).loc[rows["row"]].reset_index(drop=True)
    pd.testing.assert_series_equal(rows["code"], table["code"], check_dtype=False)
    pd.testing.assert_series_equal(
        rows["label"], table["sold"], check_dtype=False, check_names=False
    )
    probs = rows[["p_after_no", "p_after_yes"]].sum(axis=1)
    np.testing.assert_allclose(probs, 1, rtol=0, atol=1e-12)


def test_an_identifier_named_as_our_own_columns_keeps_both(small_table, small_recipe, tmp_path):
    text = small_table.read_text().replace("code,", "label,", 1)
    (tmp_path / "items.csv").write_text(text)
    settings = small_recipe.model_dump(mode="json", exclude_none=True)
    settings["data"]["path"] = str(tmp_path / "items.csv")
    run = train(build_recipe(settings), tmp_path / "run")
    rows = pd.read_parquet(run.out / "predictions.parquet")
    assert rows["id_label"].str.startswith("item-").all()
    assert set(rows["label"]) == {"no", "yes"}


def test_the_saved_model_gives_the_saved_probabilities_bit_for_bit(small_run, small_table):
    model = small_run.out / "model"
    rows = pd.read_parquet(small_run.out / "predictions.parquet")
    features = Encoder.load(model / "encoder.skops").transform(read_table(small_table))
    network = load_network(model / "network.safetensors")
    stated = outputs(network, torch.from_numpy(features[rows["row"]])).double()
    temperature = cal.load_calibrator(model / "calibrator").value
    classes = json.loads((model / "schema.json").read_text())["target"]["classes"]
    scaled = stated * (1 / temperature)
    for prefix, scores in (("p_before_", stated), ("p_after_", scaled)):
        probs = scores.softmax(dim=-1).numpy()
        for k, name in enumerate(classes):
            np.testing.assert_array_equal(probs[:, k], rows[f"{prefix}{name}"])


def test_the_history_has_a_row_an_epoch_with_watched_metrics_on_both_parts(small_run):
    history = pd.read_parquet(small_run.out / "history.parquet")
    training = metrics_of(small_run.out)["training"]
    assert history["epoch"].tolist() == list(range(1, training["epochs"] + 1))
    losses = ["train_loss", "validation_loss", "train_log_loss", "validation_log_loss"]
    watched = ["train_f1", "train_ece", "validation_f1", "validation_ece"]
    assert set(losses + watched) <= set(history.columns)
    assert training["best_epoch"] == history["validation_log_loss"].idxmin() + 1


def test_the_recipe_of_a_run_gives_the_same_bytes_again(small_run, tmp_path):
    again = train(read_recipe(small_run.out / "recipe.toml"), tmp_path / "again")
    for name in ("metrics.json", "predictions.parquet", "history.parquet"):
        assert (again.out / name).read_bytes() == (small_run.out / name).read_bytes(), name
    third = train(read_recipe(again.out / "recipe.toml"), tmp_path / "third")
    assert (third.out / "recipe.toml").read_bytes() == (again.out / "recipe.toml").read_bytes()


def test_another_seed_gives_other_numbers(small_run, small_recipe, tmp_path):
    other = train(small_recipe.model_copy(update={"seed": 1}), tmp_path / "run")
    assert metrics_of(other.out)["before"] != metrics_of(small_run.out)["before"]


def test_every_text_of_a_run_is_free_of_its_own_path(small_run):
    for name in ("metrics.json", "model/schema.json", "model/calibrator.json"):
        assert str(small_run.out.parent) not in (small_run.out / name).read_text()


def test_a_changed_table_is_refused(small_run, small_table, tmp_path):
    recipe = read_recipe(small_run.out / "recipe.toml")
    (tmp_path / "items.csv").write_text(small_table.read_text() + "item-300,0,1,red,no\n")
    part = recipe.data.model_copy(update={"path": str(tmp_path / "items.csv")})
    with pytest.raises(InputError, match="other contents"):
        train(recipe.model_copy(update={"data": part}), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_classes_beyond_two_are_measured_too(small_recipe, tmp_path):
    data = small_recipe.data.model_copy(update={"target": "colour"})
    run = train(small_recipe.model_copy(update={"data": data, "watch": ()}), tmp_path / "run")
    record = metrics_of(run.out)
    assert record["split"]["positive"] is None
    assert "brier_binary" not in record["after"]
    rows = pd.read_parquet(run.out / "predictions.parquet")
    probs = rows[["p_after_blue", "p_after_green", "p_after_red"]].to_numpy()
    assert record["after"]["log_loss"]["value"] == pytest.approx(log_loss(rows["label"], probs))


def test_a_run_without_calibration_has_the_same_numbers_after_as_before(small_recipe, tmp_path):
    part = small_recipe.calibration.model_copy(update={"method": "none"})
    run = train(small_recipe.model_copy(update={"calibration": part}), tmp_path / "run")
    record = metrics_of(run.out)
    assert record["after"] == record["before"]
    assert record["calibrator"]["method"] == "none"
    assert "The recipe asks for none" in (run.out / "report.html").read_text()


def test_the_report_counts_the_rows_that_each_calibrator_saw(small_recipe, tmp_path):
    part = small_recipe.calibration.model_copy(update={"adopt": "always"})
    run = train(small_recipe.model_copy(update={"calibration": part}), tmp_path / "run")
    split = metrics_of(run.out)["split"]
    told = f"n_fit={split['validation']}, n_judged={split['test']}, n_same=None"
    assert f"whose='network', method='temperature', {told}" in (run.out / "report.html").read_text()


def interrupting(kind, when=1):
    """Listener that interrupts at the `when`-th event of `kind`."""
    seen = []

    def listen(event):
        seen.append(event)
        if sum(isinstance(past, kind) for past in seen) == when and isinstance(event, kind):
            raise KeyboardInterrupt

    return listen


def test_an_interrupted_training_is_finished_with_the_best_so_far(small_recipe, tmp_path):
    run = train(small_recipe, tmp_path / "run", on_event=interrupting(EpochEnded, when=2))
    assert run.interrupted
    kept = ["fold-0-seed-0.safetensors", "recipe.toml", "versions.json"]
    assert files_of(run.out) == [*(f"checkpoint/{name}" for name in kept), *FILES]
    record = metrics_of(run.out)
    assert record["interrupted"] is True
    assert record["training"]["stopped"] == "interrupted"
    assert record["training"]["epochs"] == 2
    assert "interrupted=True" in (run.out / "report.html").read_text()


def test_an_interrupt_before_training_leaves_nothing(small_recipe, tmp_path):
    with pytest.raises(KeyboardInterrupt):
        train(small_recipe, tmp_path / "run", on_event=interrupting(RowsSplit))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("kind", [TrainingEnded, Calibrated, Measured])
def test_an_interrupt_after_training_leaves_its_checkpoint_alone(small_recipe, tmp_path, kind):
    with pytest.raises(KeyboardInterrupt):
        train(small_recipe, tmp_path / "run", on_event=interrupting(kind))
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    assert [path.name for path in (tmp_path / "run.partial").iterdir()] == ["checkpoint"]


@pytest.mark.parametrize("writer", ["write_whole", "write_model", "write", "table"])
def test_a_full_disk_is_told_in_one_line_and_leaves_the_checkpoint_alone(
    small_recipe, tmp_path, monkeypatch, writer
):
    def full(*_, **__):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    if writer == "table":
        monkeypatch.setattr(artifacts.parquet, "write_table", full)
    else:
        monkeypatch.setattr(artifacts, writer, full)
    with pytest.raises(OutputError, match="No space left on device") as caught:
        train(small_recipe, tmp_path / "run")
    assert "\n" not in str(caught.value)
    assert [path.name for path in tmp_path.iterdir()] == ["run.partial"]
    assert [path.name for path in (tmp_path / "run.partial").iterdir()] == ["checkpoint"]


def test_an_existing_folder_is_refused_before_the_table_is_read(small_recipe, tmp_path):
    (tmp_path / "run").mkdir()
    part = small_recipe.data.model_copy(update={"path": str(tmp_path / "absent.csv")})
    with pytest.raises(OutputError, match="already exists"):
        train(small_recipe.model_copy(update={"data": part}), tmp_path / "run")


def test_force_does_not_remove_the_table_that_is_read(small_recipe, small_table):
    with pytest.raises(OutputError, match="it holds"):
        train(small_recipe, small_table.parent, force=True)
    assert small_table.exists()


def test_the_last_event_comes_when_the_folder_is_there(small_recipe, tmp_path):
    there = []

    def listen(event):
        if isinstance(event, Written):
            there.append((event.out / "metrics.json").exists())

    train(small_recipe, tmp_path / "run", on_event=listen)
    assert there == [True]


def test_the_global_generators_are_left_alone(small_recipe, tmp_path):
    state, legacy = torch.get_rng_state(), np.random.get_state()[1].copy()  # noqa: NPY002
    train(small_recipe, tmp_path / "run")
    assert torch.equal(torch.get_rng_state(), state)
    np.testing.assert_array_equal(np.random.get_state()[1], legacy)  # noqa: NPY002


def test_the_run_knows_what_it_found(small_run, small_recipe):
    outcome = small_run.outcome
    assert not small_run.interrupted
    assert outcome.recipe.data.sha256 is not None
    assert outcome.recipe.device in {"cpu", "cuda"}
    assert outcome.recipe.training == small_recipe.training
    assert outcome.truth is None
    assert {field.name for field in fields(outcome)} >= {"prepared", "trials", "measurement"}
