"""Temperature scaling finds the one best temperature, or says why there is none."""

import math
import re

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.special import expit

import calibrant as cal
from calibrant.calibrators import temperature
from calibrant.calibrators.temperature import Temperature, TemperatureScaling
from calibrant.errors import FitError, InputError
from calibrant.metrics.proper.scores import LogLoss


def drawn(n_classes=3, n=5000, sharpness=2.5, dtype=torch.float64):
    """Logits that are too sure, and labels drawn from the probabilities before that."""
    generator = torch.Generator().manual_seed(0)
    true = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    return (sharpness * true).to(dtype), labels


def by(value, n_classes=2):
    """Fitted temperature, as of ten rows."""
    return Temperature(n_classes=n_classes, n=10, value=value)


def fit(**columns):
    return TemperatureScaling().fit(cal.predictions(**columns)).value


def log_loss(rows):
    return LogLoss()(rows).value


def test_recovers_the_planted_temperature():
    logits, labels = drawn(n=40_000)
    assert fit(logits=logits, labels=labels) == pytest.approx(2.5, rel=0.03)


@pytest.mark.parametrize("n_classes", [2, 3, 50])
@pytest.mark.parametrize("sharpness", [0.2, 1.0, 8.0])
def test_agrees_with_a_search_of_log_loss(n_classes, sharpness):
    logits, labels = drawn(n_classes, 2000, sharpness)
    rows = cal.predictions(logits=logits, labels=labels)
    best = minimize_scalar(
        lambda t: log_loss(by(t, rows.n_classes).transform(rows)),
        bounds=(0.05, 20.0),
        method="bounded",
        options={"xatol": 1e-9},
    )
    fitted = TemperatureScaling().fit(rows)
    assert fitted.value == pytest.approx(best.x, rel=1e-5)
    assert log_loss(fitted.transform(rows)) <= best.fun + 1e-13


@pytest.mark.parametrize(("right", "n"), [(80, 100), (2, 3), (99_999, 100_000)])
@pytest.mark.parametrize("margin", [10.0, 0.01])
def test_constant_margin_has_a_closed_form(right, n, margin):
    labels = torch.arange(n) < right
    expected = margin / math.log(right / (n - right))  # stated odds become those observed
    bounds = (expected / 2, expected * 2)
    rows = cal.predictions(logits=torch.full((n,), margin, dtype=torch.float64), labels=labels)
    assert TemperatureScaling(bounds).fit(rows).value == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_declared_form_does_not_matter(dtype):
    logits, labels = drawn(2, sharpness=1.5, dtype=dtype)
    odds = logits[:, 1] - logits[:, 0]
    expected = fit(logits=logits, labels=labels)
    for columns in (
        {"logits": odds},
        {"probs": logits.softmax(-1)},
        {"probs": odds.sigmoid()},
        {"logits": logits + 100},
        {"logits": logits.log_softmax(-1)},
    ):
        tolerance = 1e-9 if dtype == torch.float64 else 1e-4
        assert fit(**columns, labels=labels) == pytest.approx(expected, rel=tolerance)


@pytest.mark.parametrize("form", ["logits", "probs"])
@pytest.mark.parametrize("n_classes", [1, 3])
def test_second_fit_finds_nothing_to_do(form, n_classes):
    logits, labels = drawn(max(n_classes, 2))
    logits = logits[:, 1] - logits[:, 0] if n_classes == 1 else logits
    probs = logits.sigmoid() if n_classes == 1 else logits.softmax(-1)
    rows = cal.predictions(**{form: logits if form == "logits" else probs}, labels=labels)
    after = TemperatureScaling().fit(rows).transform(rows)
    assert TemperatureScaling().fit(after).value == pytest.approx(1.0, abs=1e-9)


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=2, max_size=20),
    st.sampled_from([1e-3, 1.0, 1e3]),
)
def test_temperature_is_positive_within_bounds_and_never_harms(rows, scale):
    odds, labels = (np.array(column) for column in zip(*rows, strict=True))
    predictions = cal.predictions(logits=odds * scale, labels=labels)
    at_bounds = [log_loss(by(t).transform(predictions)) for t in (0.01, 100.0)]
    try:
        fitted = TemperatureScaling().fit(predictions)
    except FitError:
        assert log_loss(predictions) >= min(at_bounds) - 1e-9  # a bound is best
        return
    assert 0.01 <= fitted.value <= 100
    best = log_loss(fitted.transform(predictions))
    assert best <= min(log_loss(predictions), *at_bounds) + 1e-12


def test_weights_equal_repetition():
    logits, labels = drawn(n=600)
    times = torch.arange(600) % 3
    weighted = fit(logits=logits, labels=labels, weights=times)
    index = torch.arange(600).repeat_interleave(times)
    assert weighted == pytest.approx(fit(logits=logits[index], labels=labels[index]), rel=1e-12)
    scaled = fit(logits=logits, labels=labels, weights=1e-6 * times)
    assert scaled == pytest.approx(weighted, rel=1e-12)


def test_ignored_rows_have_no_effect_whatever_they_hold():
    logits, labels = drawn(n=600)
    spoilt, holes = logits.clone(), labels.clone()
    spoilt[::3], holes[::3] = torch.nan, -1
    kept = torch.arange(600) % 3 > 0
    fitted = TemperatureScaling().fit(cal.predictions(logits=spoilt, labels=holes, ignore_index=-1))
    assert fitted.value == fit(logits=logits[kept], labels=labels[kept])
    assert fitted.n == 400


def test_soft_labels_count_as_rows_of_their_weight():
    logits, labels = drawn(n=300)
    soft = (logits / 2.5).softmax(-1)
    every = torch.arange(300).repeat_interleave(3)
    expected = fit(
        logits=logits[every], labels=torch.arange(3).repeat(300), weights=soft.reshape(-1)
    )
    assert fit(logits=logits, labels=soft) == pytest.approx(expected, rel=1e-9)
    hard = torch.nn.functional.one_hot(labels).double()
    assert fit(logits=logits, labels=hard) == pytest.approx(fit(logits=logits, labels=labels))


def test_masked_classes_stay_masked_and_do_not_count():
    logits, labels = drawn()
    masked = torch.nn.functional.pad(logits, (0, 1), value=-torch.inf)
    rows = cal.predictions(logits=masked, labels=labels)
    fitted = TemperatureScaling().fit(rows)
    assert fitted.value == pytest.approx(fit(logits=logits, labels=labels), rel=1e-12)
    assert not fitted.transform(rows).probs[:, -1].any()
    soft = torch.nn.functional.one_hot(labels, 4).double()
    assert fit(logits=masked, labels=soft) == pytest.approx(fitted.value, rel=1e-12)


def test_likeliest_class_and_all_ranks_stay():
    logits, labels = drawn(n=500)
    rows = cal.predictions(logits=logits, labels=labels)
    after = by(3.0, rows.n_classes).transform(rows)
    assert torch.equal(after.probs.argsort(-1), rows.probs.argsort(-1))
    expected = (logits / 3).softmax(-1)
    np.testing.assert_allclose(after.probs, expected, rtol=1e-12)


@pytest.mark.parametrize("value", [0.05, 1.0, 4.0])
def test_sure_probabilities_stay_sure(value):
    transform = by(value).transform
    both = transform(cal.predictions(probs=[[0.0, 1.0], [0.5, 0.5]]))
    assert both.probs == [[0.0, 1.0], [0.5, 0.5]]
    assert transform(cal.predictions(probs=[0.0, 1.0, 0.5])).probs == [0.0, 1.0, 0.5]


def test_one_column_equals_two():
    probs = np.array([0.1, 0.4, 0.9])
    one = by(2.0).transform(cal.predictions(probs=probs)).probs
    two = by(2.0).transform(cal.predictions(probs=np.stack((1 - probs, probs), -1)))
    np.testing.assert_allclose(one, two.probs[:, 1], rtol=1e-12)
    np.testing.assert_allclose(one, expit(np.log(probs / (1 - probs)) / 2), rtol=1e-12)


def test_transform_keeps_labels_weights_names_shape_and_kind():
    images = torch.full((2, 3, 4, 5), 1 / 3).numpy()
    truth = np.zeros((2, 4, 5), dtype=int)
    rows = cal.predictions(
        probs=images, labels=truth, weights=truth + 2.0, groups=["a", "b"], class_names=list("xyz")
    )
    after = by(2.0, rows.n_classes).transform(rows)
    assert isinstance(after.probs, np.ndarray)
    assert after.probs.shape == images.shape
    assert after.probs.dtype == images.dtype
    assert np.array_equal(after.labels, truth)
    assert after.weights is rows.weights
    assert after.groups is rows.groups
    assert after.class_names == ("x", "y", "z")


def test_unlabelled_rows_can_be_transformed_and_not_fitted_on():
    rows = cal.predictions(probs=[0.2, 0.9])
    assert len(by(2.0, rows.n_classes).transform(rows).probs) == 2
    with pytest.raises(InputError, match=r"labels must be given to fit on; got none\. Pass label"):
        TemperatureScaling().fit(rows)


NO_FIT = {
    "every row right": ({"logits": [[5.0, 0.0], [0.0, 1.0]], "labels": [0, 1]}, "separates the"),
    "one row right": ({"probs": [0.7], "labels": [1]}, "separates the classes without an error"),
    "one row wrong": ({"probs": [0.7], "labels": [0]}, "no better than chance"),
    "worse than chance": (
        {"logits": [2.0, 2.0, -1.0], "labels": [0, 0, 1]},
        "no better than chance",
    ),
    "as good as chance": ({"logits": [2.0, 2.0], "labels": [0, 1]}, "no better than chance"),
    "all alike": (
        {"logits": [[1.0, 1.0], [7.0, 7.0]], "labels": [0, 1]},
        "classes of every row al",
    ),
    "one half": ({"probs": [0.5, 0.5], "labels": [0, 1]}, "rates the classes of every row alike"),
    "one class": (
        {"logits": [[1.0], [2.0]], "labels": [0, 0], "class_names": ["only"]},
        "classes of every row alike",
    ),
    "above the bounds": (
        {"logits": [1e6] * 5, "labels": [1, 1, 1, 1, 0]},
        "no temperature between 0.01 and 100 has the least log loss on 5 rows: the best one is "
        "greater, for the model states far more than it knows",
    ),
    "below the bounds": (
        {"logits": [1e-6] * 5, "labels": [1, 1, 1, 1, 0]},
        "the best one is smaller, for the model knows far more than it states",
    ),
    "ruled out": (
        {"probs": [[1.0, 0.0], [0.5, 0.5]], "labels": [1, 0]},
        "1 of 2 rows give probability 0 to what came out. Use a model that rules nothing out, "
        "or a calibrator that reads ranks, such as isotonic.",
    ),
    "ruled out, positive": (
        {"probs": [0.0, 0.5], "labels": [1, 0]},
        "1 of 2 rows give probability 0",
    ),
    "masked": ({"logits": [[-math.inf, 0.0], [0.0, 1.0]], "labels": [0, 1]}, "infinite at every"),
    "ruled out in part": ({"probs": [[1.0, 0.0]] * 2, "labels": [[0.5, 0.5]] * 2}, "2 of 2 rows"),
}


@pytest.mark.parametrize("case", NO_FIT.values(), ids=NO_FIT)
def test_fit_that_does_not_exist_is_an_error_that_says_why(case):
    columns, message = case
    with pytest.raises(FitError, match=re.escape(message)):
        fit(**columns)


def test_label_of_probability_zero_does_not_matter_where_it_does_not_count():
    columns = {"probs": [0.0, 0.9, 0.9, 0.9, 0.9], "labels": [1, 1, 1, 1, 0]}
    assert fit(**columns, weights=[0, 1, 1, 1, 1]) == pytest.approx(math.log(9) / math.log(3))


@pytest.mark.parametrize("bounds", [(0.0, 1.0), (2.0, 1.0), (1.0, math.inf), (-1.0, 1.0)])
def test_bounds_are_positive_and_rise(bounds):
    with pytest.raises(InputError, match="bounds must be two positive numbers in rising order"):
        TemperatureScaling(bounds)


def test_fit_is_described_in_words_and_in_plain_data():
    assert "1.5" in by(1.5).found
    assert not by(1.5).found.endswith(".")
    assert by(1.5).to_dict() == {
        "method": "temperature",
        "n_classes": 2,
        "n": 10,
        "value": 1.5,
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_fit_takes_a_few_passes_over_the_rows(dtype, monkeypatch):
    passes, look = [], temperature.slopes_of
    monkeypatch.setattr(temperature, "slopes_of", lambda *at: passes.append(at) or look(*at))
    logits, labels = drawn(10, n=3000, dtype=dtype)
    fit(logits=logits, labels=labels)
    assert len(passes) <= 7


def test_fit_does_not_depend_on_row_order_beyond_rounding():
    logits, labels = drawn(n=2000)
    order = torch.randperm(2000, generator=torch.Generator().manual_seed(1))
    expected = fit(logits=logits, labels=labels)
    assert fit(logits=logits[order], labels=labels[order]) == pytest.approx(expected, rel=1e-12)
