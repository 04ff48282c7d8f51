"""Over- and underconfidence: the parts of the calibration error."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.binned.signed import Overconfidence, Underconfidence


def drawn(n=800):
    rng = np.random.default_rng(0)
    probs, weights = rng.uniform(size=n), rng.integers(0, 4, size=n)
    return probs, rng.binomial(1, 0.1 + 0.8 * probs**1.5), weights


@pytest.mark.parametrize("view", ["positive", "top_label"])
@pytest.mark.parametrize(("n_bins", "closed"), [(1, "right"), (10, "left"), (15, "right")])
def test_parts_add_up_to_the_error_and_differ_by_the_mean_gap(view, n_bins, closed):
    probs, labels, weights = drawn()
    rows = cal.predictions(probs=probs, labels=labels, weights=weights)
    over, under = (
        part(view, n_bins, closed)(rows).value for part in (Overconfidence, Underconfidence)
    )
    whole = ExpectedCalibrationError(view, n_bins, closed)(rows).value
    assert over + under == pytest.approx(whole, abs=1e-14)
    stated = probs if view == "positive" else np.maximum(probs, 1 - probs)
    came = labels if view == "positive" else labels == (probs >= 0.5)
    gap = np.average(stated - came, weights=weights)
    assert over - under == pytest.approx(gap, abs=1e-14)


def test_stating_too_much_is_over_and_too_little_is_under():
    high = cal.events(probs=[0.9] * 4, outcomes=[1, 0, 0, 0])
    assert Overconfidence()(high).value == pytest.approx(0.65)
    assert Underconfidence()(high).value == 0
    low = cal.events(probs=[0.6] * 4, outcomes=[1, 1, 1, 1])
    assert Overconfidence()(low).value == 0
    assert Underconfidence()(low).value == pytest.approx(0.4)


def test_floors_of_both_sides_add_up_to_that_of_the_error():
    probs, labels, _ = drawn()
    rows = cal.predictions(probs=probs, labels=labels)
    floors = [part("positive")(rows).noise_floor for part in (Overconfidence, Underconfidence)]
    whole = ExpectedCalibrationError("positive")(rows).noise_floor
    assert floors == pytest.approx([whole / 2] * 2, rel=1e-12)


def test_calibrated_rows_show_half_of_their_noise_on_either_side():
    rng, values = np.random.default_rng(0), []
    for _ in range(200):
        probs = rng.uniform(size=500)
        rows = cal.predictions(probs=probs, labels=rng.binomial(1, probs))
        found = Overconfidence("positive")(rows)
        values.append((found.value, found.noise_floor))
    value, floor = np.mean(values, axis=0)
    assert value == pytest.approx(floor, rel=0.1)


def test_soft_labels_have_no_floor_and_say_why():
    found = Overconfidence()(cal.events(probs=[0.5], outcomes=[0.25]))
    assert found.value == 0.25
    assert found.noise_floor is None
    assert found.note.startswith("no noise floor: soft labels")


@pytest.mark.parametrize("name", ["overconfidence", "positive_underconfidence"])
def test_clustered_rows_have_the_value_and_say_why_there_is_no_interval(name):
    rng = np.random.default_rng(0)
    probs = rng.random(200)
    labels = (rng.random(200) < probs).astype(int)
    clustered = cal.predictions(probs=probs, labels=labels, clusters=np.arange(200) // 4)
    found, plain = (
        cal.evaluate(rows, [name])[name]
        for rows in (clustered, cal.predictions(probs=probs, labels=labels))
    )
    assert found.value == plain.value
    assert found.low is found.high is found.noise_floor is None
    assert found.method.startswith("not available: clustered rows")
