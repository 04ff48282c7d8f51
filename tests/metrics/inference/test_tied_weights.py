"""Weights that hang together with outcomes: what they are, and how outcomes as stated scatter."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binned.bins import equal_width
from calibrant.metrics.inference.consistency import calibrated_gaps
from calibrant.metrics.inference.tied_weights import TiedWeights
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.score_grid import ScoreGrid

HEAVY = 10.0
METRIC = "positive_calibration_test_p"


def sums(w, y, *more):
    return [np.array([float(x.sum())]) for x in (w, w * w, w * y, w * w * y, *more)]


def of_classes(rng, n, heavy=HEAVY, centre=None):
    """Rows whose positives weigh more, of a model that is true by weight."""
    score = rng.normal(-np.log(heavy) if centre is None else centre, 1.5, n)
    came = rng.random(n) < 1 / (1 + np.exp(-score))
    weights = np.where(came, heavy, 1.0)
    return 1 / (1 + np.exp(-score) / heavy), came.astype(int), weights


def test_rows_that_weigh_the_same_count_as_they_are():
    rng = np.random.default_rng(0)
    p, w = rng.random(50), np.full(50, 3.0)
    y = (rng.random(50) < p).astype(float)
    weights = TiedWeights.of(*sums(w, y))
    assert (weights.came, weights.rest, weights.number) == pytest.approx((3.0, 3.0, 50.0))
    mean, alike = np.array([p.mean()]), np.array([float((w * w * p * (1 - p)).sum())])
    assert weights.variance(mean, alike) == pytest.approx(alike)
    weight, twice, stated, spread = weights.as_counts(mean, alike)
    assert weight == pytest.approx(150.0)
    assert twice == pytest.approx(450.0)
    assert stated == pytest.approx(3 * p.sum())
    assert spread == pytest.approx(alike)


@pytest.mark.parametrize("stated", [0.05, 0.5, 0.95])
@pytest.mark.parametrize("heavy", [0.1, 10.0])
def test_variance_is_that_of_sets_whose_outcomes_come_as_stated(stated, heavy):
    """Rows that weigh by class, of which a share of weight comes: the sum of many sets."""
    rng, n = np.random.default_rng(0), 2000
    chance = stated / (stated + heavy * (1 - stated))
    came = rng.random((4000, n)) < chance
    w = np.where(came, heavy, 1.0)
    off = (w * (stated - came)).sum(axis=1)
    assert abs(off.mean()) < 4 * off.std() / 4000**0.5
    found, chances = [], []
    for each, y in zip(w[:400], came, strict=False):
        weights = TiedWeights.of(*sums(each, y.astype(float)))
        alike = np.array([stated * (1 - stated) * float((each**2).sum())])
        found.append(float(weights.variance(np.array([stated]), alike)[0]))
        chances.append(weights.chance(np.array([stated]))[0])
    told = [i for i, x in enumerate(came[:400].sum(axis=1)) if 0 < x < n]  # else nothing tells
    assert len(told) > 300
    assert np.mean(np.array(found)[told]) == pytest.approx(off.var(), rel=0.1)
    assert np.mean(np.array(chances)[told]) == pytest.approx(chance, rel=0.15)


def test_few_rows_of_an_outcome_weigh_as_others_do_in_other_bins():
    """A bin of a hundred rows of which none came: the next would weigh ten times as much."""
    w = np.array([[100.0, 200.0]])
    ww, wy, wwy = (np.array([x]) for x in ([100.0, 1100.0], [0.0, 100.0], [0.0, 1000.0]))
    found, told = TiedWeights.of(w, ww, wy, wwy), 10 * 100 / 110
    of_all = told / (told + 0.25)  # a quarter of a row weighs as the others
    assert found.times[0, 0] == pytest.approx(10**of_all)
    own = (told + 50 * of_all) / (told + 50)  # fifty rows as in all
    assert found.times[0, 1] == pytest.approx(10**own)
    assert found.rest[0, 0] == pytest.approx(1.0)
    many = TiedWeights.of(*(1000 * x for x in (w, ww)), *(1000 * x for x in (wy, wwy)))
    assert many.came[0] == pytest.approx([10.0, 10.0], rel=0.01)
    alone = TiedWeights.of(*(x[:, :1] for x in (w, ww, wy, wwy)))
    assert alone.came[0] == pytest.approx([1.0])  # nothing tells that it would


def test_outcomes_the_other_way_round_turn_the_ratio_round():
    rng = np.random.default_rng(5)
    w, y = rng.gamma(1.0, size=(40, 6)), rng.random((40, 6)) < 0.3
    first, second = (
        TiedWeights.of(*(x.sum(axis=0) for x in (w, w * w, w * came, w * w * came)))
        for came in (y, ~y)
    )
    assert first.times == pytest.approx(1 / second.times)
    stated, alike = np.full(6, 0.3), np.full(6, 0.2)
    assert first.variance(stated, alike) == pytest.approx(second.variance(1 - stated, alike))


def test_weights_that_chance_made_heavy_on_one_side_do_not_pass_for_tied_ones():
    """One row in ten weighs ten times as much: variances were told a fifth too small."""
    rng, found, true = np.random.default_rng(6), 0.0, 0.0
    stated = np.full(15, 0.5)
    for _ in range(300):
        w = np.where(rng.random((40, 15)) < 0.1, 10.0, 1.0)
        y = rng.random((40, 15)) < stated
        columns = [x.sum(axis=0) for x in (w, w * w, w * y, w * w * y)]
        alike = columns[1] * stated * (1 - stated)
        found += TiedWeights.of(*columns).variance(stated, alike).sum()
        true += alike.sum()
    assert 0.95 < found / true < 1.01


def test_draws_are_those_of_outcomes_whose_weights_come_with_them():
    rng = np.random.default_rng(1)
    n, stated = 60, 0.3
    chance = stated / (stated + HEAVY * (1 - stated))
    came = rng.random((20_000, n)) < chance
    w = np.where(came, HEAVY, 1.0)
    off = (w * (stated - came)).sum(axis=1)
    step = (1 - stated) * HEAVY + stated
    weights = TiedWeights(*(np.array([x]) for x in (HEAVY, 60.0, 60.0, 60.0)))
    alike = np.array([n * stated * (1 - stated)])  # rows state the same
    drawn = calibrated_gaps(*weights.as_counts(np.array([stated]), alike))[0]
    for share in (0.02, 0.3, 0.7, 0.98):
        found, expected = np.quantile(drawn, share), np.quantile(off, share)
        assert abs(found - expected) <= step * 1.001  # of which both are multiples
    assert drawn.mean() == pytest.approx(0, abs=0.05 * step)
    assert drawn.std() == pytest.approx(off.std(), rel=0.03)


@pytest.mark.parametrize("heavy", [0.2, 10.0])
@pytest.mark.parametrize("metric", ["ece", "ece_l2", "mce", "ece_equal_mass", METRIC])
def test_true_models_of_weighted_classes_are_not_called_off(metric, heavy):
    """By weights that were told apart from outcomes .945 of such tests were below .05."""
    rng, found = np.random.default_rng(2), []
    for _ in range(60):
        p, y, w = of_classes(rng, 600, heavy)
        one = cal.evaluate(cal.events(probs=p, outcomes=y, weights=w), [metric])[metric]
        found.append(one.details.get("p_value", one.value))
    assert np.mean(np.array(found) < 0.05) <= 0.15  # once in a thousand times, of 5 %
    assert np.mean(np.array(found) < 0.5) > 0.2


def test_scale_of_weights_changes_no_test():
    rng = np.random.default_rng(3)
    p, y, w = of_classes(rng, 500)
    metrics = ["ece", "ece_l2", "ece_debiased", "mce", METRIC]
    first, second = (
        cal.evaluate(cal.events(probs=p, outcomes=y, weights=w * times), metrics)
        for times in (1.0, 1e-3)
    )
    for name in metrics:
        for detail, value in first[name].details.items():
            assert second[name].details[detail] == pytest.approx(value, rel=1e-6, abs=1e-9)


def test_a_test_of_many_scales_takes_heavy_rows_as_they_are():
    """One row in ten weighs ten times as much: of fine bins all rows were taken to."""
    rng, found = np.random.default_rng(7), []
    for _ in range(60):
        p = 1 / (1 + np.exp(-rng.normal(0, 1.5, 600)))
        rows = {"probs": p, "outcomes": (rng.random(600) < p).astype(int)}
        rows["weights"] = np.where(rng.random(600) < 0.1, 10.0, 1.0)
        found.append(float(cal.evaluate(cal.events(**rows), [METRIC])[METRIC]))
    assert 0.3 < np.mean(np.array(found) < 0.5) < 0.75  # .19 before


def test_bins_that_are_off_by_other_gaps_hold_the_rows_that_came():
    p, y = np.array([0.25] * 4 + [0.75] * 4), np.array([1, 0, 0, 0, 1, 1, 0, 1])
    rows = cal.events(probs=p, outcomes=y, weights=np.where(y, 3.0, 1.0))
    grid = ScoreGrid("positive")
    bins = equal_width(tally_rows(rows, [grid]).tally_of(grid), 2)
    tied = bins._tied
    step = tied.step(np.array([0.25, 0.75]))
    most = tied.number * (tied.chance(np.array([0.25, 0.75])))
    drawn = bins.off_by(np.array([most * step, [0.0, 0.0], (most - tied.number) * step]))
    for name in ("w", "ww", "wy", "wwy", "wpp", "wwpp", "wpy", "wwpy"):
        assert drawn[name].shape == (3, 2)
    none, usual, every = drawn["wy"].numpy()
    assert none == pytest.approx([0.0, 0.0])
    assert every == pytest.approx(tied.number * tied.came)
    assert usual == pytest.approx(most * tied.came)
    assert drawn["w"][0].numpy() == pytest.approx(tied.number * tied.rest)
    assert drawn.gap[1].numpy() == pytest.approx([0.0, 0.0])
    assert (drawn["wp"] - drawn["wy"])[0].numpy() == pytest.approx(most * step)
    spread = (drawn["wwp"] - drawn["wwpp"]) / drawn["ww"]
    assert spread.numpy() == pytest.approx(np.full((3, 2), 0.1875))  # rows state the same
