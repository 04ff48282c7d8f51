"""Overlap losses of the file that stands in for an article's: its values, done right."""

import csv
import json

import pytest
import torch

from calibrant.losses import get


@pytest.fixture(scope="module")
def standin(shared_cases):
    folder = shared_cases.parent / "data"
    with (folder / "standin_binary_data.csv").open() as file:
        rows = list(csv.DictReader(file))
    probs = torch.tensor([float(row["prob_fail"]) for row in rows], dtype=torch.float64)
    return probs, torch.tensor([int(row["truth"] == "slopeD") for row in rows])


@pytest.fixture(scope="module")
def reference(shared_cases):
    return json.loads((shared_cases.parent / "data" / "reference.json").read_text())["article3"][
        "standins"
    ]


@pytest.mark.parametrize(
    ("spec", "path"),
    [
        ("dice", ["dice", "formula_smooth_both"]),
        ("dice(smooth=0)", ["dice", "no_smooth"]),
        ("tversky(fn_weight=.7, fp_weight=.3)", ["tversky_a07FN_b03FP"]),
        ("tversky(fn_weight=.3, fp_weight=.7)", ["tversky_swapped"]),
        ("focal_tversky(gamma=0.75)", ["focal_tversky", "formula_pow_inv_gamma"]),
        (
            "focal_tversky(fn_weight=.3, fp_weight=.7, gamma=0.75)",
            ["focal_tversky", "swapped_pow_inv_gamma"],
        ),
        ("focal_tversky", ["focal_tversky", "code_weights_fixed_pow_gamma"]),
        ("dice_bce", ["dice_bce_075", "formula"]),
    ],
)
def test_value_of_the_standin_is_that_of_the_formula(standin, reference, spec, path):
    for key in path:
        reference = reference[key]
    loss = get(spec)
    loss.inputs = "probs"
    assert float(loss(*standin)) == pytest.approx(reference, abs=1e-12)
