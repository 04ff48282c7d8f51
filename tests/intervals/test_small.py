"""Intervals cover: a small, seeded version of `make coverage`, and its true values."""

import itertools
import math

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

import calibrant as cal

SETS = 200
LEAST = binom.ppf(1e-4, SETS, 0.95) / SETS  # a right interval covers less once in ten thousand
CHECKED = {
    "calibrated": ("accuracy", "log_loss", "brier_binary", "auroc_positive", "f1_macro"),
    "temperature 1.5": ("accuracy", "log_loss", "brier_binary", "auroc_positive", "f1_positive"),
}


@pytest.mark.parametrize("law", list(CHECKED))
def test_intervals_cover_the_true_values(coverage, law, tmp_path):
    wanted = CHECKED[law]
    codes = dict.fromkeys(wanted, "now")
    coverage["sets"].simulate(
        coverage["sets"].Chunk(0, law, 1000, SETS, tuple(codes.items())), tmp_path
    )
    summary = coverage["summary"]
    found, _ = summary.judged_lines(summary.lines_of(tmp_path, {(law, 1000): codes}))
    lines = {line["metric"]: line for line in found}
    for name in wanted:
        assert lines[name]["intervals"] == SETS, name
        assert lines[name]["coverage"] >= LEAST, (name, lines[name]["coverage"])
        # One set's range of the estimator is known to some 10 %.
        assert 0.8 < lines[name]["width_ratio"] < 1.3, (name, lines[name]["width_ratio"])


def density(score):
    """Of the scores of the laws."""
    return norm.pdf(score, scale=1.5)


@pytest.mark.parametrize(
    ("law", "metric", "truth", "rule"),
    [
        ("temperature 1.5", "positive_brier_miscalibration", 0.0049, "least"),
        ("temperature 1.5", "positive_brier_miscalibration", 0.0052, "band"),
        ("calibrated", "positive_brier_miscalibration", 0.0, "least"),
        ("calibrated", "positive_brier_resolution_15", 0.07, "band"),
        ("calibrated", "positive_brier_uncertainty_15", 0.25, "least"),
        ("weighted", "positive_brier_uncertainty_15", 0.2493, "least"),
        ("temperature 1.5", "accuracy", 0.0, "band"),
    ],
)
def test_parts_within_noise_of_their_edge_are_judged_from_below(coverage, law, metric, truth, rule):
    """Two deviations of .0025; of uncertainty one half, which weights leave .026 away."""
    law = coverage["generators"].LAWS[law]
    measure = next(m for m in coverage["measures"].measures_of(law) if m.name == metric)
    line = {"truth": truth, "oracle_width": 2 * 1.96 * 0.0025}
    rules = coverage["criteria"]
    assert rules.rule_of(law, 1000, measure, line) == rule
    if "uncertainty" in metric:  # of many rows the weighted half is far
        many = "least" if law.weights is None else "band"
        assert rules.rule_of(law, 50_000, measure, line) == many


def test_a_line_whose_sets_refuse_but_for_a_few_counts_as_refused(coverage):
    law, rules = coverage["generators"].LAWS["rare"], coverage["criteria"]
    f1 = next(m for m in coverage["measures"].measures_of(law) if m.name == "f1_macro")
    line = {"sets": 800, "truth": 0.5, "coverage": 0.7, "oracle_width": 0.1}
    verdicts = [
        rules.judged(law, 300, f1, {**line, "intervals": n})["verdict"] for n in (0, 40, 41)
    ]
    assert verdicts == ["refused", "refused", "missed: too low"]
    score = next(m for m in coverage["measures"].measures_of(law) if m.name == "log_loss")
    few = {**line, "intervals": 40}
    assert rules.judged(law, 50_000, score, few)["verdict"].startswith("missed")


def test_true_values_are_the_integrals(coverage):
    """Accuracy, Brier score, log loss and, bin by bin, the calibration error, by quadrature."""
    found = coverage["truths"].truths()["temperature 1.5"]

    def integral(value, low=-20.0, high=20.0):
        return quad(lambda s: density(s) * value(s), low, high, limit=200, epsabs=1e-11)[0]

    def stated(score):
        return expit(1.5 * score)

    accuracy = integral(expit, 0) + integral(lambda s: expit(-s), -20, 0)
    assert found["accuracy"][0] == pytest.approx(accuracy, abs=2e-6)
    brier = integral(lambda s: expit(s) * (1 - stated(s)) ** 2 + expit(-s) * stated(s) ** 2)
    assert found["brier_binary"][0] == pytest.approx(brier, abs=1e-6)
    log_loss = integral(
        lambda s: expit(s) * np.logaddexp(0, -1.5 * s) + expit(-s) * np.logaddexp(0, 1.5 * s)
    )
    assert found["log_loss"][0] == pytest.approx(log_loss, abs=5e-6)
    edges = [-20.0, *(math.log(b / (15 - b)) / 1.5 for b in range(1, 15)), 20.0]
    gaps = [
        integral(lambda s: expit(s) - stated(s), low, high)
        for low, high in itertools.pairwise(edges)
    ]
    assert found["positive_ece"][0] == pytest.approx(sum(map(abs, gaps)), abs=2e-6)


def test_true_values_by_quadrature_are_those_of_draws(coverage):
    """Within five standard errors of twenty sets of 20,000 rows, and what biases the plug-in."""
    law = coverage["generators"].LAWS["some bins"]
    found = coverage["truths"].truths()["some bins"]
    names = ("accuracy", "auroc_positive", "average_precision_positive", "log_loss", "f1_macro")
    names += ("positive_ece_l2_squared_debiased", "positive_brier_discrimination")
    rng = np.random.default_rng(6)
    sets = [cal.evaluate(law.draw(rng, 20_000), list(names)) for _ in range(20)]
    for name in names:
        values = np.array([float(each[name]) for each in sets])
        square = "_squared_debiased" in name
        true = found["positive_ece_l2"][0] ** 2 if square else found[name][0]
        bias = 2e-4 if "discrimination" in name else 1e-6  # isotonic curves fit a little noise
        error = values.std(ddof=1) / math.sqrt(len(values))
        assert abs(values.mean() - true) < 5 * error + bias, name


def test_weights_and_clusters_leave_the_population_as_it_is(coverage):
    """Draws of the laws with weights and with clusters agree with quadrature, too."""
    rng = np.random.default_rng(7)
    for name in ("weighted", "clusters, 1.5"):
        law, found = coverage["generators"].LAWS[name], coverage["truths"].truths()[name]
        sets = [cal.evaluate(law.draw(rng, 20_000), ["brier_binary"]) for _ in range(20)]
        values = np.array([float(each["brier_binary"]) for each in sets])
        error = values.std(ddof=1) / math.sqrt(len(values))
        assert abs(values.mean() - found["brier_binary"][0]) < 5 * error


def test_every_law_has_all_its_true_values(coverage):
    kept, truths = coverage["truths"].truths(), coverage["truths"]
    for name, law in coverage["generators"].LAWS.items():
        wanted = {each.estimand for each in truths.measures_of(law)}
        assert wanted <= set(kept[name]), name
        for value, error in kept[name].values():
            assert math.isfinite(value)
            assert 0 <= error < 2e-3
