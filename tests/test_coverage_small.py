"""Intervals cover: a small, seeded version of `make coverage`, and its true values."""

import itertools
import math
import sys
from pathlib import Path

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

import calibrant as cal

ROOT = Path(__file__).parents[1]
SETS = 200
LEAST = binom.ppf(1e-4, SETS, 0.95) / SETS  # a right interval covers less once in ten thousand
CHECKED = {
    "calibrated": ("accuracy", "log_loss", "brier_binary", "auroc_positive", "f1_macro"),
    "temperature 1.5": ("accuracy", "log_loss", "brier_binary", "auroc_positive", "mcc"),
}


@pytest.fixture(scope="module")
def coverage():
    """Modules of the benchmark."""
    sys.path.insert(0, str(ROOT))
    try:
        from benchmarks.coverage import __main__ as main  # noqa: PLC0415
        from benchmarks.coverage import generators, sets, summary, truths  # noqa: PLC0415
    finally:
        sys.path.remove(str(ROOT))
    return {
        "main": main,
        "generators": generators,
        "sets": sets,
        "summary": summary,
        "truths": truths,
    }


@pytest.mark.parametrize("law", list(CHECKED))
def test_intervals_cover_the_true_values(coverage, law, tmp_path):
    wanted = CHECKED[law]
    chunk = coverage["sets"].Chunk(0, law, 1000, SETS)
    coverage["sets"].simulate(chunk, tmp_path, wanted)
    lines = {line["metric"]: line for line in coverage["summary"].lines_of(tmp_path, [chunk])}
    for name in wanted:
        assert lines[name]["intervals"] == SETS, name
        assert lines[name]["coverage"] >= LEAST, (name, lines[name]["coverage"])
        # One set's range of the estimator is known to some 10 %.
        assert 0.8 < lines[name]["width_ratio"] < 1.3, (name, lines[name]["width_ratio"])


def density(score):
    """Of the scores of the laws."""
    return norm.pdf(score, scale=1.5)


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


def test_a_set_does_not_depend_on_what_is_run_beside_it(coverage, tmp_path):
    """Chunks of other sizes hold the same sets: the seed is of law, size and number."""
    sets = coverage["sets"]
    whole, tail = sets.Chunk(0, "wiggle", 300, 3), sets.Chunk(2, "wiggle", 300, 1)
    for chunk in (whole, tail):
        sets.simulate(chunk, tmp_path, ("brier_binary",))
    with np.load(whole.path(tmp_path)) as one, np.load(tail.path(tmp_path)) as other:
        assert np.array_equal(one["found"][2], other["found"][0], equal_nan=True)


def test_what_is_there_is_not_done_again(coverage, tmp_path):
    """A folder of the same code goes on; one of other code is refused."""
    main, folder = coverage["main"], tmp_path / "kept"
    main.prepare(folder, (), resume=False)
    (folder / "one.npz").touch()
    main.prepare(folder, (), resume=True)
    assert (folder / "one.npz").exists()
    with pytest.raises(SystemExit, match="other code"):
        main.prepare(folder, ("brier",), resume=True)
    main.prepare(folder, (), resume=False)
    assert not (folder / "one.npz").exists()
