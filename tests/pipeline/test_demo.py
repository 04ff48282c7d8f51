"""The demonstration: the main job on embedded data, with the truth where it is known."""

import json

import numpy as np
import pyarrow as pa
import pytest
import torch

from calibrant.data.retail import retail_sample, retail_table
from calibrant.errors import OutputError
from calibrant.pipeline import artifacts, demo
from calibrant.pipeline.events import Compared, TruthMeasured, Written
from calibrant.pipeline.recipe import Recipe
from calibrant.pipeline.recipe_file import read_recipe
from calibrant.pipeline.run import train
from calibrant.training.settings import TrainSettings


@pytest.fixture
def small(monkeypatch):
    """Fewer rows, known and fresh, and fewer epochs; the report is the summary as it prints."""
    training = TrainSettings(max_epochs=6)
    monkeypatch.setattr(demo, "Recipe", lambda **known: Recipe(**known, training=training))
    monkeypatch.setattr(demo, "retail_table", lambda seed: retail_table(1200, seed=seed))
    monkeypatch.setattr(demo, "CHUNK", 4000)
    monkeypatch.setattr(
        artifacts, "write", lambda path, summary: path.write_text(repr(summary)) and ()
    )


@pytest.mark.usefixtures("small")
def test_generated_data_show_the_true_error_beside_its_estimate(tmp_path):
    heard = []
    run = demo.demo("retail", tmp_path / "run", on_event=heard.append)
    assert [type(event) for event in heard[-3:]] == [Compared, TruthMeasured, Written]
    truth = json.loads((run.out / "metrics.json").read_text())["truth"]
    assert truth["before"]["n"] == truth["after"]["n"] == 8 * 4000
    assert 0 < truth["after"]["noise_floor"] < truth["after"]["value"] < truth["before"]["value"]
    assert "TrueCalibrationError(before=" in (run.out / "report.html").read_text()


@pytest.mark.usefixtures("small")
def test_the_true_error_is_that_of_fresh_rows(tmp_path):
    run = demo.demo("retail", tmp_path / "run", seed=3)
    outcome = run.outcome
    known = retail_table(1200, seed=3).table
    fresh = [retail_sample(4000, seed=3 * 8 + k) for k in range(8)]
    seen = {tuple(row.values()) for row in known.to_pylist()}
    assert not seen & {tuple(row.values()) for row in fresh[0].table.to_pylist()}
    # Binning by hand: 100 bins of 320 rows, by rank.
    table = pa.concat_tables([sample.table for sample in fresh])
    true = np.concatenate([sample.true_probs for sample in fresh])
    stated = _stated(outcome, table)
    order = np.argsort(stated, kind="stable").reshape(100, 320)
    by_hand = np.abs(true[order].mean(axis=1) - stated[order].mean(axis=1)).mean()
    assert outcome.truth is not None
    assert outcome.truth.before.value == pytest.approx(by_hand, abs=2e-4)


def _stated(outcome, table):
    """Probability of the positive class by the network's members, in NumPy."""
    (trial,) = outcome.trials
    cleaned = outcome.prepared.plan.apply(table).table
    features = torch.from_numpy(trial.fold.encoder.transform(cleaned))
    (network,) = trial.learned.networks
    members = network.eval().member_outputs(features).detach().double().numpy()
    odds = np.exp(members - members.max(axis=-1, keepdims=True))
    probs = (odds / odds.sum(axis=-1, keepdims=True)).mean(axis=0)
    return probs[:, trial.fold.target.class_names.index("yes")]


@pytest.mark.usefixtures("small")
def test_its_recipe_trains_on_the_table_in_its_folder(tmp_path):
    run = demo.demo("retail", tmp_path / "run")
    (tmp_path / "moved").mkdir()
    moved = run.out.rename(tmp_path / "moved" / "run")
    again = train(read_recipe(moved / "recipe.toml"), tmp_path / "again")
    first = json.loads((moved / "metrics.json").read_text())
    del first["truth"]
    assert json.loads((again.out / "metrics.json").read_text()) == first


@pytest.mark.usefixtures("small")
@pytest.mark.parametrize(("dataset", "n_classes"), [("breast_cancer", 2), ("digits", 10)])
def test_real_data_run_the_same_way_without_a_truth(dataset, n_classes, tmp_path):
    run = demo.demo(dataset, tmp_path / "run")
    record = json.loads((run.out / "metrics.json").read_text())
    assert "truth" not in record
    assert len(record["target"]["classes"]) == n_classes


def test_an_existing_folder_is_refused(tmp_path):
    (tmp_path / "run").mkdir()
    with pytest.raises(OutputError, match="already exists"):
        demo.demo("retail", tmp_path / "run")
