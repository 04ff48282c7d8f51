"""The shared worked cases: value and gradient, computed in 60-digit arithmetic."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from calibrant.losses import CrossEntropyLoss, FocalLoss, Loss, SoftF1Loss

LATER = {
    "Losses that say what you mean": (
        "dice_empty_empty",
        "dice_perfect",
        "focal_tversky_perfect_grad",
        "focal_tversky_alpha_is_fp_or_fn",
        "dice_fp16_512",
        "asl_reduces_to_bce",
        "asl_leaks_grad_mode",
        "mmce_weighted_value",
        "brier_multiclass",
        "mbls_ignore_leak",
        "flsd53_value",
        "aucm_v2_value",
        "aucm_v2_zero_scores",
        "aucm_v1_imratio",
        "class_balanced_absent_class",
        "ldam_cpu",
        "coral_extreme",
        "cumulative_link_saturated",
        "ref_expected_cost",
        "ref_poly1_ce",
        "ref_emd2",
        "ref_gaussian_nll",
        "ref_tweedie",
        "ref_lovasz_hinge",
    ),
}
"""Cases of losses that are still to come, by the title of the issue that brings them."""


def focal(inputs: dict) -> Loss:
    return FocalLoss(
        inputs["gamma"],
        class_weight=inputs.get("weight"),
        reduction=inputs.get("reduction", "mean"),
        ignore_index=inputs.get("ignore_index", -100),
    )


def cross_entropy(inputs: dict) -> Loss:
    return CrossEntropyLoss(label_smoothing=inputs.get("label_smoothing", 0.0))


CASES: dict[str, Callable[[dict], Loss]] = {
    "focal_class_weight_sum": focal,
    "focal_softmax_shift_invariance": focal,
    "focal_gamma0_equals_weighted_ce": focal,
    "focal_gamma0_equals_ce": focal,
    "focal_gamma_half_saturated": focal,
    "focal_logits_1e4": focal,
    "focal_masked_class_neg_inf": focal,
    "ce_ignore_mean_denominator": cross_entropy,
    "all_ignored_batch": focal,
    "ignored_garbage_logits": focal,
    "bfocal_extreme": lambda inputs: FocalLoss(
        inputs["gamma"], class_weight=[1 - inputs["alpha"], inputs["alpha"]], reduction="sum"
    ),
    "focal_from_probabilities": lambda inputs: FocalLoss(
        inputs["gamma"], reduction="sum", inputs="probs"
    ),
    "soft_f1_global_vs_mean_of_batches": lambda _: SoftF1Loss(
        average="micro", multilabel=True, inputs="probs"
    ),
    "bce_through_sigmoid_saturation": lambda _: CrossEntropyLoss(multilabel=True),
    "single_sample": focal,
    "label_smoothing_convention": lambda inputs: CrossEntropyLoss(label_smoothing=inputs["eps"]),
}


@pytest.fixture(scope="module")
def cases(shared_cases: Path) -> dict[str, dict]:
    return {case["id"]: case for case in json.loads((shared_cases / "losses.json").read_text())}


def tensor(numbers: object, dtype: torch.dtype) -> Tensor:
    if isinstance(numbers, str):  # one case writes its garbage as text
        numbers = json.loads(numbers.replace("nan", "NaN").replace("inf", "Infinity"))
    return torch.tensor(numbers, dtype=dtype)


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("precision", ["as given", "double"])
def test_worked_case_holds_in_value_and_gradient(cases, name, precision):
    case = cases[name]
    inputs = case["inputs"]
    dtype = torch.float64 if precision == "double" else getattr(torch, case["dtype"])
    scores = tensor(inputs["logits" if "logits" in inputs else "probs"], dtype).requires_grad_()
    value = CASES[name](inputs)(scores, torch.tensor(inputs["target"]))
    value.backward()
    tolerance = {"rtol": case["tol"], "atol": case["tol"]}
    assert value.dtype == dtype
    assert_close(value, torch.tensor(case["value"], dtype=dtype), **tolerance)
    if case["grad"] is not None:
        assert_close(scores.grad, torch.tensor(case["grad"], dtype=dtype), **tolerance)


def test_index_that_no_label_has_changes_nothing(cases):
    # The case records the mean of a peer over rows and classes, which other cases call wrong;
    # what it asks for is that the unused index makes no difference.
    case = cases["ignore_index_unused_changes_nothing"]
    inputs = case["inputs"]
    logits, labels = torch.tensor(inputs["logits"]), torch.tensor(inputs["target"])
    value = focal(inputs)(logits, labels)
    assert value == FocalLoss(inputs["gamma"], ignore_index=None)(logits, labels)
    assert float(value) / logits.shape[1] == pytest.approx(case["value"], rel=case["tol"])


def test_shards_of_the_soft_f1_case_give_the_value_of_the_whole(cases):
    case = cases["soft_f1_global_vs_mean_of_batches"]
    loss = CASES[case["id"]](case["inputs"])
    probs, labels = (torch.tensor(case["inputs"][key]) for key in ("probs", "target"))
    sums = loss.sums(probs[:1], labels[:1]) + loss.sums(probs[1:], labels[1:])
    assert float(loss.read(sums)) == pytest.approx(case["value"], abs=case["tol"])


def test_every_case_is_tried_here_or_named_for_later(cases):
    later = [name for names in LATER.values() for name in names]
    assert sorted([*CASES, "ignore_index_unused_changes_nothing", *later]) == sorted(cases)
