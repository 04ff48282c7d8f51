"""Cross-validated parts: closed forms, a peer's values, and what they do not depend on."""

import math

import jaxtyping
import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.proper.scores import Brier, LogLoss
from calibrant.selection.refinement import CalibrationPart, Refinement
from calibrant.selection.row_keys import row_keys


def drawn(n=3000, n_classes=5, temperature=2.0, seed=0):
    """Logits that are `temperature` times the true ones, labels, and the true ones."""
    generator = torch.Generator().manual_seed(seed)
    true = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    return temperature * true, labels, true


def test_parts_are_near_those_of_probmetrics():
    logits, labels, _ = drawn()
    rows = cal.predictions(logits=logits, labels=labels)
    expected = {  # probmetrics 1.3: Metrics.from_names([...]) on the same rows, other folds
        ("refinement", "log_loss"): 0.9017,  # refinement_logloss_ts-mix_cv-5
        ("calibration", "log_loss"): 0.1923,  # calib-err_logloss_ts-mix_cv-5
        ("refinement", "brier"): 0.4779,  # refinement_brier_ts-mix_cv-5
        ("calibration", "brier"): 0.0454,  # calib-err_brier_ts-mix_cv-5
    }
    for (part, score), value in expected.items():
        found = cal.evaluate(rows, [f"{score}_{part}"])[f"{score}_{part}"].value
        assert found == pytest.approx(value, abs=5e-4), (part, score)


@pytest.mark.parametrize(("score", "whole"), [("log_loss", LogLoss()), ("brier", Brier())])
def test_parts_add_up_to_the_score(score, whole):
    logits, labels, _ = drawn(300, 3)
    rows = cal.predictions(logits=logits, labels=labels, weights=torch.rand(300) + 0.5)
    parts = Refinement(score)(rows).value, CalibrationPart(score)(rows).value
    assert sum(parts) == pytest.approx(whole(rows).value, abs=1e-12)
    assert Refinement(score)(rows).details["calibration"] == parts[1]


def test_known_temperature_costs_its_divergence_and_leaves_the_entropy():
    logits, labels, true = drawn(20_000, 3, 1.7)
    p = true.softmax(-1)
    entropy = float(-(p * true.log_softmax(-1)).sum(-1).mean())
    excess = float((p * (true.log_softmax(-1) - logits.log_softmax(-1))).sum(-1).mean())
    rows = cal.predictions(logits=logits, labels=labels)
    saved, left = CalibrationPart()(rows), Refinement()(rows)
    assert saved.low < excess < saved.high
    assert left.low < entropy < left.high
    assert saved.value == pytest.approx(excess, rel=0.1)


def test_calibrated_rows_read_nothing_on_average():
    values = []
    for seed in range(40):
        _, labels, true = drawn(300, 3, seed=seed)
        values.append(CalibrationPart()(cal.predictions(logits=true, labels=labels)).value)
    error = np.std(values) / math.sqrt(40)
    assert -0.003 < np.mean(values) < 3 * error  # one fitted number costs about 1 / (2 n)


def test_interval_holds_the_true_divergence_about_as_often_as_it_says():
    held, excess = 0, 0.0
    runs = [drawn(300, 3, 1.7, seed) for seed in range(60)]
    for logits, _, true in runs:
        p = true.softmax(-1)
        gap = true.log_softmax(-1) - logits.log_softmax(-1)
        excess += float((p * gap).sum(-1).mean()) / 60
    for logits, labels, _ in runs:
        found = CalibrationPart()(cal.predictions(logits=logits, labels=labels))
        held += found.low <= excess <= found.high
    assert held >= 52  # 57 expected; below 52 once in a hundred


def test_order_of_rows_and_classes_and_shift_of_logits_do_not_matter():
    logits, labels, _ = drawn(200, 3)
    logits = (logits * 64).round() / 64
    value = Refinement()(cal.predictions(logits=logits, labels=labels)).value
    order = torch.randperm(200, generator=torch.Generator().manual_seed(1))
    classes = torch.tensor([2, 0, 1])
    for given, came in (
        (logits[order], labels[order]),
        (logits[:, classes], classes.argsort()[labels]),
        (logits + 512, labels),
    ):
        other = Refinement()(cal.predictions(logits=given, labels=came)).value
        assert other == pytest.approx(value, abs=1e-12)


@pytest.mark.parametrize("score", ["log_loss", "brier"])
def test_interval_of_refinement_does_not_fall_below_zero(score):
    rng = np.random.default_rng(2)
    logits = rng.normal(0, 6, 20)
    labels = (logits > 0).astype(int)
    labels[0] = 1 - labels[0]  # one row is wrong by far
    rows = cal.predictions(logits=logits, labels=labels)
    assert Refinement(score)(rows).low == 0
    assert CalibrationPart(score)(rows).low < 0


def test_order_of_tied_rows_of_other_weights_does_not_matter():
    rng = np.random.default_rng(5)
    probs, labels = np.repeat([0.3, 0.8], 40), np.tile([0, 0, 1, 0, 1, 1, 0, 1], 10)
    weights = rng.choice([1.0, 5.0], 80)
    value = Refinement()(cal.predictions(probs=probs, labels=labels, weights=weights)).value
    for order in (rng.permutation(80) for _ in range(3)):
        columns = {"probs": probs[order], "labels": labels[order], "weights": weights[order]}
        assert Refinement()(cal.predictions(**columns)).value == pytest.approx(value, abs=1e-12)


def test_seed_deals_other_folds_and_the_same_seed_the_same():
    rows = cal.predictions(logits=drawn(200, 3)[0], labels=drawn(200, 3)[1])
    assert Refinement(seed=1)(rows) == Refinement(seed=1)(rows)
    assert Refinement(seed=1)(rows).value != Refinement()(rows).value
    assert Refinement(n_folds=10)(rows).value == pytest.approx(Refinement()(rows).value, rel=0.05)


@pytest.mark.parametrize("form", ["positive logits", "positive probs", "probs", "soft", "float32"])
def test_every_form_of_declaration_serves(form):
    generator = torch.Generator().manual_seed(2)
    logits = 3 * torch.randn(400, generator=generator, dtype=torch.float64)
    labels = (torch.rand(400, generator=generator) < (logits / 2).sigmoid()).long()
    pair = torch.stack((torch.zeros_like(logits), logits), dim=-1)
    expected = Refinement()(cal.predictions(logits=pair, labels=labels)).value
    rows = {
        "positive logits": lambda: cal.predictions(logits=logits, labels=labels),
        "positive probs": lambda: cal.predictions(probs=logits.sigmoid(), labels=labels),
        "probs": lambda: cal.predictions(probs=pair.softmax(-1), labels=labels),
        "soft": lambda: cal.predictions(logits=pair, labels=torch.eye(2).double()[labels]),
        "float32": lambda: cal.predictions(logits=pair.float(), labels=labels),
    }[form]()
    assert Refinement()(rows).value == pytest.approx(expected, abs=5e-3)  # folds may differ


def test_rows_without_an_error_are_left_with_what_mixing_costs():
    logits = torch.tensor([[3.0, 0.0], [0.0, 3.0]]).repeat(50, 1)
    rows = cal.predictions(logits=logits, labels=torch.tensor([0, 1]).repeat(50))
    found = Refinement()(rows)
    assert found.value == pytest.approx(-math.log1p(-0.5 / 81), rel=1e-6)  # 80 rows in each fit
    assert "in 5 of 5 folds the best temperature is at an end" in found.note


def test_rows_worse_than_chance_are_left_with_even_odds():
    logits = torch.tensor([[3.0, 0.0], [0.0, 3.0]]).repeat(50, 1)
    rows = cal.predictions(logits=logits, labels=torch.tensor([1, 0]).repeat(50))
    found = Refinement()(rows)
    assert found.value == pytest.approx(math.log(2), abs=0.02)  # temperature 100
    assert found.details["calibration"] == pytest.approx(3.0486 - 0.69, abs=0.03)


def test_impossible_row_makes_calibration_infinite_and_leaves_refinement():
    probs = torch.full((60, 2), 0.5).double()
    probs[0] = torch.tensor([1.0, 0.0])
    rows = cal.predictions(probs=probs, labels=[1] * 30 + [0] * 30)
    assert math.isfinite(Refinement()(rows).value)
    found = CalibrationPart()(rows)
    assert found.value == math.inf
    assert found.note.startswith("infinite: 1 of 60 rows give probability 0")
    assert found.method == "not available: some rows are infinite"


def test_fewer_rows_than_folds_are_too_few():
    found = Refinement()(cal.predictions(probs=[0.5] * 4, labels=[0, 1, 0, 1]))
    assert math.isnan(found.value)
    assert found.note == "undefined: 4 rows are too few for 5 folds"


@pytest.mark.parametrize(
    ("setting", "rule"),
    [
        *(
            ({"n_folds": wrong}, "n_folds must .*at least 2")
            for wrong in (1, 0, -2, 2.5, "5", True)
        ),
        *(({"seed": wrong}, "seed must .*at least 0") for wrong in (-1, "x", 0.5, True)),
    ],
)
def test_folds_and_seeds_are_whole_numbers(setting, rule, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match=rule):
        Refinement(**setting)
    assert Refinement(n_folds=np.int64(2)) == Refinement(n_folds=2)


def test_tallies_are_refused_by_name():
    rows = cal.predictions(probs=[0.5] * 9, labels=[0, 1, 0] * 3)
    with pytest.raises(InputError, match="log_loss_refinement"):
        cal.tally(rows, ["log_loss_refinement"])


def test_keys_of_rows_tell_labels_apart_and_ignore_ruled_out_classes():
    logits = torch.tensor([[0.0, 1.0], [0.0, 1.0], [1.0, 0.0]]).double()
    keys, right = (k.tolist() for k in row_keys(cal.predictions(logits=logits, labels=[0, 1, 1])))
    assert len(set(keys)) == 2  # the first and the last are one row with classes swapped
    assert keys[0] == keys[2]
    ruled_out = torch.cat((logits, torch.full((3, 1), -torch.inf)), dim=-1)
    assert row_keys(cal.predictions(logits=ruled_out, labels=[0, 1, 1]))[0].tolist() == keys
    assert right == [False, True, False]
