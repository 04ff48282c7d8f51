"""What the page of five libraries says of them is what those that are installed here say."""

import re
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.calibration import calibration_curve
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from torchmetrics.classification import BinaryCalibrationError

import calibrant as cal
from calibrant.metrics.binless.smooth import SmoothCalibrationError

DOCS = Path(__file__).parents[1] / "docs"
PAGE = (DOCS / "concepts" / "side-by-side.md").read_text("utf-8")


@pytest.fixture(scope="module")
def forest():
    """Probabilities and labels of the page."""
    features, benign = load_breast_cancer(return_X_y=True)
    train, test, train_labels, labels = train_test_split(
        features, benign, test_size=0.5, random_state=0, stratify=benign
    )
    model = RandomForestClassifier(20, random_state=0).fit(train, train_labels)
    return model.predict_proba(test)[:, 1], labels


def test_rows_and_scores_are_as_told(forest):
    probs, labels = forest
    ends = int(((probs == 0) | (probs == 1)).sum())
    assert f"{ends} of the {len(probs)} are exactly 0 or 1" in PAGE
    assert int(((probs == 1) & (labels == 0)).sum()) == 2  # called benign by all trees
    assert int(((probs == 0) & (labels == 1)).sum()) == 0


@pytest.mark.parametrize(
    ("n_bins", "said"), [(15, "draws the value, {}"), (10, "| torchmetrics | {}")]
)
def test_torchmetrics_gives_the_values_of_the_page(forest, n_bins, said):
    probs, labels = (torch.from_numpy(one) for one in forest)
    value = float(BinaryCalibrationError(n_bins=n_bins)(probs, labels))
    assert said.format(f"{value:.4f}".lstrip("0")) in PAGE


def test_scikit_learn_draws_the_points_of_the_page(forest):
    probs, labels = forest
    came, stated = calibration_curve(labels, probs)
    n = np.bincount(np.clip(np.ceil(5 * probs).astype(int) - 1, 0, 4))
    told = f"what is stated at {stated[2]:.2f} came out in {100 * came[2]:.0f} % of the rows"
    assert told.replace("0.", ".", 1) in PAGE
    assert f"this point is {n[2]} rows and the last one {n[4]}" in PAGE


def test_a_smooth_error_that_counts_the_ends_half_is_that_of_the_page(forest):
    """By quadrature over the reflected kernel, at the width that relplot finds for these rows."""
    probs, labels = forest
    places, width = np.linspace(0, 1, 4001), 43 / 1024

    def error(at_ends):
        gap, mass = np.zeros_like(places), np.zeros_like(places)
        for p, y in zip(probs, labels, strict=True):
            ends = p in (0, 1)
            images = (p,) if ends and at_ends == "half" else (p, -p, 2 - p)
            kernel = sum(np.exp(-(((places - c) / width) ** 2) / 2) for c in images)
            gap, mass = gap + (p - y) * kernel, mass + kernel
        return np.trapezoid(abs(gap), places) / np.trapezoid(mass, places)

    assert error("half") == pytest.approx(0.042, abs=0.001)  # as relplot says
    assert error("whole") < 0.032
    rows = cal.predictions(probs=probs, labels=labels)
    ours = cal.evaluate(rows, [SmoothCalibrationError(view="positive")])
    assert next(iter(ours.estimates.values())).value == pytest.approx(0.034, abs=0.0005)


def test_the_pictures_are_there_and_small():
    named = re.findall(r"\(\.\./images/(side-by-side-[a-z-]+\.(?:svg|png))\)", PAGE)
    assert len(named) == 5
    for name in named:
        assert 1000 < (DOCS / "images" / name).stat().st_size < 64 * 1024, name
