"""Every door refuses rows that a calibrator was fitted on, unless it is told not to."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError


def drawn(n, seed, **more):
    rng = np.random.default_rng(seed)
    logits = rng.standard_normal(n) * 3
    labels = (rng.random(n) < 1 / (1 + np.exp(-logits / 2))).astype(int)
    return cal.predictions(logits=logits, labels=labels, **more)


FIT, TEST = drawn(400, 0), drawn(400, 1)
FITTED = cal.TemperatureScaling().fit(FIT)
DOORS = {
    "evaluate": lambda rows, **more: cal.evaluate(rows, ["log_loss"], **more),
    "tally": lambda rows, **more: cal.tally(rows, ["log_loss"], **more),
    "compare": lambda rows, **more: cal.compare(rows, rows, metrics=["accuracy"], **more),
    "certificate": cal.certificate,
    "reliability_curve": cal.reliability_curve,
    "reliability_table": cal.reliability_table,
}
every_door = pytest.mark.parametrize("door", DOORS.values(), ids=DOORS)


@every_door
def test_rows_of_the_fit_are_refused_unless_asked_for(door):
    after = FITTED.transform(FIT)
    told = r"(rows|A) must be others than the rows that.*; got 400 of 400 rows.*allow_fit_rows=True"
    with pytest.raises(InputError, match=told):
        door(after)
    assert door(after, allow_fit_rows=True)


@every_door
def test_other_rows_and_rows_before_calibration_are_not(door):
    assert door(FITTED.transform(TEST))
    assert door(FIT)


@pytest.mark.parametrize(
    "some",
    [
        pytest.param(lambda rows: rows.take(slice(100, 200)), id="a slice"),
        pytest.param(lambda rows: rows.take(torch.arange(399, -1, -7)), id="every seventh"),
        pytest.param(lambda rows: rows.take(torch.arange(400) % 2 == 0).take(slice(50)), id="half"),
        pytest.param(lambda rows: rows.reweighted(torch.arange(400.0) % 3).present(), id="some"),
    ],
)
def test_what_is_taken_of_them_remembers_where_it_was(some):
    with pytest.raises(InputError, match="others than the rows"):
        cal.evaluate(some(FITTED.transform(FIT)), ["log_loss"])
    assert cal.evaluate(some(FITTED.transform(TEST)), ["log_loss"])


def test_absent_rows_of_the_fit_do_no_harm_and_present_ones_do():
    mixed = np.concatenate((FIT.declared.values, TEST.declared.values))
    for weight, refused in ((0.0, False), (1.0, True)):
        weights = np.repeat([weight, 1.0], 400)
        rows = cal.predictions(logits=mixed, labels=np.zeros(800, dtype=int), weights=weights)
        after = FITTED.transform(rows)
        if refused:
            with pytest.raises(InputError, match="got 400 of 800 rows"):
                cal.evaluate(after, ["log_loss"])
        else:
            assert cal.evaluate(after, ["log_loss"]).n == 400


def test_groups_are_looked_at_together():
    rows = drawn(400, 0, groups=np.arange(400) % 40)
    with pytest.raises(InputError, match="got 400 of 400 rows"):
        cal.evaluate(FITTED.transform(rows), ["log_loss"])
    for _, group in FITTED.transform(rows).by_group():
        with pytest.raises(InputError, match="got 10 of 10 rows"):
            cal.evaluate(group, ["log_loss"])


def test_every_calibrator_on_the_way_is_asked():
    first = cal.TemperatureScaling().fit(drawn(400, 2))
    second = cal.TemperatureScaling().fit(first.transform(FIT))
    with pytest.raises(InputError, match="others than the rows"):
        cal.evaluate(second.transform(first.transform(FIT)), ["log_loss"])
    with pytest.raises(InputError, match="others than the rows"):
        cal.evaluate(second.transform(first.transform(drawn(400, 2))), ["log_loss"])
    assert cal.evaluate(second.transform(first.transform(TEST)), ["log_loss"])


def test_a_copy_in_another_precision_is_the_same_row():
    logits = np.random.default_rng(0).standard_normal(300).astype(np.float32)
    labels = np.arange(300) % 2
    fitted = cal.TemperatureScaling(penalty=2.0).fit(cal.predictions(logits=logits, labels=labels))
    wide = cal.predictions(logits=logits.astype(np.float64), labels=labels)
    with pytest.raises(InputError, match="got 300 of 300 rows"):
        cal.evaluate(fitted.transform(wide), ["log_loss"])


def test_rows_that_were_let_in_are_told_of_and_tallies_remember():
    after = FITTED.transform(FIT)
    note = "400 of 400 rows equal rows of the fit"
    assert note in cal.evaluate(after, ["log_loss"], allow_fit_rows=True).notes[-1]
    tallies = cal.tally(after, ["log_loss"], allow_fit_rows=True)
    assert note in cal.evaluate(tallies).notes[-1]
    assert note in cal.certificate(after, allow_fit_rows=True).notes[-1]
    assert note in cal.reliability_curve(after, allow_fit_rows=True).note


def test_a_calibrator_that_was_not_fitted_accuses_nobody():
    made = type(FITTED)(n_classes=2, n=400, value=FITTED.value)
    assert cal.evaluate(made.transform(FIT), ["log_loss"])
    assert made == FITTED


def test_a_fit_by_shards_knows_its_rows_too():
    half = slice(0, 200), slice(200, 400)
    fitted = cal.TemperatureScaling().fit_shards([FIT.take(part) for part in half])
    assert fitted.fit_rows.fingerprint == FITTED.fit_rows.fingerprint
    with pytest.raises(InputError, match="got 400 of 400 rows"):
        cal.evaluate(fitted.transform(FIT), ["log_loss"])


def test_cross_fitted_rows_are_honest_and_those_of_the_whole_fit_are_not():
    found = cal.cross_fit(cal.TemperatureScaling(), FIT)
    assert cal.evaluate(found.predictions, ["log_loss"])
    with pytest.raises(InputError, match="others than the rows"):
        cal.evaluate(found.fitted.transform(FIT), ["log_loss"])


def test_what_was_chosen_knows_its_rows_by_itself():
    chosen = cal.AutoCalibration(candidates=(cal.TemperatureScaling(),)).fit(FIT)
    for fitted in (chosen, chosen.winner):
        with pytest.raises(InputError, match="others than the rows"):
            cal.evaluate(fitted.transform(FIT), ["log_loss"])
