"""Intervals cover: a small, seeded version of `make coverage`, and its true values."""

import itertools
import json
import math
import shutil
import subprocess
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
    "temperature 1.5": ("accuracy", "log_loss", "brier_binary", "auroc_positive", "f1_positive"),
}


@pytest.fixture(scope="module")
def coverage():
    """Modules of the benchmark."""
    sys.path.insert(0, str(ROOT))
    try:
        from benchmarks.coverage import (  # noqa: PLC0415
            codes,
            criteria,
            generators,
            kept,
            measures,
            plan,
            sets,
            summary,
            truths,
        )
    finally:
        sys.path.remove(str(ROOT))
    return {
        "codes": codes,
        "criteria": criteria,
        "generators": generators,
        "kept": kept,
        "measures": measures,
        "plan": plan,
        "sets": sets,
        "summary": summary,
        "truths": truths,
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


def test_a_set_does_not_depend_on_what_is_run_beside_it(coverage, tmp_path):
    """Chunks of other sizes and metrics hold the same sets: the seed is of law, size and number."""
    sets, brier, log_loss = coverage["sets"], ("brier_binary", "now"), ("log_loss", "now")
    whole = sets.Chunk(0, "wiggle", 300, 3, (log_loss, brier))
    tail = sets.Chunk(2, "wiggle", 300, 1, (brier,))
    for chunk in (whole, tail):
        sets.simulate(chunk, tmp_path)
    with np.load(whole.path(tmp_path)) as one, np.load(tail.path(tmp_path)) as other:
        assert np.array_equal(one["found"][2, 1], other["found"][0, 0], equal_nan=True)


def simulated(coverage, folder, ranges, code="now"):
    """Chunks of Brier scores, whose sets have these numbers."""
    for first, count in ranges:
        chunk = coverage["sets"].Chunk(first, "wiggle", 300, count, (("brier_binary", code),))
        coverage["sets"].simulate(chunk, folder)


def publish(lines, path):
    columns = list(dict.fromkeys(name for line in lines for name in line))
    rows = [[line.get(name) for name in columns] for line in lines]
    path.write_text(json.dumps({"lines": {"columns": columns, "rows": rows}}))


def test_a_table_grows_by_what_follows(coverage, tmp_path):
    """Published lines and the chunks after them, in another folder, are as all sets at once."""
    summary, codes = coverage["summary"], {("wiggle", 300): {"brier_binary": "now"}}
    folders = [tmp_path / name for name in ("first", "then", "both")]
    for folder in folders:
        folder.mkdir()
    simulated(coverage, folders[0], [(0, 6)])
    simulated(coverage, folders[1], [(6, 5), (14, 2)])  # and some after a gap
    simulated(coverage, folders[2], [(0, 6), (6, 5)])
    publish(summary.lines_of(folders[0], codes), tmp_path / "kept.json")
    (grown,) = summary.lines_of(folders[1], codes, tmp_path / "kept.json")
    (whole,) = summary.lines_of(folders[2], codes)
    for name in ("code", "older", "stop", "sets", "intervals", "below", "above"):
        assert grown[name] == whole[name], name
    assert grown["sets"] == 11
    for name in ("mean_value", "mean_width"):
        assert grown[name] == pytest.approx(whole[name], rel=1e-12)
    (again,) = summary.lines_of(folders[0], codes, tmp_path / "kept.json")
    assert again["sets"] == 6  # what is published and in the folder counts once


def test_lines_of_older_code_stay_until_there_are_new_ones(coverage, tmp_path):
    summary, kept = coverage["summary"], tmp_path / "kept.json"
    simulated(coverage, tmp_path, [(0, 4)])
    place = ("wiggle", 300)
    publish(summary.lines_of(tmp_path, {place: {"brier_binary": "now"}}), kept)
    (line,) = summary.lines_of(tmp_path, {place: {"brier_binary": "new"}}, kept)
    assert (line["older"], line["code"], line["sets"]) == (True, "now", 4)
    simulated(coverage, tmp_path, [(0, 2)], "new")
    (line,) = summary.lines_of(tmp_path, {place: {"brier_binary": "new"}}, kept)
    assert (line["older"], line["code"], line["sets"]) == (False, "new", 2)
    (line,) = summary.lines_of(tmp_path, {}, kept)  # not asked: as it was
    assert (line["older"], line["sets"]) == (False, 4)


def test_what_has_fewest_sets_is_done_first(coverage):
    codes = {("wiggle", 300): {"a": "1", "b": "2"}, ("100 classes", 1000): {"a": "3"}}
    there = {("wiggle", 300, "a"): 50, ("100 classes", 1000, "a"): 20}
    chunks = coverage["plan"].chunks_of(codes, there, 100)
    told = [(each.first, each.n, each.count, [name for name, _ in each.codes]) for each in chunks]
    assert told[0] == (0, 300, 50, ["b"])
    assert told[1:3] == [(20, 1000, 50, ["a"]), (50, 300, 50, ["a", "b"])]
    assert told[3] == (70, 1000, 30, ["a"])


def test_a_code_changes_with_what_the_metric_reads(coverage, tmp_path, monkeypatch):
    """With a line of its modules and with its numbers, not with words and other metrics."""
    codes = coverage["codes"]

    def code(metric="log_loss", said=(0.5, 0.4, 0.6, math.nan)):
        for each in (codes.modules_of, codes._digest, codes._tree, codes._bare):
            each.cache_clear()
        return codes.code_of(metric, 2, said)

    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("*.so"))
    before, other = code(), code("auroc_positive")
    monkeypatch.setattr(codes, "SOURCE", tmp_path / "src")
    assert code() == before != other
    assert code(said=(0.5, 0.4, 0.60001, math.nan)) != before
    assert code(said=(0.5, 0.4, 0.6 + 1e-12, math.nan)) == before
    means = tmp_path / "src" / "calibrant" / "metrics" / "means.py"
    text = means.read_text()
    means.write_text('"""Other words."""\n# a comment\n' + text.partition('"""\n')[2])
    assert code() == before
    means.write_text(text + "\nADDED = 1\n")
    assert code() != before
    assert code("auroc_positive") == other


def test_modules_of_a_metric_are_all_that_it_loads(coverage):
    """What a fresh process has loaded for a metric, but for what is passed by."""
    codes, home = coverage["codes"], "calibrant.metrics.binned.squared"
    told = "name for name, module in sys.modules.items() if 'calibrant.' in name"
    program = f"import sys, {home}; print(*({told} and not hasattr(module, '__path__')))"
    run = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    loaded = {each for each in run.stdout.split() if not each.startswith(codes.PASSED_BY)}
    assert "calibrant.metrics.inference.quadratic" in loaded
    assert loaded <= codes.modules_of(home)
