"""Laws of every loss of classes: what logits and labels may be, and what they mean."""

from dataclasses import replace

import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.testing import assert_close

from calibrant.losses import SumLoss, WeightedSum
from calibrant.losses.overlap.lovasz import LovaszExtension
from calibrant.losses.ranking.ranked import RankingLoss
from calibrant.losses.spec import parse

EXEMPT: dict[tuple[str, str], str] = {
    ("test_masked_class_is_as_one_of_probability_nothing", name): "weighs the logits themselves"
    for name in ("margin_smoothing", "maxsup", "logit_norm")
} | {
    ("test_masked_class_is_as_one_of_probability_nothing", "sord"): "labels spare masked classes",
    **{
        (f"test_{law}", name): "rows of one class have no order"
        for law in (
            "one_row_and_very_many_classes_give_finite_numbers",
            "all_rows_of_one_class_give_finite_numbers",
        )
        for name in ("pairwise_auc", "auc_margin", "smooth_ap")
    },
    **{
        ("test_half_precision_is_computed_in_single", name): "ninety thousand rows squared"
        for name in ("pairwise_auc", "smooth_ap")
    },
    ("test_scale_of_weights_changes_nothing", "smooth_ap"): "weights are numbers of copies",
}
"""Losses for which a law cannot hold, and why."""
ASKING = (SumLoss, LovaszExtension, RankingLoss)
"""Losses that a single score a row asks about yes alone."""


@pytest.fixture(autouse=True)
def _unless_exempt(request, spec):
    reason = EXEMPT.get((request.function.__name__, parse(spec).terms[0].name))
    if reason is not None:
        pytest.skip(reason)


def states_probabilities(loss) -> bool:
    """Whether probabilities say all that the losses need."""
    return all(term.shift_invariant for _, term in loss.terms)


def ignored_class(loss) -> int:
    """Label that the loss ignores; in a sum, that all of its losses ignore."""
    return max(term.ignore_index for _, term in loss.terms)


def value_and_gradient(loss, logits, *rest, **options) -> tuple[Tensor, Tensor]:
    logits = logits.detach().clone().requires_grad_()
    value = loss(logits, *rest, **options)
    (gradient,) = torch.autograd.grad(value.sum(), logits)
    return value.detach(), gradient


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [
        *((torch.float32, scale) for scale in (2.0**126, 2.0**-149)),
        *((torch.float64, scale) for scale in (2.0**1020, 2.0**-1074)),
        (torch.float16, 2.0**-24),
        (torch.int64, 2**60),
    ],
)
def test_scale_of_weights_changes_nothing(loss, batch, dtype, scale):
    if any(isinstance(term, SumLoss) and not term.ignores_scale for _, term in loss.terms):
        pytest.skip("smooths by a number of rows")
    logits, labels = batch[0].float(), batch[1]
    weights = (torch.arange(64) % 4).to(dtype)  # whole numbers: exact at any scale
    expected = value_and_gradient(loss, logits, labels, weights)
    assert_close(value_and_gradient(loss, logits, labels, scale * weights), expected)


@pytest.mark.parametrize("garbage", [torch.nan, -1.0])
def test_absent_probabilities_have_no_effect_whatever_they_hold(loss, batch, garbage):
    if not states_probabilities(loss):
        pytest.skip("depends on the level of the logits")
    loss = WeightedSum([(factor, replace(term, inputs="probs")) for factor, term in loss.terms])
    probs, labels = batch[0].softmax(1), batch[1].clone()
    kept = torch.arange(64) % 4 > 0
    expected, expected_gradient = value_and_gradient(loss, probs[kept], labels[kept])
    probs[~kept], labels[~kept] = garbage, ignored_class(loss)
    value, gradient = value_and_gradient(loss, probs, labels)
    assert_close(value, expected)
    assert_close(gradient[kept], expected_gradient)
    assert (gradient[~kept] == 0).all()


@pytest.mark.parametrize("inputs", ["logits", "probs"])
def test_nan_that_counts_is_not_hidden(loss, batch, inputs):
    if inputs == "probs" and not states_probabilities(loss):
        pytest.skip("depends on the level of the logits")
    loss = WeightedSum([(factor, replace(term, inputs=inputs)) for factor, term in loss.terms])
    scores = batch[0].softmax(1)
    scores[3, 0] = torch.nan
    assert loss(scores, batch[1]).isnan()


def test_shift_of_logits_changes_nothing(loss, batch):
    if not states_probabilities(loss):
        pytest.skip("depends on the level of the logits")
    shift = torch.linspace(-100, 100, 64, dtype=torch.float64)[:, None]
    assert_close(loss(batch[0] + shift, batch[1]), loss(*batch))


def test_one_hot_equals_hard(loss, batch):
    logits, labels = batch
    expected = value_and_gradient(loss, logits, labels)
    one_hot = F.one_hot(labels, 3)
    assert_close(value_and_gradient(loss, logits, one_hot.double()), expected)
    assert_close(value_and_gradient(loss, logits, one_hot), expected)


def test_soft_label_of_weight_zero_may_hold_anything(loss, batch):
    labels = F.one_hot(batch[1], 3).double()
    labels[5] = torch.nan
    weights = (torch.arange(64) != 5).double()
    value, gradient = value_and_gradient(loss, batch[0], labels, weights)
    assert_close(value, loss(*batch, weights))
    assert gradient.isfinite().all()


def test_positive_logit_alone_equals_two_classes(make, rows):
    if not states_probabilities(make(2)):
        pytest.skip("depends on the level of the logits")
    loss, (logits, labels) = make(2), rows(64, 2)
    positive = logits[:, 1] - logits[:, 0]
    # overlap of one question is that of its yes: what two logits give when asked for class 1
    question = [
        (factor, replace(term, multilabel=True) if isinstance(term, ASKING) else term)
        for factor, term in loss.terms
    ]
    expected = WeightedSum(question)(logits, labels)
    assert_close(loss(positive, labels), expected)
    assert_close(loss(positive[:, None], labels), expected)
    assert_close(loss(positive[:, None], labels[:, None]), expected)
    assert_close(loss(positive, labels.double()), expected)
    assert_close(loss(logits, labels.double()), loss(logits, labels))


@pytest.mark.parametrize("soft", [False, True])
def test_axes_equal_flattened_rows(loss, rows, soft):
    logits, labels = rows(4, 3, 2, 5)
    weights = torch.rand(4, 2, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    flat_logits, flat_labels = logits.movedim(1, -1).reshape(-1, 3), labels.flatten()
    if soft:
        labels, flat_labels = F.one_hot(labels, 3).movedim(-1, 1).double(), labels.flatten()
    assert_close(loss(logits, labels, weights), loss(flat_logits, flat_labels, weights.flatten()))


def test_weight_of_a_row_goes_for_all_of_its_pixels(loss, rows):
    logits, labels = rows(4, 3, 2, 5)
    weights = torch.tensor([1.0, 0.0, 2.0, 3.0])
    pixels = weights[:, None, None].expand(4, 2, 5)
    assert_close(loss(logits, labels, weights), loss(logits, labels, pixels))


def test_probabilities_equal_their_logits(loss, batch):
    if not states_probabilities(loss):
        pytest.skip("depends on the level of the logits")
    terms = [(factor, replace(term, inputs="probs")) for factor, term in loss.terms]
    assert_close(WeightedSum(terms)(batch[0].softmax(1), batch[1]), loss(*batch))


@pytest.mark.usefixtures("unchecked")
def test_gradients_of_soft_labels_match_finite_differences(loss, batch):
    labels = batch[0][3:6].softmax(1)
    logits = batch[0][:3].clone().requires_grad_()
    assert torch.autograd.gradcheck(lambda z: loss(z, labels), logits)
    assert torch.autograd.gradgradcheck(lambda z: loss(z, labels), logits)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("size", [1e4, 1e30])
def test_value_and_gradient_are_finite_for_extreme_logits(loss, dtype, size):
    signs = torch.tensor([[1, -1, 0], [-1, 1, 1], [0, 0, -1], [-1, -1, -1]], dtype=dtype)
    labels = torch.tensor([0, 0, 2, 1])
    value, gradient = value_and_gradient(loss, size * signs, labels)
    assert value.isfinite()
    assert value.dtype == dtype
    assert gradient.isfinite().all()


@pytest.mark.parametrize("soft", [False, True])
def test_masked_class_is_as_one_of_probability_nothing(loss, batch, soft):
    logits, labels = batch[0].clone(), batch[1]
    masked = F.one_hot((labels + 1) % 3, 3).bool()
    if soft:
        labels = F.one_hot(labels, 3).double()
    value, gradient = value_and_gradient(loss, logits.masked_fill(masked, -torch.inf), labels)
    assert value.isfinite()
    assert (gradient[masked] == 0).all()
    assert gradient.isfinite().all()
    if "smoothing" not in loss.spec:  # which spreads over the classes that are not masked
        nearly, gradient_nearly = value_and_gradient(loss, logits.masked_fill(masked, -400), labels)
        assert_close(value, nearly)
        assert_close(gradient, gradient_nearly)


def test_true_classes_left_alone_by_masks_cost_nothing(make):
    logits = torch.tensor([[1.0, -torch.inf], [-torch.inf, 2.0]])
    value, gradient = value_and_gradient(make(2), logits, torch.tensor([0, 1]))
    assert value == 0
    assert (gradient == 0).all()


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_half_precision_is_computed_in_single(loss, rows, dtype):
    logits, labels = rows(1, 3, 300, 300)  # of a sum that half precision cannot hold
    logits = logits.to(dtype)
    value, gradient = value_and_gradient(loss, logits, labels)
    expected, expected_gradient = value_and_gradient(loss, logits.double(), labels)
    assert value.dtype == torch.float32
    assert gradient.dtype == dtype
    assert_close(value, expected.float())
    assert_close(gradient.double(), expected_gradient, rtol=1e-2, atol=1e-7)


def test_autocast_changes_nothing(loss, batch):
    logits = batch[0].float()
    with torch.autocast("cpu", dtype=torch.bfloat16):
        inside = loss(logits, batch[1])
    assert_close(inside, loss(logits, batch[1]))


def test_one_row_and_very_many_classes_give_finite_numbers(spec, make, rows):
    n_classes = 100 if "cost_matrix" in spec else 50_000  # a matrix of its square is read as text
    loss, (logits, labels) = make(n_classes), rows(1, n_classes)
    value, gradient = value_and_gradient(loss, logits, labels)
    assert value > 0
    assert gradient.isfinite().all()


def test_all_rows_of_one_class_give_finite_numbers(loss, batch):
    value, gradient = value_and_gradient(loss, batch[0], torch.zeros_like(batch[1]))
    assert value > 0
    assert gradient.isfinite().all()
