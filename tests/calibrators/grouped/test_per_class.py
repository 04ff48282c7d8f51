"""A temperature for each predicted class, as far as its rows speak; else that of all rows."""

import json

import jaxtyping
import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar
from scipy.special import logsumexp

import calibrant as cal
from calibrant.calibrators.grouped.per_class import PerClass
from calibrant.calibrators.named import restored
from calibrant.errors import InputError
from calibrant.metrics.proper.scores import LogLoss

FACTORS = np.array([0.6, 1.0, 2.0, 3.0])


def drawn(factors, n=4000, seed=0):
    """Rows that are too sure by a factor of their likeliest class."""
    rng = np.random.default_rng(seed)
    true = rng.normal(scale=2, size=(n, len(factors)))
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    return {"logits": true * np.asarray(factors)[true.argmax(axis=1), None], "labels": labels}


def loss(fitted, columns):
    return LogLoss()(fitted.transform(cal.predictions(**columns))).value


def test_classes_that_differ_are_mended_each_on_its_own():
    fitted = PerClass().fit(cal.predictions(**drawn(FACTORS)))
    sharpness = fitted.sharpness.numpy() / fitted.pooled.value
    np.testing.assert_allclose(sharpness, 1 / FACTORS, rtol=0.1)
    fresh = drawn(FACTORS, seed=1)
    true = cal.predictions(**{**fresh, "logits": fresh["logits"] / FACTORS[_top(fresh), None]})
    assert loss(fitted, fresh) < loss(fitted.pooled, fresh) - 0.02
    assert loss(fitted, fresh) < LogLoss()(true).value + 0.002


def _top(columns):
    return columns["logits"].argmax(axis=1)


def test_classes_that_do_not_differ_mostly_keep_one_temperature():
    lost = []
    for seed in range(8):
        fitted = PerClass().fit(cal.predictions(**drawn([2.0] * 4, n=300, seed=seed)))
        fresh = drawn([2.0] * 4, n=1000, seed=100 + seed)
        lost.append(loss(fitted, fresh) - loss(fitted.pooled, fresh))
    assert np.mean(lost) < 0.002
    same = fitted.transform(cal.predictions(**fresh)).probs
    if not fitted.spread:
        expected = fitted.pooled.transform(cal.predictions(**fresh)).probs
        np.testing.assert_allclose(same, expected, atol=1e-12)


def test_each_sharpness_is_the_penalised_optimum_of_its_rows():
    columns = drawn(FACTORS, n=800)
    fitted = PerClass().fit(cal.predictions(**columns))
    strength = fitted.spread**-2
    pooled = np.log(fitted.pooled.transform(cal.predictions(**columns)).probs)
    for k in range(4):
        scores, labels = pooled[_top(columns) == k], columns["labels"][_top(columns) == k]

        def penalised(gamma, scores=scores, labels=labels):
            right = gamma * scores[np.arange(len(labels)), labels]
            losses = logsumexp(gamma * scores, axis=1) - right
            return losses.sum() + strength * (gamma - 1 - np.log(gamma))

        best = minimize_scalar(penalised, bounds=(0.01, 20), method="bounded")
        assert float(fitted.sharpness[k]) == pytest.approx(best.x, rel=1e-4)
    assert fitted.counts.tolist() == np.bincount(_top(columns)).tolist()


def test_a_rare_class_stays_near_the_others_and_one_never_predicted_at_one():
    columns = drawn([3.0, 1.0, 3.0, 3.0])
    rare = np.flatnonzero(_top(columns) == 2)
    kept = np.setdiff1d(np.arange(4000), np.concatenate((rare[8:], _rows_of(columns, 3))))
    columns = {k: v[kept] for k, v in columns.items()}
    fitted = PerClass().fit(cal.predictions(**columns))
    pooled = fitted.pooled.transform(cal.predictions(**columns)).probs
    departed = []
    for k in (0, 1, 2):
        rows = _rows_of(columns, k)
        alone = cal.predictions(probs=pooled[rows], labels=columns["labels"][rows])
        own = 1 / cal.TemperatureScaling().fit(alone).value
        departed.append(float((fitted.sharpness[k] - 1) / (own - 1)))
    assert min(departed[:2]) > 0.95
    assert 0 <= departed[2] < 0.9
    assert fitted.counts[2:].tolist() == [8, 0]
    assert float(fitted.sharpness[3]) == 1


def _rows_of(columns, k):
    return np.flatnonzero(_top(columns) == k)


def test_the_likeliest_class_stays_and_ranks_of_two_classes_too():
    columns = drawn([0.5, 3.0])
    rows = cal.predictions(**columns)
    after = PerClass().fit(rows).transform(rows)
    np.testing.assert_array_equal(after.probs.argmax(axis=1), _top(columns))
    odds = columns["logits"][:, 1] - columns["logits"][:, 0]
    one = cal.predictions(logits=odds, labels=columns["labels"])
    fitted = PerClass().fit(one)
    found = fitted.transform(one).probs
    assert (np.diff(found[np.argsort(odds)]) >= 0).all()
    np.testing.assert_allclose(found, after.probs[:, 1], atol=1e-9)


def test_one_confident_error_of_a_rare_class_does_not_set_the_others_free():
    columns = drawn([2.0, 2.0, 2.0], n=1000)
    kept = np.flatnonzero(_top(columns) != 2)
    columns = {k: v[kept] for k, v in columns.items()}
    before = PerClass().fit(cal.predictions(**columns))
    error = {"logits": [[0.0, 0.0, 20.0]], "labels": [0]}
    after = PerClass().fit(
        cal.predictions(**{k: np.concatenate((v, error[k])) for k, v in columns.items()})
    )
    assert before.spread < 0.2
    assert after.spread < 0.2


def test_weights_equal_repetition():
    columns = drawn(FACTORS, n=300)
    times = np.arange(300) % 3
    weighted = PerClass().fit(cal.predictions(**columns, weights=times))
    index = np.repeat(np.arange(300), times)
    repeated = PerClass().fit(cal.predictions(**{k: v[index] for k, v in columns.items()}))
    torch.testing.assert_close(weighted.sharpness, repeated.sharpness, rtol=1e-8, atol=1e-8)


def test_a_file_cannot_bring_in_what_no_fit_finds(monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    record = json.loads(json.dumps(PerClass().fit(cal.predictions(**drawn(FACTORS))).to_dict()))
    for change in (
        {"sharpness": {"array": [1.0, 1.0, 1.0, -1.0], "dtype": "float64"}},
        {"sharpness": {"array": [1.0], "dtype": "float64"}},
        {"spread": -1.0},
    ):
        with pytest.raises(InputError):
            restored({**record, **change})


def test_calibrators_that_do_not_suit_are_refused(monkeypatch):
    rows = cal.predictions(**drawn(FACTORS, n=400), groups=["a"] * 200 + ["b"] * 200)
    with pytest.raises(InputError, match="calibrator must look at nothing but what is stated"):
        PerClass(cal.calibrators.PerGroup()).fit(rows)
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    for bad in (PerClass(), "temperature"):
        with pytest.raises(InputError, match="calibrator must be one for all rows"):
            PerClass(bad)
