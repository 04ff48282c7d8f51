"""The shared cases of metrics and temperature fits, read from their file, each and every one."""

import json
from collections.abc import Callable
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
import torch

import calibrant as cal


def beside(inputs, truth="label"):
    """Labels and weights of a case, as they are named in the file."""
    names = {truth: "labels", "weight": "weights"}
    return {names[name]: values for name, values in inputs.items() if name in names}


def positive(inputs):
    return cal.predictions(probs=np.array(inputs["prob"], dtype=float), **beside(inputs))


def classes(inputs):
    form = "probs" if "probs" in inputs else "logits"
    return cal.predictions(**{form: np.array(inputs[form])}, **beside(inputs))


def chosen(inputs):
    return cal.decisions(
        predicted=inputs["pred"], n_classes=inputs.get("classes"), **beside(inputs)
    )


def true_class_in_float32(inputs):
    p = torch.tensor(inputs["p_true"], dtype=torch.float32)
    return cal.predictions(probs=torch.stack((p, 1 - p), -1), labels=[0] * len(p))


def beyond_float32(inputs):
    assert inputs["prob"] == "float32(.55) x 2**25"
    return cal.predictions(probs=torch.full((2**25,), 0.55), labels=torch.arange(2**25) % 2)


def uniform_square(inputs):
    del inputs
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=200_000)
    return cal.predictions(probs=probs, labels=rng.binomial(1, probs**2))


def crowd(inputs):
    """Rows of a case that says them in words: ".7 x 50, .8 x 50" with "35 of 50, 40 of 50"."""
    probs, labels = [], []
    for stated, came in zip(inputs["prob"].split(", "), inputs["label"].split(", "), strict=True):
        (prob, n), (hits, of) = stated.split(" x "), came.split(" of ")
        assert n == of
        probs += [float(prob)] * int(n)
        labels += [1] * int(hits) + [0] * (int(n) - int(hits))
    order = np.random.default_rng(0).permutation(len(probs))
    return cal.predictions(probs=np.array(probs)[order], labels=np.array(labels)[order])


def wiggle(inputs):
    del inputs
    rng = np.random.default_rng(0)
    probs = rng.uniform(2 / 15, 13 / 15, 200_000)
    return cal.predictions(
        probs=probs, labels=rng.binomial(1, probs + 0.1 * np.sin(30 * np.pi * probs))
    )


def calibrated(rng, n=300):
    probs = rng.uniform(size=n)
    return cal.predictions(probs=probs, labels=rng.binomial(1, probs))


def of_margin(inputs):
    n = inputs["n"]
    rows = np.tile([inputs["margin"], 0.0], (n, 1))
    return cal.predictions(logits=rows, labels=np.arange(n) >= inputs["right"] * n)


COVERED: dict[str, Callable[..., object] | None] = {  # how the rows of a case are made
    **dict.fromkeys(
        (
            *("conf_exactly_1", "edge_convention", "edge_float_drift", "one_bin"),
            *("single_class_labels", "nan_raises", "out_of_range_raises", "empty_raises"),
            *("label_out_of_range_raises", "weight_equals_repetition", "soft_labels"),
        ),
        positive,
    ),
    **dict.fromkeys(("logits_streamed_equals_one_shot", "unseen_label", "brier_sum_form"), classes),
    **dict.fromkeys(("absent_class_macro_f1", "accuracy_means_accuracy"), chosen),
    "log_loss_float32": true_class_in_float32,
    "float32_counts_saturate": beyond_float32,
    "true_l1_error_uniform_square": uniform_square,
    **dict.fromkeys(
        ("equal_mass_ties_any_order", "murphy_reliability", "smooth_ece_constant"), crowd
    ),
    "spiegelhalter_z": positive,
    "ks_calibration_error": positive,
    "wiggle_hidden_by_bins": wiggle,
    "calibrated_small_sample": None,  # the mean of many draws
    "temperature_closed_form": of_margin,
    "temperature_separable": of_margin,
    "printed_confusion_accuracy": None,  # from the matrix in the reference
    "printed_confusion_macro_f1": None,
    "printed_confusion_macro_recall": None,
    "printed_confusion_macro_precision": None,
}


@pytest.fixture(scope="session")
def cases(shared_cases: Path) -> dict[str, dict]:
    text = (shared_cases / "metrics.json").read_text(encoding="utf-8")
    return {case["id"]: case for case in json.loads(text)}


WORDED = {  # metrics that the file has in words
    "positive_ece, equal mass": "positive_ece_equal_mass",
    "brier reliability": "brier_reliability",
    "the multi-resolution estimate or warning": "multiresolution_ece",
    "ece_debiased (positive class)": "positive_ece_debiased",
}


def name_of(case):
    """Name of the metric, with the number of bins of the case."""
    name, bins = WORDED.get(case["metric"], case["metric"]), case["inputs"].get("bins")
    return name if bins is None else f"{name}_{bins}"


def read(case, rows):
    if case["metric"] == "TemperatureScaling":
        return 1 / cal.TemperatureScaling().fit(rows).value
    return cal.evaluate(rows, [name_of(case)])[name_of(case)].value


def test_every_case_of_the_file_is_covered(cases):
    assert set(COVERED) == set(cases)


@pytest.mark.parametrize("name", [name for name, rows_of in COVERED.items() if rows_of])
def test_case_holds(name, cases):
    case, rows_of = cases[name], COVERED[name]
    if case["value"] == "raise":
        with pytest.raises(cal.CalibrantError, match=r"."):
            read(case, rows_of(case["inputs"]))
        return
    rows = rows_of(case["inputs"])
    assert read(case, rows) == pytest.approx(case["value"], abs=case["tol"])
    if len(rows) < 100 and case["metric"] != "TemperatureScaling":  # row by row, too
        tallies = [cal.tally(row, [name_of(case)]) for row in rows.chunks(1)]
        assert len(tallies) == len(rows)
        assert read(case, reduce(add, tallies)) == pytest.approx(read(case, rows), abs=1e-12)


@pytest.mark.parametrize("name", [name for name in COVERED if name.startswith("printed")])
def test_case_of_the_printed_matrix_holds(name, cases, shared_data):
    reference = json.loads((shared_data / "reference.json").read_text(encoding="utf-8"))
    matrix = cal.confusion(reference["article3"]["confusion"]["matrix"])
    assert read(cases[name], matrix) == pytest.approx(cases[name]["value"], abs=1e-12)


def test_mean_of_small_calibrated_samples_is_nearly_none(cases):
    case, rng = cases["calibrated_small_sample"], np.random.default_rng(0)
    name = name_of(case)
    values = [cal.evaluate(calibrated(rng), [name])[name].value for _ in range(200)]
    assert np.mean(values) == pytest.approx(case["value"], abs=case["tol"])


def test_error_that_bins_hide_is_told_beside_them():
    ece = cal.evaluate(wiggle(None), ["positive_ece"])["positive_ece"]
    assert ece.value < 0.005
    assert "bins hide error" in ece.note


def test_left_closed_bins_of_the_edge_case_give_the_other_convention(cases):
    case = cases["edge_convention"]
    metric = cal.metrics.ExpectedCalibrationError("positive", case["inputs"]["bins"], "left")
    assert metric(positive(case["inputs"])).value == 0.125
