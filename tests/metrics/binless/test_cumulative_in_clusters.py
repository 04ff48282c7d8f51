"""Cumulative errors of rows in clusters: level, coverage and laws."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binless.cumulative import (
    KolmogorovSmirnovCalibrationError,
    KuiperCalibrationError,
)

METRICS = (KolmogorovSmirnovCalibrationError(), KuiperCalibrationError())


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_p_values_of_true_models_keep_their_level_where_those_of_rows_do_not(clustered, metric):
    columns = [clustered(seed) for seed in range(250)]
    found = [metric(cal.predictions(**each)) for each in columns]
    values = np.array([each.details["p_value"] for each in found])
    assert 0.015 < np.mean(values < 0.05) < 0.09
    assert 0.4 < np.mean(values < 0.5) < 0.6
    for each in columns:
        del each["clusters"]
    alone = [metric(cal.predictions(**each)).details["p_value"] for each in columns]
    assert np.mean(np.array(alone) < 0.05) > 0.12
    mean = np.mean([each.value for each in found])
    assert np.mean([each.noise_floor for each in found]) == pytest.approx(mean, rel=0.1)


@pytest.mark.parametrize("metric", METRICS, ids=str)
@pytest.mark.parametrize("times", [1.0, 1.8])
def test_intervals_hold_the_truth(clustered, metric, times):
    many = clustered(0, 100_000, times=times)
    truth = metric(cal.predictions(probs=many["probs"], labels=many["labels"])).value
    truth = 0.0 if times == 1 else truth
    found = [metric(cal.predictions(**clustered(seed, times=times))) for seed in range(1, 201)]
    held = [each.low <= truth <= each.high for each in found]
    assert np.mean(held) > 0.92


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_rows_said_again_within_their_cluster_tell_next_to_nothing_new(clustered, metric):
    columns = clustered(1, times=1.5)
    thrice = {name: np.repeat(each, 3) for name, each in columns.items()}
    once, again = (metric(cal.predictions(**each)) for each in (columns, thrice))
    assert again.value == pytest.approx(once.value, rel=1e-9)
    # but that single parts scatter as independent rows at least, of which there are more then
    assert again.noise_floor == pytest.approx(once.noise_floor, rel=0.08)
    assert again.high == pytest.approx(once.high, rel=0.08)
    alone = metric(cal.predictions(probs=thrice["probs"], labels=thrice["labels"]))
    assert alone.noise_floor < 0.7 * once.noise_floor


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_shards_and_weights_of_any_scale_tell_the_same(clustered, metric):
    columns, weights = clustered(2), np.random.default_rng(0).uniform(0.5, 2, 320)
    whole = metric(cal.predictions(**columns, weights=weights))
    scaled = metric(cal.predictions(**columns, weights=100 * weights))
    assert (scaled.low, scaled.high) == pytest.approx((whole.low, whole.high), rel=1e-9)
    kind = "ks" if isinstance(metric, KolmogorovSmirnovCalibrationError) else "kuiper"
    name = f"positive_{kind}_calibration_error"
    parts = [slice(0, 100), slice(100, 320)]
    shards = [
        cal.tally(
            cal.predictions(**{k: v[part] for k, v in columns.items()}, weights=weights[part]),
            [name],
        )
        for part in parts
    ]
    merged = cal.evaluate(shards[0] + shards[1], [name])[name]
    assert merged.noise_floor == pytest.approx(whole.noise_floor, rel=1e-9)
    assert merged.details["p_value"] == whole.details["p_value"]


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_few_clusters_have_no_interval_and_soft_labels_no_floor(clustered, metric):
    few = metric(cal.predictions(**clustered(3, 6)))
    assert few.low is None
    assert "too few clusters" in few.method
    assert "p_value" not in few.details
    columns = clustered(4)
    soft = cal.events(
        probs=columns["probs"],
        outcomes=0.8 * columns["labels"] + 0.1,
        clusters=columns["clusters"],
    )
    found = metric(soft)
    assert found.noise_floor is None
    assert found.low < found.value < found.high


@pytest.mark.parametrize("metric", METRICS, ids=str)
def test_clusters_with_too_few_outcomes_have_no_interval_as_rows_have_none(metric):
    sure = {"probs": [0.0, 1.0] * 30, "labels": [0, 1] * 30, "clusters": range(60)}
    found = metric(cal.predictions(**sure))
    assert (found.value, found.low, found.level) == (0, None, None)
    assert "too few outcomes" in found.method
    assert found.details["p_value"] > 0.9  # what is stated 0 or 1 leaves nothing to chance
    sure["labels"] = [0, 1] * 29 + [1, 1]
    assert metric(cal.predictions(**sure)).details["p_value"] < 0.01
