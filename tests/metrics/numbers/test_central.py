"""Central intervals: by hand, simulated truth, the loss of the same name, edges."""

import numpy as np
import pytest
import torch
from scipy import stats

import calibrant as cal
from calibrant.losses.regression.interval import IntervalScoreLoss
from calibrant.metrics.numbers.central import IntervalCoverage, IntervalScore, IntervalWidth

TARGETS = np.array([0.3, -1.2, 2.5, 4.0])
LOW, HIGH = np.array([-1.0, -2.0, 1.0, 3.0]), np.array([1.0, 0.0, 2.2, 5.0])


def of_quantiles(**others):
    stated = {0.1: LOW, 0.9: HIGH}
    return cal.numbers(predicted=TARGETS, quantiles=stated, targets=TARGETS, **others)


def test_worked_values_at_eighty_per_cent():
    rows = of_quantiles()
    assert IntervalCoverage(0.8)(rows).value == 0.75  # 2.5 lies above 2.2
    assert IntervalWidth(0.8)(rows).value == pytest.approx((2 + 2 + 1.2 + 2) / 4)
    each = [2.0, 2.0, 4.2, 2.0]  # scoringrules 0.10: interval_score(TARGETS, LOW, HIGH, .2)
    assert IntervalScore(0.8)(rows).value == pytest.approx(np.mean(each), rel=1e-12)


def test_the_interval_score_is_the_mean_of_the_loss_of_the_same_name():
    both = torch.tensor(np.stack((LOW, HIGH), axis=1))
    loss = IntervalScoreLoss(level=0.8)(both, torch.tensor(TARGETS))
    assert IntervalScore(0.8)(of_quantiles()).value == pytest.approx(float(loss), rel=1e-14)


def test_intervals_of_a_normal_are_those_of_scipy():
    mean, std = np.array([0.0, 0.5, 1.0, -1.0]), np.array([1.0, 0.5, 2.0, 0.25])
    rows = cal.numbers(predicted=mean, std=std, targets=TARGETS)
    for level in (0.5, 0.9, 0.99):
        low, high = stats.norm(mean, std).interval(level)
        inside = (low <= TARGETS) & (high >= TARGETS)
        assert IntervalCoverage(level)(rows).value == inside.mean()
        assert IntervalWidth(level)(rows).value == pytest.approx((high - low).mean(), rel=1e-12)


def test_targets_on_an_end_lie_inside():
    rows = cal.numbers(
        predicted=[1.0, 1.0], quantiles={0.25: [0.0, 0.0], 0.75: [1.0, 1.0]}, targets=[0.0, 1.0]
    )
    assert IntervalCoverage(0.5)(rows).value == 1.0
    assert IntervalScore(0.5)(rows).value == 1.0


def test_calibrated_forecasts_cover_what_they_promise():
    """Of a normal, and of nineteen draws, whose ends at 90 % are the first and the last."""
    random = np.random.default_rng(5)
    mean = random.normal(size=40000)
    targets = mean + 2 * random.normal(size=40000)
    normal = cal.numbers(predicted=mean, std=np.full(40000, 2.0), targets=targets)
    members = mean[:, None] + 2 * random.normal(size=(40000, 19))
    for rows in (normal, cal.numbers(members=members, targets=targets)):
        for level in (0.5, 0.9):
            found = IntervalCoverage(level)(rows, level=0.999)
            assert found.low < level < found.high
            assert found.method == "Wilson"


def test_the_true_interval_has_the_least_score():
    random = np.random.default_rng(6)
    mean = random.normal(size=20000)
    targets = mean + random.normal(size=20000)
    scores = [
        IntervalScore(0.9)(
            cal.numbers(predicted=mean, std=np.full(20000, s), targets=targets)
        ).value
        for s in (0.7, 1.0, 1.4)
    ]
    assert scores[1] == min(scores)


def test_levels_that_floats_do_not_halve_exactly_are_found():
    for level in (0.6, 0.7, 0.8, 0.9, 0.95, 0.98, 0.99):
        tail = round((1 - level) / 2, 6)
        rows = cal.numbers(
            predicted=[0.0], quantiles={tail: [-1.0], 1 - tail: [1.0]}, targets=[0.0]
        )
        assert IntervalWidth(level)(rows).value == 2.0


@pytest.mark.parametrize("metric", [IntervalCoverage, IntervalWidth, IntervalScore])
def test_what_is_missing_is_asked_for(metric):
    name = {"IntervalCoverage": "coverage", "IntervalWidth": "width", "IntervalScore": "score"}
    what = f"interval_{name[metric.__name__]}_0.9"
    with pytest.raises(cal.InputError, match=f"a spread must be stated for {what}; got points"):
        metric()(cal.numbers(predicted=[1.0], targets=[1.0]))
    with pytest.raises(cal.InputError, match=f"quantiles must be stated at level 0.05 for {what}"):
        metric()(of_quantiles())
    with pytest.raises(cal.InputError, match="level must lie between 0 and 1"):
        metric(1.0)
