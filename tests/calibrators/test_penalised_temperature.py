"""The penalty draws the temperature towards 1, and one exists where log loss alone has none."""

import math
from fractions import Fraction

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq, minimize_scalar
from scipy.special import expit, log_softmax

import calibrant as cal
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import FitError, InputError


def drawn(n_classes=3, n=60, sharpness=2.5):
    """Logits that are too sure, and labels drawn from the probabilities before that."""
    rng = np.random.default_rng(0)
    true = 2 * rng.standard_normal((n, n_classes))
    noise = rng.gumbel(size=true.shape)
    return sharpness * true, (true + noise).argmax(axis=1)


def fit(*, penalty, bounds=(0.01, 100.0), **columns):
    return TemperatureScaling(bounds, penalty).fit(cal.predictions(**columns)).value


def penalised(beta, logits, labels, penalty):
    """Total log loss and its penalty, by NumPy and SciPy alone."""
    log_probs = log_softmax(beta * logits, axis=1)[np.arange(len(labels)), labels]
    return -log_probs.sum() + penalty * (beta - 1 - math.log(beta))


SEPARABLE = {"logits": [[5.0, 0.0], [0.0, 1.0], [3.0, 1.0]], "labels": [0, 1, 0]}


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.tuples(st.floats(-50, 50), st.booleans()), min_size=1, max_size=20),
    st.sampled_from([0.01, 1.0, 2.0, 50.0]),
)
def test_every_rows_of_possible_labels_have_a_penalised_temperature(rows, penalty):
    odds, labels = (np.array(column) for column in zip(*rows, strict=True))
    value = fit(penalty=penalty, bounds=(1e-9, 1e9), logits=odds, labels=labels)
    logits = np.stack((np.zeros_like(odds), odds), axis=1)
    hard = labels.astype(int)
    here = penalised(1 / value, logits, hard, penalty)
    for beta in (1.0, 0.99 / value, 1.01 / value):
        assert here <= penalised(beta, logits, hard, penalty) + 1e-9


def test_no_penalty_is_the_fit_without_one_to_the_bit():
    logits, labels = drawn(n=2000)
    rows = cal.predictions(logits=logits, labels=labels)
    assert TemperatureScaling(penalty=0.0).fit(rows) == TemperatureScaling().fit(rows)


def test_greater_penalties_lie_nearer_to_one_and_the_greatest_at_it():
    logits, labels = drawn()
    penalties = (0.0, 0.1, 2.0, 50.0, 1e4, 1e12)
    values = [fit(penalty=p, logits=logits, labels=labels) for p in penalties]
    assert values == sorted(values, reverse=True)
    assert values[0] > 1.5
    assert values[-1] == pytest.approx(1.0, abs=1e-9)


def test_more_rows_outweigh_the_penalty():
    logits, labels = drawn(n=200)
    free = fit(penalty=0.0, logits=logits, labels=labels)
    some = fit(penalty=2.0, logits=logits, labels=labels)
    many = fit(penalty=2.0, logits=logits, labels=labels, weights=np.full(200, 1000.0))
    assert abs(many - free) < 0.01 * abs(some - free)


def test_weights_equal_repetition():
    logits, labels = drawn(n=600)
    times = np.arange(600) % 3
    weighted = fit(penalty=2.0, logits=logits, labels=labels, weights=times)
    index = np.repeat(np.arange(600), times)
    repeated = fit(penalty=2.0, logits=logits[index], labels=labels[index])
    assert weighted == pytest.approx(repeated, rel=1e-12)


@pytest.mark.parametrize("penalty", [0.0, 2.0])
def test_order_of_classes_and_shifts_of_logits_change_nothing(penalty):
    logits, labels = drawn(4)
    expected = fit(penalty=penalty, logits=logits, labels=labels)
    order = np.array([2, 0, 3, 1])
    turned = fit(penalty=penalty, logits=logits[:, order], labels=order.argsort()[labels])
    assert turned == pytest.approx(expected, rel=1e-12)
    shift = np.linspace(-100, 100, len(labels))[:, None]
    assert fit(penalty=penalty, logits=logits + shift, labels=labels) == pytest.approx(expected)


def test_soft_labels_count_as_rows_of_their_weight():
    logits, _ = drawn(n=300)
    soft = np.exp(log_softmax(logits / 2.5, axis=1))
    every = np.repeat(np.arange(300), 3)
    expected = fit(
        penalty=2.0,
        logits=logits[every],
        labels=np.tile(np.arange(3), 300),
        weights=soft.reshape(-1),
    )
    assert fit(penalty=2.0, logits=logits, labels=soft) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("n_classes", [2, 3, 50])
@pytest.mark.parametrize("sharpness", [0.2, 1.0, 8.0])
@pytest.mark.parametrize("penalty", [0.5, 2.0, 100.0])
def test_agrees_with_a_search_of_penalised_log_loss(n_classes, sharpness, penalty):
    logits, labels = drawn(n_classes, 300, sharpness)
    best = minimize_scalar(
        penalised,
        args=(logits, labels, penalty),
        bounds=(0.01, 100.0),
        method="bounded",
        options={"xatol": 1e-10},
    )
    value = fit(penalty=penalty, logits=logits, labels=labels)
    assert 1 / value == pytest.approx(best.x, rel=1e-6)
    assert penalised(1 / value, logits, labels, penalty) <= best.fun * (1 + 1e-15)


@pytest.mark.parametrize(("right", "n"), [(80, 100), (5, 5), (0, 5), (1, 1)])
@pytest.mark.parametrize("margin", [10.0, 0.3])
def test_constant_margin_agrees_with_the_root_of_its_slope(right, n, margin):
    def slope(beta):  # of n softplus(m b) - right m b + 2 (b - 1 - log b)
        return margin * (n * expit(margin * beta) - right) + 2 * (1 - 1 / beta)

    root = brentq(slope, 1e-6, 1e6, xtol=1e-15, rtol=1e-15)
    labels = torch.arange(n) < right
    value = fit(penalty=2.0, logits=np.full(n, margin), labels=labels)
    assert 1 / value == pytest.approx(root, rel=1e-12)


def test_one_row_known_by_half_has_a_penalised_optimum_in_closed_form():
    # a row of soft label 3/4 at log-odds m: slope m (1/(1 + exp(-m b)) - 3/4) + L (1 - 1/b).
    # At m b = log 9 the first term is m (9/10 - 3/4) = 3m/20; b = 1/2 wants L = 3m/20 / (1/b - 1)
    margin = 2 * math.log(9)
    penalty = float(Fraction(3, 20)) * margin
    value = fit(penalty=penalty, logits=[margin], labels=[0.75])
    assert value == pytest.approx(2.0, rel=1e-12)


def test_rows_all_rated_alike_say_nothing_so_the_temperature_is_one():
    assert fit(penalty=2.0, logits=[[1.0, 1.0], [7.0, 7.0]], labels=[0, 1]) == 1.0
    assert fit(penalty=2.0, probs=[0.5], labels=[1]) == 1.0


def test_separable_rows_sharpen_a_little_instead_of_failing():
    with pytest.raises(FitError, match="separates the classes without an error"):
        fit(penalty=0.0, **SEPARABLE)
    assert 0.5 < fit(penalty=2.0, **SEPARABLE) < 1.0


def test_model_worse_than_chance_is_softened_instead_of_refused():
    columns = {"logits": [2.0, 2.0, -1.0], "labels": [0, 0, 1]}
    with pytest.raises(FitError, match="no better than chance"):
        fit(penalty=0.0, **columns)
    assert fit(penalty=2.0, **columns) > 1.5


def test_label_that_is_ruled_out_has_no_temperature_whatever_the_penalty():
    with pytest.raises(FitError, match="1 of 2 rows give probability 0 to what came out"):
        fit(penalty=2.0, probs=[0.0, 0.5], labels=[1, 0])


@pytest.mark.parametrize(
    ("logits", "label", "message"),
    [
        ([1e6] * 5, [1, 1, 1, 1, 0], "least penalised log loss on 5 rows: the best one is greater"),
        ([1.0] * 9, [1] * 9, "least penalised log loss on 9 rows: the best one is smaller"),
    ],
)
def test_optimum_beyond_the_bounds_is_refused(logits, label, message):
    with pytest.raises(FitError, match=message):
        fit(penalty=0.1, bounds=(0.9, 100.0), logits=logits, labels=label)


@pytest.mark.parametrize("penalty", [-1.0, math.inf, math.nan])
def test_penalty_is_finite_and_not_negative(penalty):
    with pytest.raises(InputError, match="penalty must be finite and at least 0; got"):
        TemperatureScaling(penalty=penalty)
