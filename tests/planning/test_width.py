"""Plans: rows that bring an interval to a width, and fresh rows that bear them out."""

import jaxtyping
import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binomtest

import calibrant as cal
from calibrant.planning.scaled import scaled
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.score_grid import ScoreGrid


def drawn(n, seed=0, weights=None):
    rng = np.random.default_rng(seed)
    probs = rng.uniform(size=n)
    labels = (rng.uniform(size=n) < probs).astype(int)
    return cal.predictions(probs=probs, labels=labels, weights=weights)


def test_sums_times_k_are_those_of_rows_that_came_k_times():
    weights = np.arange(200) % 3 + 0.5
    rows, grid = drawn(200, weights=weights), ScoreGrid("positive")
    times = scaled(tally_rows(rows, [grid]).parts[grid], 3.0)
    repeated = sum([tally_rows(rows, [grid]) for _ in range(3)], start=0).parts[grid]
    np.testing.assert_allclose(times.table, repeated.table, rtol=1e-12)


@pytest.mark.parametrize(
    ("metric", "width"), [("accuracy", 0.03), ("log_loss", 0.03), ("brier", 0.02), ("auroc", 0.02)]
)
def test_fresh_rows_have_the_width_that_was_planned(metric, width):
    found = cal.plan(drawn(1500), metric, width=width)
    assert found.reached <= width
    fresh = cal.evaluate(drawn(found.n, seed=1), [metric])[metric]
    assert fresh.high - fresh.low == pytest.approx(width, rel=0.1)


def overconfident(n, seed=0, temperature=1.5):
    rng = np.random.default_rng(seed)
    logits = 1.5 * rng.normal(size=n)
    labels = (rng.uniform(size=n) < expit(logits / temperature)).astype(int)
    return cal.predictions(probs=expit(logits), labels=labels)


@pytest.mark.parametrize("metric", ["ece", "positive_ece", "ece_l2"])
def test_fresh_rows_have_the_width_that_was_planned_of_a_calibration_error(metric):
    found = cal.plan(overconfident(3000), metric, width=0.02)
    widths = []
    for seed in range(1, 6):
        fresh = cal.evaluate(overconfident(found.n, seed), [metric])[metric]
        widths.append(fresh.high - fresh.low)
    assert np.mean(widths) == pytest.approx(0.02, rel=0.1)


def test_plan_of_a_calibrated_model_is_on_the_safe_side_and_says_so():
    pilot = overconfident(3000, temperature=1.0)
    found = cal.plan(pilot, "ece", width=0.02)
    fresh = [
        cal.evaluate(overconfident(found.n, seed, 1.0), ["ece"])["ece"] for seed in range(1, 6)
    ]
    assert np.mean([each.high - each.low for each in fresh]) < 0.02
    assert "reaches 0: its chance is planned for as error" in found.words


def test_errors_of_calibration_are_not_planned_below_the_pilot():
    assert cal.plan(overconfident(3000), "ece", width=0.5).n == 3000
    assert cal.plan(overconfident(3000), "brier", width=0.1).n < 1000


def test_tallies_of_the_pilot_give_the_plan_of_its_rows():
    pilot = drawn(500)
    plans = [cal.plan(each, "brier", width=0.02) for each in (pilot, cal.tally(pilot, ["brier"]))]
    assert plans[0] == plans[1]


def test_narrower_intervals_and_higher_levels_need_more_rows():
    pilot = drawn(500)
    n = [cal.plan(pilot, "brier", width=w, level=v).n for w, v in ((0.04, 0.95), (0.02, 0.95))]
    assert n[1] == pytest.approx(4 * n[0], rel=0.05)
    assert cal.plan(pilot, "brier", width=0.02, level=0.99).n > n[1]


@pytest.mark.parametrize("share", [0.5, 0.9])
def test_proportion_without_a_pilot_has_the_fewest_rows_that_do(share):
    found = cal.plan(metric="accuracy", width=0.1, share=share)
    widths = [
        np.ptp(tuple(binomtest(round(share * n), n).proportion_ci(method="wilson")))
        for n in (found.n // 10 * 10 - 10, found.n // 10 * 10 + 10)
    ]
    assert widths[1] < 0.1 < widths[0]


def test_words_say_what_the_plan_rests_on():
    found = cal.plan(drawn(500), "accuracy", width=0.005)
    assert found.words.startswith(f"{found.n:,} rows give accuracy a 95 % interval 0.005 wide")
    assert "far off: plan again on the way" in found.words
    assert found.to_dict()["n_pilot"] == 500
    assert "No pilot" in str(cal.plan(metric="accuracy", width=0.1))


BAD = {
    "width": ({"width": 0.0}, "width must be a finite number above 0"),
    "no pilot": ({"pilot": None, "metric": "brier"}, "pilot must be given to plan brier"),
    "share": ({"share": 0.5}, "share must stand alone"),
    "share of text": ({"pilot": None, "metric": "accuracy", "share": "x"}, "share must lie in"),
    "share beyond": ({"pilot": None, "metric": "accuracy", "share": 1.5}, "share must lie in"),
    "width of text": ({"width": "x"}, "width must be a finite number above 0"),
    "level": ({"level": 1.0}, "level must lie between 0 and 1"),
    "never": ({"metric": "brier", "width": 1e-9}, "width must be one that rows bring brier to"),
    "unknown": ({"metric": "nonsense"}, "nonsense"),
}


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_planned_is_refused_by_name(case, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    options, words = BAD[case]
    with pytest.raises(cal.InputError, match=words):
        cal.plan(**{"pilot": drawn(50), "metric": "brier", "width": 0.1, **options})


def test_sums_that_cannot_be_multiplied_or_are_missing_are_refused():
    numbers = cal.numbers(predicted=[1.0, 2.0, 4.0], targets=[1.0, 3.0, 3.0])
    with pytest.raises(cal.InputError, match="kept as digits"):
        cal.plan(numbers, "pearson", width=0.1)
    with pytest.raises(cal.InputError, match="pilot must hold the sums of brier"):
        cal.plan(cal.tally(drawn(50), ["accuracy"]), "brier", width=0.1)


@pytest.mark.parametrize("width", [1.0, 2.0])
def test_a_width_that_is_not_below_the_range_is_refused_without_a_pilot(width):
    with pytest.raises(cal.InputError) as raised:
        cal.plan(metric="accuracy", width=width)
    rule = f"width must be below 1, the range of accuracy; got {width:g}. "
    assert str(raised.value).startswith(rule)
    assert cal.plan(metric="accuracy", width=0.99).n == 1


@pytest.mark.parametrize(("metric", "width"), [("accuracy", 1.0), ("brier", 2.0), ("f1", 2.5)])
def test_a_width_that_is_not_below_the_range_is_refused_of_a_pilot(metric, width):
    with pytest.raises(cal.InputError, match=r"width must be below \d, the range of"):
        cal.plan(drawn(200), metric, width=width)


def test_a_width_of_a_metric_without_a_range_may_be_any():
    assert cal.plan(drawn(200), "log_loss", width=5.0).reached <= 5


def test_one_row_is_no_rows():
    assert str(cal.plan(metric="accuracy", width=0.99)).startswith("1 row gives accuracy")
    assert str(cal.plan(metric="accuracy", width=0.85)).startswith("2 rows give accuracy")
