"""Every row is calibrated by a fit that has not seen it; the final fit has seen all."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import FitError, InputError

SOFT = cal.TemperatureScaling(penalty=2.0)


def drawn(n=300, seed=0, factor=2.5, n_classes=3):
    rng = np.random.default_rng(seed)
    true = rng.normal(scale=2, size=(n, n_classes))
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    return {"logits": factor * true, "labels": labels}


def test_every_row_is_calibrated_by_the_fit_on_the_other_folds():
    rows = cal.predictions(**drawn())
    found = cal.cross_fit(SOFT, rows, n_folds=5, seed=3)
    assert found.fitted == SOFT.fit(rows)
    for number in range(5):
        held = found.fold == number
        expected = SOFT.fit(rows.take(~held)).transform(rows.take(held))
        np.testing.assert_array_equal(
            found.predictions.full_probs[held].numpy(), expected.full_probs.numpy()
        )


def test_clusters_stay_together_and_ignored_rows_keep_their_place():
    columns = drawn(n=90)
    labels = np.where(np.arange(90) % 9 == 0, -1, columns["labels"])
    rows = cal.predictions(
        logits=columns["logits"], labels=labels, ignore_index=-1, clusters=np.arange(90) // 3
    )
    found = cal.cross_fit(SOFT, rows, n_folds=5)
    assert bool((found.fold[torch.from_numpy(labels == -1)] == -1).all())
    for unit in range(30):
        folds = found.fold[3 * unit : 3 * unit + 3]
        assert len(set(folds[folds >= 0].tolist())) == 1
    expected = found.fitted.transform(rows).probs[0]
    np.testing.assert_array_equal(found.predictions.probs[0], expected)
    assert found.predictions.probs.shape == (90, 3)


def test_folds_of_different_forms_come_together_as_logits():
    rng = np.random.default_rng(0)
    probs = rng.uniform(0.2, 0.8, size=60)
    rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
    seen = set()
    for seed in range(10):
        rule = cal.AutoCalibration(n_folds=3, standard_errors=0.0)
        found = cal.cross_fit(rule, rows, n_folds=3, seed=seed)
        seen.add(type(found.predictions.declared).__name__)
        assert found.predictions.probs.shape == (60,)
        assert not np.isnan(found.predictions.probs).any()
    assert seen == {"PositiveProbs", "PositiveLogits"}


def test_evaluation_of_cross_fitted_rows_is_not_flattered():
    gaps = []
    for seed in range(20):
        rows = cal.predictions(**drawn(n=40, seed=seed, factor=1.0))
        found = cal.cross_fit(cal.TemperatureScaling(penalty=0.5), rows, n_folds=10, seed=seed)
        fresh = cal.predictions(**drawn(n=2000, seed=1000 + seed, factor=1.0))
        honest = cal.evaluate(found.predictions, ["log_loss"])["log_loss"].value
        flattered = found.fitted.transform(rows)
        own = cal.evaluate(flattered, ["log_loss"], allow_fit_rows=True)["log_loss"].value
        true = cal.evaluate(found.fitted.transform(fresh), ["log_loss"])["log_loss"].value
        gaps.append((honest - true, own - true))
    honest, seen = np.mean(gaps, axis=0)
    error = np.std(gaps, axis=0, ddof=1)[0] / np.sqrt(20)
    assert seen < honest
    assert abs(honest) < 3 * error


def test_too_few_rows_and_folds_without_a_fit_are_refused():
    with pytest.raises(InputError, match="n_folds must be at most the number of rows"):
        cal.cross_fit(SOFT, cal.predictions(**drawn(n=4)))
    with pytest.raises(InputError, match="n_folds must be at least 2; got 1"):
        cal.cross_fit(SOFT, cal.predictions(**drawn()), n_folds=1)
    with pytest.raises(InputError, match="labels must be given to fit on"):
        cal.cross_fit(SOFT, cal.predictions(logits=[[1.0, 2.0]] * 20))
    odds = np.array([3.0, -3.0] * 9 + [4.0, 1.0])
    labels = np.array([1, 0] * 9 + [1, 0])
    rows = cal.predictions(logits=odds, labels=labels)
    with pytest.raises(FitError, match=r"without the rows of fold \d+ of 20 there is no fit"):
        cal.cross_fit(cal.TemperatureScaling(), rows, n_folds=20)
