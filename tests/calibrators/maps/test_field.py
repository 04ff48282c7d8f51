"""Looks at maps are what plain loops see; parameters are what a general minimiser finds."""

import numpy as np
import torch
from scipy.optimize import minimize
from scipy.special import entr

from calibrant.calibrators.maps.field import Pixels, fitted_field
from calibrant.calibrators.maps.surroundings import surroundings


def test_parameters_are_those_that_a_general_minimiser_finds():
    rng = np.random.default_rng(0)
    scores = rng.normal(scale=3, size=(300, 3))
    scores -= scores.max(axis=1, keepdims=True)
    labels = rng.integers(0, 3, size=300)
    labels = np.where(rng.random(300) < 0.6, scores.argmax(axis=1), labels)
    looks = np.column_stack((np.ones(300), rng.normal(size=(300, 2))))
    weight, strength = rng.uniform(0.5, 2, size=300), 3.0
    stated = scores[np.arange(300), labels]

    def penalised(at):
        beta = np.exp(-looks @ at)
        each = np.log(np.exp(beta[:, None] * scores).sum(axis=1)) - beta * stated
        return weight @ each + strength / 2 * (at[1:] ** 2).sum()

    expected = minimize(penalised, np.zeros(3), method="BFGS", options={"gtol": 1e-8}).x
    pixels = Pixels(*(torch.from_numpy(each) for each in (scores, stated, weight, looks)))
    found = fitted_field(pixels, torch.zeros(3, dtype=torch.float64), strength)
    np.testing.assert_allclose(found, expected, atol=1e-6)


def test_looks_are_what_a_plain_loop_sees():
    rng = np.random.default_rng(0)
    logits = rng.normal(scale=2, size=(2, 3, 6, 7))
    logits[0, :, 2, 3] = np.nan  # a hole
    logits[1, 0, 1, 1] = -np.inf  # a class ruled out
    looks = surroundings(torch.from_numpy(logits), 1.5, (3, 5)).numpy()
    probs = torch.from_numpy(logits / 1.5).softmax(dim=1).numpy()
    entropy = entr(probs).sum(axis=1) / np.log(3)
    for image, i, j in np.ndindex(2, 6, 7):
        if (image, i, j) == (0, 2, 3):
            continue
        expected = [entropy[image, i, j]]
        agreements = []
        for half in (1, 2):
            window = np.s_[max(i - half, 0) : i + half + 1, max(j - half, 0) : j + half + 1]
            around = probs[image][:, *window].reshape(3, -1)
            there = ~np.isnan(around[0])
            expected.append(entropy[image][window].ravel()[there].mean())
            agreements.append(probs[image, :, i, j] @ around[:, there].mean(axis=1))
        np.testing.assert_allclose(looks[image, :, i, j], expected + agreements, atol=1e-12)
