"""Errors of mean savings: what following the noise adds, and what is told of none."""

import math

import numpy as np
import pytest
from scipy.special import expit, logit

import calibrant as cal
from calibrant.metrics.proper.corp import Miscalibration
from calibrant.metrics.proper.groups import groups_of_rows
from calibrant.metrics.proper.losses_of_events import LOSSES
from calibrant.metrics.proper.merging import merged_by_change
from calibrant.metrics.proper.overfit import fitted
from calibrant.metrics.proper.savings import growth, saved


def rows(n, seed, temperature=1.5):
    rng = np.random.default_rng([n, seed])
    logits = rng.normal(0, 1.5, n)
    labels = (rng.random(n) < expit(logits)).astype(int)
    return cal.predictions(probs=expit(temperature * logits), labels=labels)


def parts(n, seed):
    cells = merged_by_change(groups_of_rows(rows(n, seed), "positive"))
    stated = cells.wp / cells.w
    truth = expit(logit(np.clip(stated, 1e-12, 1 - 1e-12)) / 1.5)
    return cells, stated, truth, fitted((cells.wy / cells.w)[None], cells.w)[0]


@pytest.mark.parametrize("score", ["brier", "log_loss"])
@pytest.mark.parametrize("n", [300, 1000])
def test_growth_is_what_the_error_of_followed_noise_is_too_large_by(score, n):
    """Errors at what was found, over those at the truth: of sets of rows, and as it is told."""
    loss, found, at_truth, told = LOSSES[score], [], [], []
    for seed in range(40):
        cells, stated, truth, best = parts(n, seed)
        found.append(saved(stated, best, cells, loss)[1])
        at_truth.append(saved(stated, truth, cells, loss)[1])
        told.append(growth(truth, stated, cells, loss, n_draws=100))
    seen = np.sqrt(np.mean(np.square(found)) / np.mean(np.square(at_truth)))
    assert seen > 1.08
    assert np.mean(told) == pytest.approx(seen, rel=0.1)


def test_saving_of_a_truth_has_the_mean_and_error_of_rows():
    cells, stated, truth, _ = parts(500, 1)
    found, error = saved(stated, truth, cells, LOSSES["brier"])
    y = np.repeat([1.0, 0.0], [len(stated)] * 2)
    w = np.concatenate((cells.wy, cells.w - cells.wy))
    each = (y - np.tile(stated, 2)) ** 2 - (y - np.tile(truth, 2)) ** 2
    mean = w @ each / w.sum()
    assert found == pytest.approx(mean, rel=1e-12)
    assert error == pytest.approx(math.sqrt(w @ (each - mean) ** 2) / w.sum(), rel=1e-12)


def test_nothing_drawn_is_told_of_a_zero_that_never_came():
    """Stated 0, and none came: by the steps joined it comes at times, at an infinite loss."""
    rng = np.random.default_rng(4)
    probs = np.concatenate((np.zeros(50), rng.random(500)))
    labels = (rng.random(550) < probs).astype(int)
    given = cal.predictions(probs=probs, labels=labels)
    cells = merged_by_change(groups_of_rows(given, "positive"))
    stated = cells.wp / cells.w
    rising = np.linspace(0.01, 0.99, len(stated))
    assert growth(rising, stated, cells, LOSSES["log_loss"], n_draws=20) == 1
    assert growth(stated, stated, cells, LOSSES["brier"], n_draws=20) == 1  # nothing to save
    estimate = Miscalibration("log_loss")(given)
    assert 0 <= estimate.low < estimate.high < math.inf
