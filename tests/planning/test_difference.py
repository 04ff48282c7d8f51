"""Plans of a paired difference: the rows for it, and the power that they have."""

import jaxtyping
import numpy as np
import pytest
from scipy.stats import norm

import calibrant as cal
from calibrant.comparison.paired import paired_difference


def two(n, seed=0, edge=0.0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n)
    first, second = rng.normal(size=(2, n))
    sign = 2 * labels - 1
    return [
        cal.predictions(logits=sign * (1 + gain) + noise, labels=labels)
        for gain, noise in ((0.0, first), (edge, second))
    ]


def test_rows_and_difference_are_one_law():
    a, b = two(400)
    shown = cal.plan_difference(a, b, "brier", n=1000)
    assert cal.plan_difference(a, b, "brier", difference=shown.difference).n in (1000, 1001)
    half = cal.plan_difference(a, b, "brier", difference=shown.difference / 2).n
    assert half == pytest.approx(4000, abs=3)
    assert cal.plan_difference(a, b, "brier").n == 400


def test_planned_rows_show_the_difference_as_often_as_they_should():
    edge = 0.3
    means = [float(np.mean([paired_difference(*two(50_000, 7, edge)).value]))]
    n = cal.plan_difference(*two(2000, 1, edge), difference=abs(means[0])).n
    runs = 150
    shown = sum(paired_difference(*two(n, 100 + k, edge)).p_value < 0.05 for k in range(runs))
    assert shown / runs == pytest.approx(0.8, abs=0.1)


def test_words_name_the_rows_the_difference_and_the_chance():
    found = cal.plan_difference(*two(400))
    assert found.words.startswith("400 rows, scored by both models, show a true difference of")
    assert "with a chance of 80 % (test at 5 %)" in str(found)
    assert found.to_dict()["n_pilot"] == 400


def influences(labels, first, second):
    """How far each row moves the difference of two areas, after DeLong: by placements."""
    came = labels == 1
    moved = np.zeros(len(labels))
    for scores, sign in ((first, 1), (second, -1)):
        above = scores[came][:, None] > scores[~came]
        moved[came] += sign * (above.mean(axis=1) - above.mean()) / came.sum()
        moved[~came] += sign * (above.mean(axis=0) - above.mean()) / (~came).sum()
    return moved


@pytest.mark.parametrize("size", [1, 5])
def test_areas_are_planned_by_delongs_standard_error_of_the_pilot(size):
    rng = np.random.default_rng(2)
    labels, unit = rng.integers(2, size=400), np.arange(400) // size
    scores = (2 * labels - 1) + rng.normal(size=(2, 400))
    clusters = None if size == 1 else unit
    a, b = (cal.predictions(logits=each, labels=labels, clusters=clusters) for each in scores)
    found = cal.plan_difference(a, b, "auroc", n=1600)
    moved = np.bincount(unit, weights=influences(labels, *scores))
    error = np.sqrt((moved**2).sum())
    assert found.standard_error == pytest.approx(error, rel=0.01)  # of n and n - 1
    reach = norm.ppf(0.975) + norm.ppf(0.8)
    assert found.difference == pytest.approx(reach * error / 2, rel=0.01)
    assert found.n_clusters == (None if size == 1 else 320)


@pytest.mark.parametrize("metric", ["f1", "mcc", "auroc"])
def test_planned_rows_show_differences_that_are_no_means_as_often_as_they_should(metric):
    large = [cal.evaluate(rows, [metric])[metric].value for rows in two(50_000, 7, 0.3)]
    n = cal.plan_difference(*two(2000, 1, 0.3), metric, difference=abs(large[0] - large[1])).n
    runs = 100
    compared = [cal.compare(*two(n, 100 + k, 0.3), metrics=[metric]) for k in range(runs)]
    shown = sum(each[metric].differs for each in compared)
    assert shown / runs == pytest.approx(0.8, abs=0.12)


def too_sure(n, seed):
    """Two models whose logits are three and four times too large."""
    rng = np.random.default_rng(seed)
    labels = rng.integers(2, size=n)
    logits = (2 * labels - 1) + rng.normal(size=(2, n))
    return [
        cal.predictions(logits=k * z, labels=labels) for k, z in zip((3, 4), logits, strict=True)
    ]


def test_planned_rows_show_a_difference_of_calibration_errors():
    large = [cal.evaluate(rows, ["ece_l2"])["ece_l2"].value for rows in too_sure(50_000, 7)]
    n = cal.plan_difference(*too_sure(2000, 1), "ece_l2", difference=abs(large[0] - large[1])).n
    runs = 40
    compared = [cal.compare(*too_sure(n, 100 + k), metrics=["ece_l2"]) for k in range(runs)]
    assert sum(each["ece_l2"].differs for each in compared) / runs > 0.7


def test_clusters_of_like_rows_are_planned_as_rows():
    a, b = two(200)
    size = 6
    repeated = [
        cal.predictions(
            logits=np.repeat(rows.declared.values.numpy(), size),
            labels=np.repeat(rows.hard.numpy(), size),
            clusters=np.repeat(np.arange(200), size),
        )
        for rows in (a, b)
    ]
    one = cal.plan_difference(a, b, "brier", difference=0.05)
    found = cal.plan_difference(*repeated, "brier", difference=0.05)
    assert found.standard_error == pytest.approx(one.standard_error)
    assert found.n == pytest.approx(size * one.n, abs=size)
    assert (found.n_clusters, found.n_pilot_clusters) == (one.n, 200)
    assert f"{found.n:,} rows in {one.n:,} clusters, scored by both models" in found.words
    assert "rows in 200 clusters tell it with a standard error of" in found.words


def test_too_few_clusters_are_refused():
    few = [
        cal.predictions(logits=rows.declared.values, labels=rows.hard, clusters=np.arange(40) % 9)
        for rows in two(40)
    ]
    with pytest.raises(cal.InputError, match=r"a must come in 10 effective clusters; got 8\.9"):
        cal.plan_difference(*few)


BAD = {
    "both": ({"difference": 0.1, "n": 100}, "difference must stand alone"),
    "negative": ({"difference": -0.1}, "difference must be a finite number above 0"),
    "difference of text": ({"difference": "x"}, "difference must be a finite number above 0"),
    "few": ({"n": 1}, "n must be a whole number, 2 or more; got 1"),
    "no number of rows": ({"n": float("nan")}, "n must be a whole number, 2 or more; got nan"),
    "part of a row": ({"n": 2.5}, "n must be a whole number, 2 or more; got 2.5"),
    "rows of text": ({"n": "x"}, "n must be a whole number, 2 or more; got 'x'"),
    "power": ({"power": 0.3}, "power must lie above 0.5"),
    "power of text": ({"power": "x"}, "power must lie above 0.5"),
    "no paired interval": ({"metric": "mce"}, "metric must have a paired interval in the pilot"),
    "chance": ({"metric": "ece"}, "a must show ece beyond chance"),
    "no metric": ({"metric": 5}, "metric must be a name or a metric; got 5"),
    "of numbers": ({"metric": "mse"}, "rows must be numbers"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_planned_is_refused_by_name(case, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    options, words = BAD[case]
    with pytest.raises(cal.InputError, match=words):
        cal.plan_difference(*two(50), **options)


def test_models_that_differ_alike_are_refused():
    a, _ = two(50)
    with pytest.raises(cal.InputError, match="differ from row to row; got no difference in any"):
        cal.plan_difference(a, a)
    same, other = (cal.predictions(probs=[p] * 4, labels=[0] * 4) for p in (0.25, 0.5))
    with pytest.raises(cal.InputError, match="got the same difference in every row"):
        cal.plan_difference(same, other, "brier")
    one, two_ = (cal.predictions(probs=[p], labels=[0]) for p in (0.25, 0.5))
    with pytest.raises(cal.InputError, match="got a single row"):
        cal.plan_difference(one, two_, "brier")


@pytest.mark.parametrize(("metric", "n"), [("auroc", 6), ("gini", 6), ("f1", 8)])
def test_an_interval_that_ends_with_the_range_tells_no_spread(metric, n):
    rng = np.random.default_rng(n)
    probs = rng.random((2, n))
    labels = (rng.random(n) < 0.5).astype(int)
    few = [cal.predictions(probs=one, labels=labels) for one in probs]
    with pytest.raises(cal.InputError, match=rf"an interval of {metric} within its range .* Bring"):
        cal.plan_difference(*few, metric, difference=0.05)


def test_one_infinite_row_is_in_the_singular():
    sure = cal.predictions(probs=[1.0, 0.5, 0.25, 0.5], labels=[0, 1, 0, 1])
    other = cal.predictions(probs=[0.75, 0.5, 0.5, 0.25], labels=[0, 1, 0, 1])
    with pytest.raises(cal.InputError, match="have finite log_loss; got 1 row infinite"):
        cal.plan_difference(sure, other)
