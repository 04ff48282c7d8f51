"""Shares of classes are found from unlabelled rows, and probabilities follow them."""

import json

import numpy as np
import pytest
import torch
from scipy.optimize import minimize_scalar

import calibrant as cal
from calibrant.calibrators.named import restored
from calibrant.calibrators.shift.prior_shift import PriorShift, Reweighted
from calibrant.errors import FitError, InputError
from calibrant.metrics.proper.scores import LogLoss

CENTRES = np.array([[0.0, 0.0], [2.0, 0.0], [0.0, 2.0]])
OLD, NEW = np.array([0.5, 0.3, 0.2]), np.array([0.1, 0.3, 0.6])


def drawn(n, shares, seed=0):
    """Normal features about the centre of the class, and exact probabilities for OLD."""
    rng = np.random.default_rng(seed)
    labels = rng.choice(3, size=n, p=shares)
    x = CENTRES[labels] + rng.normal(size=(n, 2))
    logits = -0.5 * np.square(x[:, None] - CENTRES).sum(-1) + np.log(OLD)
    return logits, labels


def exact(logits):
    moved = logits + np.log(NEW / OLD)
    return np.exp(moved) / np.exp(moved).sum(-1, keepdims=True)


@pytest.mark.parametrize(("by", "close"), [("em", 0.02), ("bbse", 0.05)])
def test_shares_and_probabilities_of_the_target_are_found(by, close):
    old, old_labels = drawn(6000, OLD)
    new, new_labels = drawn(6000, NEW, seed=1)
    source = cal.predictions(logits=old, labels=old_labels)
    target = cal.predictions(logits=new)
    fitted = PriorShift(by).fit(target, source=source)
    np.testing.assert_allclose(fitted.target.numpy(), NEW, atol=close)
    np.testing.assert_allclose(fitted.transform(target).probs, exact(new), atol=2 * close)
    labelled = cal.predictions(logits=new, labels=new_labels)
    assert LogLoss()(fitted.transform(labelled)).value < LogLoss()(labelled).value - 0.1


def test_em_of_two_classes_is_the_likeliest_share():
    rng = np.random.default_rng(0)
    probs = rng.uniform(0.05, 0.95, size=300)

    def minus(q):
        return -np.log(q * probs / 0.3 + (1 - q) * (1 - probs) / 0.7).sum()

    best = minimize_scalar(
        minus, bounds=(1e-6, 1 - 1e-6), method="bounded", options={"xatol": 1e-10}
    )
    fitted = PriorShift().fit(cal.predictions(probs=probs), source=[0.7, 0.3])
    assert float(fitted.target[1]) * 301 - 0.3 == pytest.approx(300 * best.x, rel=1e-3)
    columns = cal.predictions(probs=np.stack((1 - probs, probs), axis=1))
    again = PriorShift().fit(columns, source=[0.7, 0.3])
    torch.testing.assert_close(again.target, fitted.target, rtol=1e-6, atol=1e-8)


def test_bbse_of_two_classes_solves_the_two_equations():
    probs = [0.8] * 8 + [0.2] * 2 + [0.8] * 3 + [0.2] * 7
    labels = [1] * 10 + [0] * 10  # predicted positive: .8 of class 1, .3 of class 0
    source = cal.predictions(probs=probs, labels=labels)
    target = cal.predictions(probs=[0.8] * 70 + [0.2] * 30)
    found = PriorShift("bbse").fit(target, source=source)
    q = (0.7 - 0.3) / (0.8 - 0.3)
    assert float(found.target[1]) == pytest.approx((100 * q + 0.5) / 101, rel=1e-9)


def test_weights_equal_repetition():
    logits, _ = drawn(90, NEW)
    times = np.arange(90) % 3
    weighted = PriorShift().fit(cal.predictions(logits=logits, weights=times), source=OLD.tolist())
    repeated = PriorShift().fit(
        cal.predictions(logits=np.repeat(logits, times, axis=0)), source=OLD.tolist()
    )
    unmixed = [(one.target * (one.n + 1) - one.source) / one.n for one in (weighted, repeated)]
    torch.testing.assert_close(unmixed[0], unmixed[1], rtol=1e-5, atol=1e-7)


def test_probabilities_of_0_stay_0_and_no_class_is_ruled_out():
    target = cal.predictions(probs=[[1.0, 0.0, 0.0]] * 5 + [[0.5, 0.5, 0.0]] * 5)
    fitted = PriorShift().fit(target, source=[0.4, 0.4, 0.2])
    assert (fitted.target > 0).all()
    probs = fitted.transform(target).full_probs
    assert probs[0].tolist() == [1.0, 0.0, 0.0]
    assert bool(probs.isfinite().all())
    other = fitted.transform(cal.predictions(probs=[[0.0, 0.0, 1.0]]))
    assert other.full_probs.tolist() == [[0.0, 0.0, 1.0]]


def test_predicted_classes_that_tell_nothing_are_no_fit():
    source = cal.predictions(probs=[0.9] * 10, labels=[0, 1] * 5)
    with pytest.raises(FitError, match="predicted classes do not tell the true ones apart"):
        PriorShift("bbse").fit(cal.predictions(probs=[0.9] * 4), source=source)


def test_a_file_brings_back_the_same_bits_and_no_other():
    logits, _ = drawn(200, NEW)
    rows = cal.predictions(logits=logits)
    fitted = PriorShift().fit(rows, source=OLD.tolist())
    record = json.loads(json.dumps(fitted.to_dict()))
    again = restored(record)
    assert isinstance(again, Reweighted)
    np.testing.assert_array_equal(again.transform(rows).probs, fitted.transform(rows).probs)
    record["target"]["array"] = [0.5, 0.5, 0.0]
    with pytest.raises(InputError, match="target must be 3 shares above 0"):
        restored(record)


def test_sources_that_tell_no_shares_are_refused():
    target = cal.predictions(probs=[0.2, 0.8])
    for source, message in (
        ([0.5, 0.4], "source must be shares that add up to 1"),
        ([1.0, 0.0], "source must have rows of every class"),
        ([0.2, 0.3, 0.5], "source must have 2 classes; got 3"),
        (target, "source must have labels"),
    ):
        with pytest.raises(InputError, match=message):
            PriorShift().fit(target, source=source)
    with pytest.raises(InputError, match="source must be labelled predictions for bbse"):
        PriorShift("bbse").fit(target, source=[0.5, 0.5])
