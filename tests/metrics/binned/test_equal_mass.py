"""Errors over bins of equal mass: against splits of sorted rows, ties, weights and the bound."""

import json
import math

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import CalibrantWarning
from calibrant.metrics.binned.equal_mass import bin_of_groups
from calibrant.metrics.binned.equal_mass_errors import (
    EqualMassCalibrationError,
    EqualMassSquaredCalibrationError,
)

NORMS = ("l1", "l2", "max")


def by_split(probs, labels, n_bins, norm):
    """Size of the gaps of sorted rows, split in parts of equal length."""
    order = np.argsort(probs, kind="stable")
    parts = [order[k] for k in np.array_split(np.arange(len(probs)), n_bins)]
    gaps = np.array([probs[part].mean() - labels[part].mean() for part in parts])
    share = np.array([len(part) for part in parts]) / len(probs)
    return {
        "l1": (share * np.abs(gaps)).sum(),
        "l2": np.sqrt((share * gaps**2).sum()),
        "max": np.abs(gaps).max(),
    }[norm]


def drawn(seed, n, truth=lambda p: p):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(size=n)
    return probs, rng.binomial(1, truth(probs))


@pytest.mark.parametrize("norm", NORMS)
@pytest.mark.parametrize("n_bins", [1, 5, 15, 300])
def test_is_the_error_of_sorted_rows_in_equal_parts(norm, n_bins):
    probs, labels = drawn(0, 300)
    rows = cal.predictions(probs=probs, labels=labels)
    found = EqualMassCalibrationError("positive", n_bins, norm)(rows)
    assert found.value == pytest.approx(by_split(probs, labels, n_bins, norm), abs=1e-13)


@pytest.mark.parametrize("seed", range(5))
def test_ties_are_never_split_whatever_the_order(seed):
    order = np.random.default_rng(seed).permutation(100)
    probs = np.repeat([0.7, 0.8], 50)[order]
    labels = np.array([1] * 35 + [0] * 15 + [1] * 40 + [0] * 10)[order]
    rows = cal.predictions(probs=probs, labels=labels)
    for norm in NORMS:
        found = EqualMassCalibrationError("positive", 10, norm)(rows)
        assert found.value == pytest.approx(0, abs=1e-14)
        assert found.noise_floor > 0


def test_fewer_rows_than_bins_are_a_bin_each():
    rows = cal.predictions(probs=[0.1, 0.4, 0.8], labels=[0, 1, 1])
    assert EqualMassCalibrationError("positive", 15)(rows).value == pytest.approx(0.9 / 3)


def test_a_group_lies_where_its_middle_does():
    weight = torch.tensor([1.0, 6.0, 1.0], dtype=torch.float64)  # cuts at 2, 4, 6; middle at 4
    assert bin_of_groups(weight, 4).tolist() == [0, 1, 3]
    assert bin_of_groups(weight, 4, "start").tolist() == [0, 0, 3]
    assert bin_of_groups(weight, 4, "end").tolist() == [0, 3, 3]


def test_weights_are_repetition_and_their_scale_moves_no_cut():
    probs, labels = drawn(1, 120)
    times = np.random.default_rng(2).integers(1, 4, size=120)
    metric = EqualMassCalibrationError("positive", 10)
    repeated = metric(cal.predictions(probs=probs.repeat(times), labels=labels.repeat(times))).value
    for scale in (1.0, 1e-3, 7.0, 0.1):
        rows = cal.predictions(probs=probs, labels=labels, weights=scale * times)
        assert metric(rows).value == pytest.approx(repeated, abs=1e-13)


HARD = {
    "uniform": lambda rng, n: rng.uniform(size=n),
    "1 % positives": lambda rng, n: rng.beta(0.5, 49.5, size=n),
    ".01 % positives": lambda rng, n: rng.beta(0.5, 4999.5, size=n),
    "near one half": lambda rng, n: 0.5 + 1e-4 * rng.uniform(-1, 1, size=n),
    "three scores": lambda rng, n: rng.choice([0.2, 0.5, 0.9], size=n),
}


@pytest.mark.filterwarnings("ignore::calibrant.errors.CalibrantWarning")
@pytest.mark.parametrize("law", HARD)
@pytest.mark.parametrize("norm", NORMS)
def test_grid_is_no_further_off_than_it_says(law, norm):
    rng = np.random.default_rng(0)
    for truth in (lambda p: p, np.square):
        probs = HARD[law](rng, 20_000)
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, truth(probs)))
        metric = EqualMassCalibrationError("positive", 15, norm)
        exact = metric(rows).value
        tally = cal.tally(rows, [metric]).tally_of(metric.statistic)
        found = metric.estimate(tally, level=0.95, class_names=("no", "yes"))
        assert abs(found.value - exact) <= found.bound + 1e-12
        if law in ("uniform", "three scores"):
            assert found.bound < {"l1": 0.01, "l2": 0.05, "max": 0.03}[norm]
        if law == "three scores":  # a cell whose rows agree is not split
            assert found.bound == pytest.approx(0, abs=1e-15)


@pytest.mark.filterwarnings("ignore::calibrant.errors.CalibrantWarning")
def test_scores_that_differ_by_little_are_no_tie():
    probs = np.repeat([0.90003, 0.90003 + 1e-6], 5)  # of one cell, and of two bins
    rows = cal.predictions(probs=probs, labels=[1] * 5 + [0] * 5)
    metric = EqualMassCalibrationError("positive", 2)
    tally = cal.tally(rows, [metric]).tally_of(metric.statistic)
    found = metric.estimate(tally, level=0.95, class_names=("no", "yes"))
    assert metric(rows).value == pytest.approx(0.5, abs=1e-4)
    assert found.value == pytest.approx(0.4, abs=1e-4)
    assert found.bound >= 0.1


def test_grid_warns_where_scores_crowd():
    probs = HARD["near one half"](np.random.default_rng(0), 1000)
    rows = cal.predictions(probs=probs, labels=np.arange(1000) % 2)
    tallies = cal.tally(rows, ["positive_ece_equal_mass"])
    with pytest.warns(CalibrantWarning, match="from the grid may be .* off: scores crowd"):
        cal.evaluate(tallies, ["positive_ece_equal_mass"])


def test_square_without_noise_is_that_of_equal_parts():
    probs, labels = drawn(3, 450, np.square)
    order, total = np.argsort(probs), 0.0
    for part in order.reshape(15, 30):
        gap = probs[part] - labels[part]
        total += (gap.mean() ** 2 - gap.var(ddof=1) / 30) / 15
    rows = cal.predictions(probs=probs, labels=labels)
    assert EqualMassSquaredCalibrationError("positive")(rows).value == pytest.approx(total)
    none = EqualMassSquaredCalibrationError()(cal.events(probs=[0.1, 0.9], outcomes=[0, 1]))
    assert math.isnan(none.value)
    assert none.note.startswith("undefined: ")


def test_squares_of_calibrated_samples_average_to_nothing():
    metric, values = EqualMassSquaredCalibrationError("positive"), []
    for seed in range(200):
        probs, labels = drawn(seed, 300)
        values.append(metric(cal.predictions(probs=probs, labels=labels)).value)
    assert abs(np.mean(values)) < min(0.001, 4 * np.std(values) / 200**0.5)


@pytest.mark.parametrize(
    "name", ["lenet_5_cifar_10_probs", "vgg16_cifar_10_probs", "resnet18_cifar_10_probs"]
)
def test_published_network_reads_as_elsewhere(name, shared_data):
    # reference: parts of np.array_split, up to a row longer at the low end, ties split
    text = (shared_data / "reference.json").read_text(encoding="utf-8")
    expected = json.loads(text)["logits"][name]["whole"]
    stored = np.load(shared_data / f"{name}.npz")
    logits = np.log(stored["probs"].astype(np.float64))
    rows = cal.predictions(logits=logits, labels=stored["labels"])
    plain = EqualMassCalibrationError(norm="l2")(rows).value ** 2
    assert plain == pytest.approx(expected["top_l2sq_plugin_15em"], rel=0.03, abs=2e-6)
    square = EqualMassSquaredCalibrationError(variance="outcomes")(rows).value
    assert square == pytest.approx(expected["top_l2sq_debiased_15em"], rel=0.03, abs=2e-6)
