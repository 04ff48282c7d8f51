"""Isotonic parts against model-diagnostics, scikit-learn and closed forms; their bound on cells."""

import math
import warnings

import numpy as np
import pytest
import torch
from sklearn.isotonic import IsotonicRegression

import calibrant as cal
from calibrant.errors import CalibrantWarning, InputError
from calibrant.metrics.proper.corp import Discrimination, Miscalibration, Uncertainty
from calibrant.metrics.proper.scores import BrierBinary, LogLoss
from calibrant.metrics.proper.spherical import SphericalScore

PARTS = (Miscalibration, Discrimination, Uncertainty)
SCORES = {"brier": BrierBinary(), "log_loss": LogLoss(), "spherical": SphericalScore()}
K = np.arange(40)
PROBS, LABELS, WEIGHTS = (K * 7 % 20 + 1) / 22, (K * K % 7 < 3).astype(int), K % 3 + 1.0
N = 100_000


def small(**others):
    return cal.predictions(**{"probs": PROBS, "labels": LABELS, **others})


def from_tally(metric, rows):
    return cal.evaluate(cal.tally(rows, [metric]), [metric])[repr(metric)]


@pytest.mark.parametrize(
    ("score", "weights", "expected"),
    [  # model-diagnostics 1.5: decompose(y, p, weights=w, scoring_function=...())
        ("brier", None, (0.1373398760330578, 0.008409090909090922, 0.19937500000000002)),
        ("brier", WEIGHTS, (0.132628490917549, 0.015742158069321943, 0.2009293382470758)),
        ("log_loss", None, (0.3653545390255023, 0.02228788828363637, 0.5881687773541907)),
        ("log_loss", WEIGHTS, (0.3496801817625541, 0.04157864977884551, 0.591512963347372)),
    ],
)
def test_parts_are_those_of_model_diagnostics(score, weights, expected):
    rows = small(weights=weights)
    for part, value in zip(PARTS, expected, strict=True):
        assert part(score)(rows).value == pytest.approx(value, abs=1e-14)
        assert from_tally(part(score), rows).value == pytest.approx(value, abs=1e-13)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("score", SCORES)
def test_miscalibration_is_what_the_isotonic_regression_of_scikit_learn_saves(score, weighted):
    generator = np.random.default_rng(0)
    probs = generator.random(500).round(2)
    labels = (generator.random(500) < probs**2).astype(int)
    weights = generator.random(500) + 0.1 if weighted else None
    fitted = IsotonicRegression().fit(probs, labels, sample_weight=weights).predict(probs)
    given, better = (
        SCORES[score](cal.predictions(probs=p, labels=labels, weights=weights)).value
        for p in (probs.clip(1e-9, 1 - 1e-9), fitted.clip(0, 1))
    )
    rows = cal.predictions(probs=probs.clip(1e-9, 1 - 1e-9), labels=labels, weights=weights)
    assert Miscalibration(score)(rows).value == pytest.approx(abs(given - better), abs=1e-12)


@pytest.mark.parametrize("kind", ["hard", "soft", "weighted", "logits", "many"])
@pytest.mark.parametrize("score", SCORES)
def test_parts_add_up_to_the_score_in_both_forms(score, kind):
    view, labels = "positive", torch.from_numpy(LABELS)
    rows = {
        "hard": small(),
        "soft": small(labels=(LABELS + 0.25) / 1.5),
        "weighted": small(weights=WEIGHTS),
        "logits": cal.predictions(logits=torch.from_numpy(PROBS).logit(), labels=labels),
        "many": cal.predictions(probs=np.stack((PROBS, *2 * [(1 - PROBS) / 2]), -1), labels=labels),
    }[kind]
    whole = rows
    if kind == "many":
        view, whole = "top_label", rows.top_label()
    value = SCORES[score](whole).value
    value = 1 - value if score == "spherical" else value
    for evaluate in (lambda metric: metric(rows), lambda metric: from_tally(metric, rows)):
        mcb, dsc, unc = (evaluate(part(score, view)).value for part in PARTS)
        assert mcb - dsc + unc == pytest.approx(value, abs=1e-13)
        assert min(mcb, dsc, unc) >= 0


def test_two_rows_in_the_wrong_order_are_pooled():
    rows = cal.predictions(probs=[0.2, 0.6], labels=[1, 0])  # recalibrated .5 and .5: no ranking
    assert Miscalibration()(rows).value == pytest.approx((0.64 + 0.36) / 2 - 0.25)
    assert Discrimination()(rows).value == 0
    assert Uncertainty()(rows).value == 0.25
    assert Miscalibration("log_loss")(rows).value == pytest.approx(
        -(math.log(0.2) + math.log(0.4)) / 2 - math.log(2)
    )


def test_ties_are_pooled_before_anything_else_whatever_the_order():
    for order in ([0, 1, 2, 3], [3, 2, 1, 0], [1, 3, 0, 2]):
        labels = np.array([0, 1, 0, 1])[order]
        rows = cal.predictions(probs=[0.5] * 4, labels=labels)
        assert Miscalibration()(rows).value == 0
        assert Discrimination()(rows).value == 0


@pytest.mark.parametrize("score", SCORES)
def test_perfect_ranking_makes_discrimination_all_of_uncertainty(score):
    rows = cal.predictions(probs=[0.2, 0.4, 0.6, 0.8], labels=[0, 0, 1, 1])
    parts = [part(score)(rows).value for part in PARTS]
    assert parts[1] == parts[2] > 0  # recalibrated 0 and 1; 0 log 0 is 0
    assert all(map(math.isfinite, parts))


@pytest.mark.parametrize("score", SCORES)
def test_labels_of_one_class_leave_miscalibration_alone(score):
    rows = cal.predictions(probs=[0.5, 0.75], labels=[1, 1])
    value = SCORES[score](rows).value
    assert Miscalibration(score)(rows).value == pytest.approx(
        1 - value if score == "spherical" else value
    )
    assert Discrimination(score)(rows).value == Uncertainty(score)(rows).value == 0


def test_impossible_row_makes_miscalibration_of_log_loss_infinite_and_is_counted():
    rows = cal.predictions(probs=[0.0, 0.5, 1.0], labels=[1, 0, 1])
    note = "infinite: 1 of 3 rows give probability 0 to what came out"
    exact, summed = Miscalibration("log_loss")(rows), from_tally(Miscalibration("log_loss"), rows)
    assert exact.value == summed.value == math.inf
    assert exact.note == note
    assert summed.note.startswith(note)
    assert Discrimination("log_loss")(rows).value == pytest.approx(  # 1, 0 pooled
        math.log(3) - 2 / 3 * math.log(2) - 2 / 3 * math.log(2)
    )


def test_saturated_logits_keep_their_order_and_their_loss():
    logits, labels = torch.tensor([-90.0, 40.0, 45.0, 50.0]).double(), [0, 0, 1, 1]
    rows = cal.predictions(logits=logits, labels=labels)  # the last three all round to 1
    assert Discrimination("log_loss")(rows).value == pytest.approx(math.log(2))
    assert Miscalibration("log_loss")(rows).value == pytest.approx(10)  # 40 / 4, of the second
    three = torch.stack((logits, logits * 0, logits * 0 - 1e3), dim=-1)
    top = Miscalibration("log_loss", "top_label")(
        cal.predictions(logits=three, labels=[1, 1, 0, 0])
    )
    assert top.value == pytest.approx(10)  # the wrong row is the least sure: nothing is pooled


def hard_scores(kind):
    generator = np.random.default_rng(3)
    probs = {
        "calibrated": lambda: generator.random(N),
        "one in a hundred": lambda: generator.beta(1, 99, N),
        "one in ten thousand": lambda: generator.beta(0.5, 5000, N),
        "crowded": lambda: 0.5 + 1e-4 * (2 * generator.random(N) - 1),
        "saturated": lambda: 1 / (1 + np.exp(-generator.normal(0, 6, N))),
        "ties": lambda: generator.random(N).round(2),
        "one value": lambda: np.full(N, 0.3),
    }[kind]()
    return probs, (generator.random(N) < probs).astype(int)


@pytest.mark.parametrize("score", SCORES)
@pytest.mark.parametrize(
    "kind",
    [
        *("calibrated", "one in a hundred", "one in ten thousand"),
        *("crowded", "saturated", "ties", "one value"),
    ],
)
def test_tally_is_off_by_no_more_than_its_bound(kind, score):
    probs, labels = hard_scores(kind)
    rows = cal.predictions(probs=probs, labels=labels)
    for part in PARTS:
        exact = part(score)(rows).value
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", CalibrantWarning)
            found = from_tally(part(score), rows)
        assert abs(found.value - exact) <= found.bound, part
        if kind in {"ties", "one value"} or part is Uncertainty:
            assert found.bound < 1e-9
        elif kind != "crowded":  # the bound itself is less than the tiny miscalibration
            assert found.bound < Miscalibration(score)(rows).value
            assert abs(found.value - exact) < 0.3 * Miscalibration(score)(rows).value


def test_crowded_scores_warn_and_reach_the_bound_when_cells_rank_perfectly():
    probs = 0.5 + 1e-5 * np.linspace(0.1, 1, 1000)  # all in one cell
    rows = cal.predictions(probs=probs, labels=(np.arange(1000) >= 500).astype(int))
    metric = Discrimination()
    with pytest.warns(CalibrantWarning, match="discrimination of brier from the grid may be"):
        found = from_tally(metric, rows)
    assert metric(rows).value == pytest.approx(0.25)
    assert found.value == pytest.approx(0, abs=1e-5)
    assert found.bound == pytest.approx(0.25, abs=1e-5)


def test_calibrated_rows_have_a_miscalibration_that_falls_to_nothing():
    probs, labels = hard_scores("calibrated")
    few, many = (
        Miscalibration()(cal.predictions(probs=probs[:n], labels=labels[:n])).value
        for n in (1000, N)
    )
    assert 0 < many < 5e-4 < few < 1e-2


def test_miscalibration_of_known_distortion_is_found():
    generator = np.random.default_rng(4)
    probs = generator.random(N)
    labels = (generator.random(N) < probs**2).astype(int)  # E (p - p**2)**2 = 1/30
    rows = cal.predictions(probs=probs, labels=labels)
    assert Miscalibration()(rows).value == pytest.approx(1 / 30, abs=0.002)
    assert from_tally(Miscalibration(), rows).value == pytest.approx(1 / 30, abs=0.002)


def test_more_than_two_classes_have_no_positive_one():
    rows = cal.predictions(probs=[[0.2, 0.3, 0.5]], labels=[2])
    with pytest.raises(InputError, match="two classes"):
        Miscalibration()(rows)
    assert cal.evaluate(rows, ["brier_miscalibration"])["brier_miscalibration"].value == 0.25
