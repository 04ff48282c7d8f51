"""What bins tell besides the value: noise of gaps, and what freed errors show by chance."""

import numpy as np
import pytest
from scipy.stats import beta

import calibrant as cal
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.binned.evidence import deviation_of, lacking_noise, noise_of
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.score_grid import ScoreGrid

SUMS = ["ece", "ece_debiased", "positive_overconfidence"]


def bins_of(rows, n_bins=15):
    grid = ScoreGrid("positive")
    return equal_width(tally_rows(rows, [grid]).tally_of(grid), n_bins)


@pytest.mark.parametrize("stated", [0.3, 0.45, 0.6])
@pytest.mark.parametrize("metric", SUMS)
def test_one_bin_of_which_none_came_claims_no_certainty(metric, stated):
    """Of 228 rows none came: Clopper and Pearson leave 1.6 % to come, or to be missed."""
    if metric.startswith("positive"):
        rows = cal.predictions(probs=[stated] * 228, labels=[0] * 228)
    else:
        rows = cal.events(probs=[stated] * 228, outcomes=[0] * 228)
    found = cal.evaluate(rows, [metric])[metric]
    assert found.value == pytest.approx(stated)
    assert found.low <= stated - beta.ppf(0.975, 1, 228)
    assert stated < found.high < stated + 0.05
    assert found.high - found.low < 0.1


@pytest.mark.parametrize("metric", ["ece", "ece_l2"])
def test_bins_without_an_outcome_are_covered(metric):
    """Three bins, two of them stated far too high: nearly none of their rows come."""
    rng, held = np.random.default_rng(0), 0
    for _ in range(150):
        at = rng.integers(0, 3, 200)
        came = rng.random(200) < np.array([0.004, 0.01, 0.5])[at]
        p = np.array([0.6, 0.3, 0.5])[at]
        share = np.full(3, 1 / 3)
        gaps = np.array([0.596, 0.29, 0.0])
        truth = share @ gaps if metric == "ece" else np.sqrt(share @ gaps**2)
        found = cal.evaluate(cal.events(probs=p, outcomes=came.astype(int)), [metric])[metric]
        held += found.low <= truth <= found.high
    assert held >= 134  # of 150 at 95 %, fewer once in a thousand times


def test_many_rows_of_either_outcome_speak_for_themselves():
    rng = np.random.default_rng(0)
    p = np.full(20_000, 0.3)
    few = rng.random(20_000) < 0.1  # stated three times too high: less noise than was stated
    bins = bins_of(cal.predictions(probs=p, labels=few.astype(int)))
    lacking, stated = lacking_noise(bins).sum(), bins.stated_noise.sum()
    assert 0 < lacking < 0.01 * stated
    noise = noise_of(bins, hard=True).sum()
    assert noise == pytest.approx(0.1 * 0.9 / 20_000, rel=0.05)
    assert deviation_of(bins, hard=False).square().sum() == pytest.approx(
        float(bins.seen_noise.sum())
    )


def test_a_row_alone_lacks_what_was_stated_and_no_more():
    bins = bins_of(cal.predictions(probs=[0.1], labels=[0]))
    seen, lacking = float(bins.seen_noise.sum()), float(lacking_noise(bins).sum())
    assert seen == pytest.approx(0.01)
    assert lacking == pytest.approx((0.09 - 0.01) * 10 / 10.09)


@pytest.mark.parametrize("n_rows", [200, 2000])
@pytest.mark.parametrize("metric", ["ece_debiased", "ece_l2_debiased", "ece_l2_squared_debiased"])
def test_floor_of_freed_errors_is_what_true_models_show(metric, n_rows):
    rng = np.random.default_rng(0)
    p = rng.random(n_rows)
    plain = cal.evaluate(cal.events(probs=p, outcomes=rng.random(n_rows) < p), [metric])[metric]
    shown = []
    for _ in range(300):
        rows = cal.events(probs=p, outcomes=rng.random(n_rows) < p)
        shown.append(cal.evaluate(rows, [metric])[metric].value)
    shown, scale = np.array(shown), np.std(shown)
    assert plain.noise_floor == pytest.approx(shown.mean(), abs=0.25 * scale)
    upper = np.quantile(shown, [0.92, 0.975])
    assert upper[0] - 0.1 * scale <= plain.details["noise_floor_95"] <= upper[1] + 0.1 * scale


def test_freed_errors_of_soft_labels_have_no_floor():
    rng = np.random.default_rng(0)
    p, soft = rng.random(100), rng.random(100)
    rows = cal.events(probs=p, outcomes=soft)
    for metric in ("ece_debiased", "ece_l2_debiased", "ece_l2_squared_debiased"):
        found = cal.evaluate(rows, [metric])[metric]
        assert found.noise_floor is None
        assert "noise_floor_95" not in found.details


@pytest.mark.parametrize("metric", ["ece", "ece_debiased", "ece_l2", "ece_equal_mass"])
def test_errors_of_weighted_classes_are_covered_and_no_wider_than_twice_their_spread(metric):
    """Positives, one in ten, weigh ten times as much; the truth is that of many rows."""
    rng = np.random.default_rng(0)

    def rows(n):
        score = rng.normal(-2.9, 1.5, n)
        p = 1 / (1 + np.exp(-score))
        came = rng.random(n) < p
        return cal.events(probs=p, outcomes=came.astype(int), weights=np.where(came, 10.0, 1.0))

    truth = cal.evaluate(rows(1_000_000), [metric])[metric].value
    found = [cal.evaluate(rows(2000), [metric])[metric] for _ in range(120)]
    held = np.mean([each.low <= truth <= each.high for each in found])
    assert held >= 0.88  # less once in a thousand times, of 95 %
    width = np.mean([each.high - each.low for each in found])
    spread = np.subtract(*np.quantile([each.value for each in found], [0.975, 0.025]))
    assert 0.85 < width / spread < 1.45  # by Kish's number it was 1.5 and more


@pytest.mark.parametrize("metric", ["ece", "ece_l2", "ece_equal_mass"])
def test_floor_of_clusters_is_that_of_outcomes_and_not_of_the_gaps_that_are_there(metric):
    """Independent rows in clusters: of a true model, and of one that states .9 of .5."""
    rng, clusters = np.random.default_rng(0), np.repeat(np.arange(100), 10)
    for stated, chance in ((0.5, 0.5), (0.9, 0.5)):
        came, p = rng.random(1000) < chance, np.full(1000, stated)
        rows = cal.events(probs=p, outcomes=came.astype(int), clusters=clusters)
        found = cal.evaluate(rows, [metric])[metric]
        floor = np.sqrt(2 / np.pi * 0.25 / 1000)  # of one bin, from what came
        assert found.noise_floor == pytest.approx(floor, rel=0.2)
        assert (found.details["p_value"] < 0.01) == (stated != chance)


@pytest.mark.parametrize("metric", ["ece", "ece_l2", "top_label_ece"])
def test_thirty_calibrated_clusters_are_called_off_as_often_as_promised(metric):
    """With noise no less than was stated in every bin one or two of a hundred were."""
    rng, found = np.random.default_rng(0), []
    for _ in range(300):
        score = np.repeat(rng.normal(size=30), 10) + rng.normal(size=300)
        p = 1 / (1 + np.exp(-score))
        rows = {"clusters": np.repeat(np.arange(30), 10)}
        labels = (rng.random(300) < p).astype(int)
        if metric.startswith("top"):
            one = cal.predictions(probs=np.stack((1 - p, p), axis=1), labels=labels, **rows)
        else:
            one = cal.events(probs=p, outcomes=labels, **rows)
        found.append(cal.evaluate(one, [metric])[metric].details["p_value"])
    assert 0.015 <= np.mean(np.array(found) < 0.05) <= 0.09
    assert 0.4 <= np.mean(np.array(found) < 0.5) <= 0.6


def test_floor_of_a_freed_error_of_weighted_classes_goes_with_its_p_value():
    """Models that are true by weight, positives of which weigh ten times as much."""
    rng, beyond, below = np.random.default_rng(0), [], []
    for _ in range(60):
        score = rng.normal(-2.3, 1.5, 600)
        came = rng.random(600) < 1 / (1 + np.exp(-score))
        p, w = 1 / (1 + np.exp(-score) / 10), np.where(came, 10.0, 1.0)
        rows = cal.events(probs=p, outcomes=came.astype(int), weights=w)
        found = cal.evaluate(rows, ["ece_debiased"])["ece_debiased"]
        beyond.append(found.value > found.details["noise_floor_95"])
        below.append(found.details["p_value"] < 0.05)
    assert abs(sum(beyond) - sum(below)) <= 4
