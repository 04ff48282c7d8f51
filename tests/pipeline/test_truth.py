"""True calibration error against known probabilities."""

import numpy as np
import pytest

from calibrant.pipeline.truth import true_error


def test_a_model_that_states_the_truth_has_no_error():
    true = np.random.default_rng(0).beta(2, 2, 10_000)
    result = true_error(true, true)
    assert result.value == 0
    assert result.noise_floor == 0
    assert result.n == 10_000


def test_a_known_distortion_is_found():
    # p = eta + 0.1 sin(2 pi eta) is one-to-one, so E[eta | p] = eta and the error is
    # the mean of 0.1 |sin| over uniform eta: 0.1 * 2 / pi.
    true = np.random.default_rng(1).uniform(size=400_000)
    stated = true + 0.1 * np.sin(2 * np.pi * true)
    assert true_error(stated, true).value == pytest.approx(0.2 / np.pi, abs=2e-4)


def test_noise_that_averages_out_within_a_score_is_no_error():
    # eta is p plus noise of mean 0: E[eta | p] = p, and what is left is the floor.
    generator = np.random.default_rng(2)
    stated = generator.uniform(0.3, 0.7, 200_000)
    true = stated + generator.normal(0, 0.1, 200_000)
    result = true_error(stated, true)
    assert result.value == pytest.approx(result.noise_floor, rel=0.3)
    assert result.noise_floor == pytest.approx(0.1 * np.sqrt(2 / (np.pi * 2000)), rel=0.01)


def test_equal_scores_are_never_split():
    # Half of the rows state 0.5; whatever the bins, their mean truth is compared with 0.5 once.
    stated = np.concatenate((np.full(500, 0.5), np.linspace(0.9, 0.99, 500)))
    true = np.concatenate((np.tile([0.3, 0.7], 250), np.linspace(0.9, 0.99, 500)))
    assert true_error(stated, true, n_bins=7).value == pytest.approx(0, abs=1e-12)


def test_one_row_is_its_own_bin():
    assert true_error(np.array([0.75]), np.array([0.5])).value == 0.25
