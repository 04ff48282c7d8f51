"""The surest rows and the others hold no row in common; how far they are apart has an interval."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.intervals import newcombe
from calibrant.report.evidence.gathering import curves_of
from calibrant.report.evidence.kept import kept_of


def events(n=500, *, seed=3, slope=1.0, **given):
    generator = np.random.default_rng(seed)
    probs = generator.uniform(0.5, 1, n)
    outcomes = generator.uniform(size=n) < 0.75 + slope * (probs - 0.75)
    return cal.events(probs=probs, outcomes=outcomes, **given)


def test_parts_are_those_of_sorted_rows():
    rows = events()
    right = rows.outcome.double().numpy()[np.argsort(-rows.prob.numpy())]
    found = kept_of(rows, 0.8)
    assert found.kept == pytest.approx(right[:400].mean())
    assert found.left == pytest.approx(right[400:].mean())
    ends = newcombe((right[:400].mean(), right[400:].mean()), (400.0, 100.0), 0.95)
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))
    assert found.why == ""


def test_weights_count_in_shares_and_in_effective_rows():
    generator = np.random.default_rng(0)
    weights = generator.integers(1, 5, 500).astype(float)
    rows = events(weights=weights)
    order = np.argsort(-rows.prob.numpy())
    right, weights = rows.outcome.double().numpy()[order], weights[order]
    part = np.clip((0.7 * weights.sum() - weights.cumsum() + weights) / weights, 0, 1)
    found = kept_of(rows, 0.7)
    shares, numbers = [], []
    for some in (part, 1 - part):
        shares.append((some * weights) @ right / (some @ weights))
        numbers.append((some @ weights) ** 2 / (some @ weights**2))
    ends = newcombe(tuple(shares), tuple(numbers), 0.95)
    assert (found.kept, found.left) == pytest.approx(tuple(shares))
    assert (found.low, found.high) == pytest.approx((ends.low, ends.high))


def test_rows_of_one_confidence_are_shared_out_evenly():
    found = kept_of(cal.events(probs=[0.8] * 100, outcomes=[True] * 70 + [False] * 30), 0.8)
    assert (found.kept, found.left) == pytest.approx((0.7, 0.7))
    assert found.low < 0 < found.high


def test_tallies_say_what_rows_say():
    rows = events(400)
    read = kept_of(cal.tally(rows, ["aurc"]), 0.8)
    exact = kept_of(rows, 0.8)
    for name in ("kept", "left", "low", "high"):
        assert getattr(read, name) == pytest.approx(getattr(exact, name), abs=0.01)


def test_confidence_that_tells_nothing_is_seldom_taken_to_tell():
    claimed = 0
    for seed in range(400):
        found = kept_of(events(200, seed=seed, slope=0.0), 0.8)
        claimed += not found.low <= 0 <= found.high
    assert claimed <= 32  # 20 on average; more than 32 in one of 200 such tests


def test_narrower_levels_have_narrower_intervals():
    wide, narrow = (kept_of(events(), 0.8, level=level) for level in (0.95, 0.5))
    assert wide.low < narrow.low < narrow.high < wide.high
    assert narrow.level == 0.5


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"clusters": [f"c{k // 4}" for k in range(500)]}, "rows in clusters depend on each other"),
        ({"n": 49}, "too few rows are left out: an interval takes 10 effective ones"),
        ({"weights": [0.0] * 495 + [1.0] * 5}, "too few rows are"),
    ],
)
def test_without_an_interval_it_says_why(given, why):
    found = kept_of(events(**given), 0.8)
    assert why in found.why
    assert (found.low, found.high) == (None, None)
    assert 0 <= found.left <= 1


def test_ten_rows_left_out_are_enough():
    assert kept_of(events(50), 0.8).low is not None


def test_curves_hold_what_the_sentence_speaks_of():
    rows = events()
    assert curves_of(rows).kept == kept_of(rows, 0.8)
    assert curves_of(rows, level=0.9).kept == kept_of(rows, 0.8, level=0.9)
