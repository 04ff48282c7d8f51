"""Each form of probabilities derives the others, without losing digits at the ends."""

import math

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from scipy.special import expit, log_softmax, softmax

from calibrant.prediction.forms import Logits, PositiveLogits, PositiveProbs, Probs

LOGITS = np.array([[0.0, 1.0, -2.0], [30.0, -40.0, 10.0], [1e4, -1e4, 0.0], [-math.inf, 0.0, 0.5]])
ODDS = np.array([-1e4, -40.0, -1.0, 0.0, 1.0, 40.0, 1e4])


def positive(logits):
    """The four forms of two classes with the same meaning."""
    z = torch.as_tensor(logits)
    both = torch.stack((torch.zeros_like(z), z), dim=-1)
    return [PositiveLogits(z), Logits(both), PositiveProbs(z.sigmoid()), Probs(both.softmax(-1))]


def test_logits_are_normalised():
    form = Logits(torch.from_numpy(LOGITS))
    np.testing.assert_allclose(form.probs, softmax(LOGITS, axis=-1), rtol=1e-12)
    np.testing.assert_allclose(form.log_probs, log_softmax(LOGITS, axis=-1), rtol=1e-12, atol=1e-15)
    assert form.n_classes == 3


def test_float32_logits_are_normalised_in_float64():
    narrow = LOGITS.astype(np.float32)
    form = Logits(torch.from_numpy(narrow))
    np.testing.assert_allclose(form.probs, softmax(narrow.astype(float), axis=-1), rtol=1e-12)
    odds = PositiveLogits(torch.tensor([20.0], dtype=torch.float32))
    assert float(odds.positive) == pytest.approx(expit(20.0), rel=1e-15)


def test_log_odds_are_those_of_the_positive_class():
    form = PositiveLogits(torch.from_numpy(ODDS))
    np.testing.assert_allclose(form.positive, expit(ODDS), rtol=1e-12)
    np.testing.assert_allclose(form.probs[:, 0], expit(-ODDS), rtol=1e-12)  # no 1 - p
    np.testing.assert_allclose(form.log_probs[:, 1], -np.logaddexp(0, -ODDS), rtol=1e-12)


def test_log_of_a_complement_keeps_digits_that_the_complement_loses():
    form = PositiveProbs(torch.tensor([1e-20], dtype=torch.float64))
    assert float(form.log_probs[0, 0]) == pytest.approx(-1e-20)
    assert float(form.probs[0, 0]) == 1


@pytest.mark.parametrize("at", range(4))
def test_all_forms_of_two_classes_agree(at):
    odds = [-3.0, -0.5, 0.25, 2.0]
    form, expected = positive(odds)[at], positive(odds)[0]
    np.testing.assert_allclose(form.probs, expected.probs, rtol=1e-6)
    np.testing.assert_allclose(form.log_probs, expected.log_probs, rtol=1e-5)
    np.testing.assert_allclose(form.positive, expected.positive, rtol=1e-6)
    top = form.top_label()
    assert top.guess.tolist() == [0, 0, 1, 1]
    stated = top.prob if top.mirrored is None else torch.where(top.mirrored, 1 - top.prob, top.prob)
    np.testing.assert_allclose(stated, expected.probs.max(-1).values, rtol=1e-6)
    assert form.n_classes == 2


@pytest.mark.parametrize("form", positive([0.0]), ids=lambda form: type(form).__name__)
def test_tie_of_two_goes_to_the_positive_class(form):
    assert form.top_label().guess.tolist() == [1]


@pytest.mark.parametrize("n_classes", [2, 3, 10, 64, 1000])
def test_tie_of_many_goes_to_the_lowest_index(n_classes):
    scores = torch.zeros(1, n_classes)
    scores[0, 1:] = 1.0
    assert Logits(scores).top_label().guess.tolist() == [1]
    assert Probs(scores / (n_classes - 1)).top_label().guess.tolist() == [1]


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
@pytest.mark.parametrize("n_classes", [3, 63, 64, 300])
def test_top_label_of_many_classes_is_the_greatest_in_every_layout(n_classes, dtype):
    generator = torch.Generator().manual_seed(n_classes)
    values = torch.rand(n_classes, 50, generator=generator).to(dtype)
    for scores in (values.T, values.T.contiguous()):
        top = Probs(scores).top_label()
        assert torch.equal(top.prob, scores.amax(dim=-1))
        assert torch.equal(scores[torch.arange(50), top.guess], top.prob)


@given(st.floats(0, 1))
def test_top_label_of_a_positive_probability_is_at_least_one_half(prob):
    top = PositiveProbs(torch.tensor([prob], dtype=torch.float64)).top_label()
    stated = 1 - prob if bool(top.mirrored) else prob
    assert stated >= 0.5
    assert float(top.prob) == prob  # untouched, so that its bin is exact
    assert int(top.guess) == int(prob >= 0.5)


def test_likeliest_class_of_logits_is_found_before_rounding():
    form = Logits(torch.tensor([[0.0, 200.0, 200.0001]]))  # both round to .5 or 1 in float32
    assert form.top_label().guess.tolist() == [2]
