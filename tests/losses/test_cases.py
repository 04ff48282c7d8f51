"""The shared worked cases: value and gradient, computed in 60-digit arithmetic."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import Tensor
from torch.testing import assert_close

from calibrant.losses import (
    AucMarginLoss,
    CrossEntropyLoss,
    ExpectedCostLoss,
    FocalLoss,
    FocalTverskyLoss,
    Loss,
    SoftF1Loss,
    get,
)


def focal(inputs: dict) -> Loss:
    return FocalLoss(
        inputs["gamma"],
        class_weight=inputs.get("weight"),
        reduction=inputs.get("reduction", "mean"),
        ignore_index=inputs.get("ignore_index", -100),
    )


def cross_entropy(inputs: dict) -> Loss:
    return CrossEntropyLoss(label_smoothing=inputs.get("label_smoothing", 0.0))


def auc_margin(inputs: dict) -> Loss:
    state = {"a": 0.0, "b": 0.0, "alpha": 1.0}  # a and b at their start, alpha at 1
    return AucMarginLoss(imratio=inputs.get("imratio"), inputs="probs", **state)


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
    "dice_empty_empty": lambda _: get("dice(inputs=probs)"),
    "dice_perfect": lambda _: get("dice(inputs=probs)"),
    "focal_tversky_perfect_grad": lambda inputs: FocalTverskyLoss(
        inputs["alpha"], inputs["beta"], gamma=1 / inputs["gamma"]
    ),
    "focal_tversky_alpha_is_fp_or_fn": lambda inputs: FocalTverskyLoss(
        inputs["alpha_fn"],
        inputs["beta_fp"],
        gamma=inputs["gamma"],
        smooth=inputs["smooth"],
        inputs="probs",
    ),
    "asl_reduces_to_bce": lambda _: get("asl(gamma_pos=0, gamma_neg=0, clip=0, reduction=sum)"),
    "mmce_weighted_value": lambda _: get("mmce_weighted"),
    "brier_multiclass": lambda _: get("brier"),
    "mbls_ignore_leak": lambda inputs: get(
        f"margin_smoothing(margin={inputs['margin']}, alpha={inputs['alpha']})"
    ),
    "flsd53_value": lambda _: get("flsd53(reduction=sum)"),
    "class_balanced_absent_class": lambda inputs: get(
        f"ce(class_weight=effective({inputs['beta']}))"
    ).bind(inputs["counts"]),
    "ldam_cpu": lambda inputs: get("ldam").bind(inputs["counts"]),
    "coral_extreme": lambda _: get("coral"),
    "cumulative_link_saturated": lambda inputs: get(
        f"cumulative_link(cutpoints={inputs['cutpoints']}, reduction=sum)"
    ),
    "aucm_v2_value": auc_margin,
    "aucm_v2_zero_scores": auc_margin,
    "aucm_v1_imratio": auc_margin,
    "ref_expected_cost": lambda inputs: ExpectedCostLoss(inputs["cost_matrix"]),
    "ref_poly1_ce": lambda inputs: get(f"poly1(epsilon={inputs['epsilon']})"),
    "ref_emd2": lambda _: get("emd2"),
    "ref_gaussian_nll": lambda _: get("gaussian_nll"),
    "ref_tweedie": lambda inputs: get(f"tweedie(p={inputs['p']})"),
    "ref_lovasz_hinge": lambda _: get("lovasz_hinge"),
}
SCORES = ("logits", "probs", "preds", "scores", "mean_var", "log_mean")
"""What the cases call the first argument."""


@pytest.fixture(scope="module")
def cases(shared_cases: Path) -> dict[str, dict]:
    return {case["id"]: case for case in json.loads((shared_cases / "losses.json").read_text())}


def tensor(numbers: object, dtype: torch.dtype) -> Tensor:
    if isinstance(numbers, str):  # one case writes its garbage as text
        numbers = json.loads(numbers.replace("nan", "NaN").replace("inf", "Infinity"))
    return torch.tensor(numbers, dtype=dtype)


def given(case: dict, dtype: torch.dtype) -> tuple[Tensor, Tensor]:
    """Scores and labels of a case, in the shapes that its loss takes."""
    inputs = case["inputs"]
    scores = tensor(next(inputs[name] for name in SCORES if name in inputs), dtype)
    if "levels" in inputs:  # 1, 0, 0: above the first threshold alone, so class 1
        return scores, torch.tensor(inputs["levels"]).sum(1).long()
    if "mean_var" in inputs:
        scores = scores.view(-1, 2)
    labels = torch.tensor(inputs["target"])
    return scores, labels.to(dtype) if labels.is_floating_point() else labels


@pytest.mark.parametrize("name", CASES)
@pytest.mark.parametrize("precision", ["as given", "double"])
def test_worked_case_holds_in_value_and_gradient(cases, name, precision):
    case = cases[name]
    dtype = torch.float64 if precision == "double" else getattr(torch, case["dtype"])
    scores, labels = given(case, dtype)
    value = CASES[name](case["inputs"])(scores.requires_grad_(), labels)
    value.backward()
    tolerance = {"rtol": case["tol"], "atol": case["tol"]}
    assert value.dtype == dtype
    assert_close(value, torch.tensor(case["value"], dtype=dtype), **tolerance)
    if case["grad"] is not None:
        expected = torch.tensor(case["grad"], dtype=dtype).view_as(scores)
        assert_close(scores.grad, expected, **tolerance)


def test_half_precision_counts_the_pixels_of_an_image(cases):
    case = cases["dice_fp16_512"]
    logits = torch.full((1, 1, 512, 512), 8.0, dtype=torch.float16, requires_grad=True)
    mask = torch.zeros(1, 1, 512, 512)
    mask[:, :, :300] = 1
    value = get("dice")(logits, mask)
    value.backward()
    assert float(value.detach()) == pytest.approx(case["value"], rel=case["tol"])
    assert logits.grad.isfinite().all()


def test_grad_mode_of_the_caller_is_left_alone(cases):
    inputs = cases["asl_leaks_grad_mode"]["inputs"]
    logits = torch.tensor(inputs["logits"], requires_grad=True)
    with torch.no_grad():
        value = get("asl")(logits, torch.tensor(inputs["target"]))
        assert not torch.is_grad_enabled()
    assert not value.requires_grad


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


def test_every_case_is_tried_here(cases):
    others = ("ignore_index_unused_changes_nothing", "dice_fp16_512", "asl_leaks_grad_mode")
    assert sorted([*CASES, *others]) == sorted(cases)
