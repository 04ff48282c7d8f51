"""Intervals of reliability and resolution: known truth, noise, refusals."""

import numpy as np
import pytest
from scipy.stats import kstest, norm

import calibrant as cal
from calibrant.metrics.proper.murphy import BrierReliability, BrierResolution

STATED = np.array([0.1, 0.3, 0.5, 0.8])


def drawn(truth, n=400, seed=0):
    rng = np.random.default_rng([n, seed])
    at = rng.integers(0, 4, n)
    return cal.events(probs=STATED[at], outcomes=(rng.random(n) < truth[at]).astype(int))


@pytest.mark.parametrize(
    "truth",
    [STATED, np.array([0.2, 0.3, 0.6, 0.6]), np.full(4, 0.4)],
    ids=["calibrated", "some off", "nothing known"],
)
def test_interval_holds_the_truth(truth):
    reliability, resolution = ((STATED - truth) ** 2).mean(), truth.var()
    held = np.zeros(2)
    for seed in range(100):
        rows = drawn(truth, seed=seed)
        for k, (metric, true) in enumerate(
            ((BrierReliability(), reliability), (BrierResolution(), resolution))
        ):
            found = metric(rows)
            assert found.method == "inverted quadratic form"
            held[k] += found.low <= true <= found.high + 1e-15
    assert (held >= 89).all()  # at 95 %, once in 200


def test_p_value_of_calibrated_rows_is_uniform_and_the_floor_their_mean():
    found = [BrierReliability()(drawn(STATED, seed=seed)) for seed in range(100)]
    assert kstest([each.details["p_value"] for each in found], "uniform").pvalue > 0.01
    values = [each.value for each in found]
    assert found[0].noise_floor == pytest.approx(np.mean(values), rel=0.25)
    # each group adds p (1 - p) / n: (.09 + .21 + .25 + .16) / 400
    assert found[0].noise_floor == pytest.approx(0.71 / 400, rel=0.1)


def test_few_rows_a_group_have_none_and_bins_do():
    rng = np.random.default_rng(0)
    probs = rng.random(300)
    rows = cal.events(probs=probs, outcomes=(rng.random(300) < probs).astype(int))
    for part in (BrierReliability, BrierResolution):
        assert part()(rows).method.startswith("not available: fewer than 10 rows state the same")
        found = part(n_bins=10)(rows)
        assert found.low < found.high
    soft = cal.events(probs=[0.5] * 40, outcomes=[0.5] * 40)
    assert BrierReliability()(soft).method.startswith("not available: the spread of soft labels")


@pytest.mark.parametrize("rows_a_group", [1, 20], ids=["rows alone", "ties"])
@pytest.mark.parametrize("weighted", [False, True], ids=["", "weighted"])
def test_noise_of_many_groups_is_that_of_outcomes_drawn_row_by_row(rows_a_group, weighted):
    rng = np.random.default_rng(0)
    stated = np.sort(rng.beta(0.5, 2, 200)).repeat(rows_a_group)
    weight = rng.exponential(size=stated.size) if weighted else np.ones(stated.size)
    start = np.arange(0, stated.size, rows_a_group)
    outcomes = rng.random((3000, stated.size)) < stated
    gaps = np.add.reduceat(weight * (outcomes - stated), start, axis=1)
    drawn = (gaps**2 / np.add.reduceat(weight, start)).sum(axis=1) / weight.sum()
    found = [
        BrierReliability()(cal.events(probs=stated, outcomes=one.astype(int), weights=weight))
        for one in outcomes[:20]
    ]
    assert found[0].noise_floor == pytest.approx(drawn.mean(), rel=0.01)
    upper = found[0].details["noise_floor_95"]
    assert (drawn > upper).mean() == pytest.approx(0.05, abs=0.017)
    for each in found:
        share = (drawn >= each.value).mean()
        assert each.details["p_value"] == pytest.approx(share, abs=0.04)


@pytest.mark.parametrize("odds", [(1, 1, 1, 1), (5, 1, 1, 5)], ids=["alike", "most at the ends"])
def test_resolution_of_many_rows_is_as_sure_as_a_mean_of_rows(odds):
    """By the influence of a row: what came out beyond its group twice, and the group's square."""
    rng = np.random.default_rng(1)
    n, truth = 200_000, np.array([0.1, 0.4, 0.5, 0.8])
    at = rng.choice(4, n, p=np.array(odds) / sum(odds))
    hit = rng.random(n) < truth[at]
    found = BrierResolution()(cal.events(probs=STATED[at], outcomes=hit.astype(int)))
    came = np.bincount(at, hit) / np.bincount(at)
    far = came - hit.mean()
    influence = 2 * far[at] * (hit - came[at]) + far[at] ** 2
    half = norm.ppf(0.975) * influence.std() / np.sqrt(n)
    assert (found.high - found.low) / 2 == pytest.approx(half, rel=0.04)
    assert (found.high + found.low) / 2 == pytest.approx(found.value, abs=0.1 * half)


@pytest.mark.parametrize("part", [BrierReliability, BrierResolution])
def test_weights_of_outcomes_leave_intervals_as_wide_as_the_estimates_scatter(part):
    """Of positives that weigh ten times as much, with shares of groups that follow them."""
    truth, metric, found = np.array([0.02, 0.1, 0.2, 0.5]), part(), []
    for seed in range(300):
        rng = np.random.default_rng(seed)
        at = rng.integers(0, 4, 8000)
        came = rng.random(8000) < truth[at]
        weights = np.where(came, 10.0, 1.0)
        found.append(metric(cal.events(probs=STATED[at], outcomes=came, weights=weights)))
    width = np.mean([each.high - each.low for each in found])
    assert width == pytest.approx(2 * 1.96 * np.std([each.value for each in found]), rel=0.12)


def test_noise_of_many_rare_outcomes_is_that_seen_and_of_few_that_stated():
    """Stated twice too high: what is stated has twice the noise that there is."""
    truth, stated = 0.01, 0.02

    def widths(n):
        found = []
        for seed in range(200):
            came = np.random.default_rng([n, seed]).random(n) < truth
            found.append(BrierReliability()(cal.events(probs=[stated] * n, outcomes=came)))
        seen = 2 * 1.96 * np.std([each.value for each in found])
        return np.mean([each.high - each.low for each in found]) / seen

    assert widths(40_000) == pytest.approx(1, abs=0.12)
    assert widths(400) > 1.2


@pytest.mark.parametrize("part", [BrierReliability, BrierResolution])
def test_weights_that_leave_few_rows_leave_no_interval(part):
    """Inverted where noise covers all that is possible, it came out as [0, 0] beside .08."""
    rows = drawn(STATED, n=400)
    for heavy, given in ((1.0, True), (3000.0, False)):
        weights = np.ones(400)
        weights[:2] = heavy
        found = part()(cal.events(probs=rows.prob, outcomes=rows.outcome, weights=weights))
        assert (found.low is not None) == given
        if given:
            assert found.low < found.high
        else:
            assert "the weights leave fewer than 10 effective rows" in found.method
