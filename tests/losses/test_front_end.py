"""Options of every loss: labels, weights, masks, class weights, smoothing, and their errors."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from torch import Tensor
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CrossEntropyLoss, FocalLoss, SoftF1Loss, get


def test_class_weight_of_a_soft_label_is_the_mean_under_it():
    labels = torch.tensor([[0.25, 0.75], [1.0, 0.0]])
    loss = CrossEntropyLoss(class_weight=[1.0, 5.0])
    weights = torch.tensor([0.25 * 1 + 0.75 * 5, 1.0])
    logits = torch.tensor([[0.3, -1.0], [2.0, 0.5]])
    assert_close(loss(logits, labels), CrossEntropyLoss()(logits, labels, weights))


def test_rows_of_a_class_of_weight_zero_have_no_effect(batch):
    logits, labels = batch[0].clone(), batch[1]
    expected = CrossEntropyLoss()(logits[labels != 1], labels[labels != 1])
    logits[labels == 1] = torch.nan
    assert_close(CrossEntropyLoss(class_weight=[1.0, 0.0, 1.0])(logits, labels), expected)


@pytest.mark.parametrize("loss", [CrossEntropyLoss, FocalLoss, SoftF1Loss])
@pytest.mark.parametrize(
    ("dtype", "scale"),
    [(torch.float32, 2.0**125), (torch.float32, 2.0**-149)]
    + [(torch.float64, scale) for scale in (7.0, 2.0**130, 2.0**-155, 2.0**1020, 2.0**-1074)],
)
def test_scale_of_class_weights_changes_nothing(loss, batch, dtype, scale):
    logits, labels = batch[0].float(), batch[1]
    weight = torch.tensor([1.0, 5.0, 0.0], dtype=dtype)
    expected, scaled = loss(class_weight=weight), loss(class_weight=scale * weight)
    for arguments in [(labels,), (labels, torch.arange(64)), (logits.softmax(1),)]:
        assert_close(scaled(logits, *arguments), expected(logits, *arguments))
    many = replace(scaled, multilabel=True)(logits, (logits > 0).long())
    assert_close(many, replace(expected, multilabel=True)(logits, (logits > 0).long()))


@pytest.mark.parametrize("reduction", ["sum", "none"])
def test_sums_and_rows_keep_the_scale_of_their_weights(batch, reduction):
    logits, labels = batch[0].float(), batch[1]
    weights = 1e30 * torch.rand(64, generator=torch.Generator().manual_seed(4))
    by_row = weights * CrossEntropyLoss(reduction="none")(logits, labels)
    value = CrossEntropyLoss(reduction=reduction)(logits, labels, weights)
    assert torch.equal(value, by_row.sum() if reduction == "sum" else by_row)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.int16, torch.int32, torch.int64])
def test_labels_may_be_whole_numbers_of_any_size(batch, dtype):
    assert_close(CrossEntropyLoss()(batch[0], batch[1].to(dtype)), CrossEntropyLoss()(*batch))


def test_ignored_index_is_none_of_the_labels_that_it_would_be_in_eight_bits():
    labels = torch.tensor([156, 3], dtype=torch.uint8)  # 156 = -100 modulo 256
    logits = torch.randn(2, 200, generator=torch.Generator().manual_seed(0))
    assert_close(CrossEntropyLoss()(logits, labels), F.cross_entropy(logits, labels.long()))


def test_label_is_no_longer_ignored_without_ignore_index():
    with pytest.raises(IndexError):
        CrossEntropyLoss(ignore_index=None)(torch.zeros(1, 2), torch.tensor([-100]))


def test_smoothing_spares_masked_classes():
    logits = torch.tensor([[1.0, 0.0, -torch.inf], [0.5, 2.0, -torch.inf]], dtype=torch.float64)
    labels = torch.tensor([0, 1])
    smooth = CrossEntropyLoss(label_smoothing=0.3)
    assert_close(smooth(logits, labels), smooth(logits[:, :2], labels))


def test_smoothing_of_two_classes_halves_the_share():
    positive, labels = torch.tensor([0.7, -1.2]), torch.tensor([1.0, 0.0])
    smoothed = torch.tensor([0.95, 0.05])  # 0.9 y + 0.1 / 2
    expected = F.binary_cross_entropy_with_logits(positive, smoothed)
    assert_close(CrossEntropyLoss(label_smoothing=0.1)(positive, labels), expected)


def test_smoothing_leaves_the_weight_of_a_row(batch):
    weight = torch.tensor([1.0, 5.0, 2.0], dtype=torch.float64)
    weighted = CrossEntropyLoss(class_weight=weight, label_smoothing=0.2)
    expected = CrossEntropyLoss(label_smoothing=0.2)(*batch, weight[batch[1]])
    assert_close(weighted(*batch), expected)


def test_entries_of_many_labels_are_questions_of_their_own(rows):
    logits, _ = rows(4, 3, 5)
    labels = (rows(4, 3, 5, seed=1)[0] > 0).long()
    loss = CrossEntropyLoss(multilabel=True)
    expected = F.binary_cross_entropy_with_logits(logits, labels.double())
    assert_close(loss(logits, labels), expected)
    assert_close(loss(logits, labels.double()), expected)
    labels[0, 1, 2] = -100
    logits[0, 1, 2] = torch.nan
    kept = labels != -100
    expected = F.binary_cross_entropy_with_logits(logits[kept], labels[kept].double())
    assert_close(loss(logits, labels), expected)


def test_weights_of_many_labels_go_by_label_row_or_entry(rows):
    logits, _ = rows(4, 3, 5)
    labels = (rows(4, 3, 5, seed=1)[0] > 0).double()
    by_label = torch.tensor([1.0, 5.0, 0.0], dtype=torch.float64)
    by_row, by_pixel = torch.arange(4.0), torch.rand(4, 5)
    entries = by_label[:, None] * by_pixel[:, None, :]
    loss = CrossEntropyLoss(multilabel=True, class_weight=by_label)
    entropy = F.binary_cross_entropy_with_logits(logits, labels, reduction="none")
    expected = (entries * entropy).sum() / entries.sum()
    assert_close(loss(logits, labels, by_pixel), expected)
    same = CrossEntropyLoss(multilabel=True)
    assert_close(same(logits, labels, entries), expected)
    spread = by_row[:, None, None].expand(4, 3, 5)
    assert_close(same(logits, labels, by_row), same(logits, labels, spread))


def test_soft_f1_of_many_labels_skips_ignored_entries(rows):
    logits, _ = rows(6, 2)
    labels = (rows(6, 2, seed=1)[0] > 0).long()
    labels[0, 1] = -100
    probs = logits.sigmoid()
    first = (probs[:, 0] - labels[:, 0]).abs().sum() / (probs[:, 0] + labels[:, 0]).sum()
    second = (probs[1:, 1] - labels[1:, 1]).abs().sum() / (probs[1:, 1] + labels[1:, 1]).sum()
    assert_close(SoftF1Loss(multilabel=True)(logits, labels), (first + second) / 2)


def test_probabilities_of_nothing_and_one_are_fine():
    probs = torch.tensor([1.0, 0.0, 0.25], requires_grad=True)
    labels = torch.tensor([1.0, 0.0, 1.0])
    value = CrossEntropyLoss(inputs="probs")(probs, labels)
    value.backward()
    assert_close(value, torch.tensor(4.0).log() / 3)
    assert probs.grad.isfinite().all()


def test_images_of_one_channel_are_binary():
    logits, labels = torch.tensor([[[[2.0, -1.0]]]]), torch.tensor([[[1, 0]]])
    expected = F.binary_cross_entropy_with_logits(logits[:, 0], labels.float())
    for same in (labels, labels[:, None], labels.float(), labels[:, None].float()):
        assert_close(CrossEntropyLoss()(logits, same), expected)
    kept = torch.tensor([[[[True, False]]]])
    assert_close(CrossEntropyLoss()(logits, labels, mask=kept), F.softplus(torch.tensor(-2.0)))


def test_learned_weights_get_a_gradient(batch):
    weights = torch.rand(64, dtype=torch.float64).requires_grad_()
    assert torch.autograd.gradcheck(lambda w: CrossEntropyLoss()(*batch, w), weights)


@pytest.mark.parametrize(
    ("logits", "labels", "message"),
    [
        ((64, 3), (63,), r"\(64,\) as class indices or \(64, 3\) as probabilities"),
        ((64, 3), (64, 2), r"\(64,\) as class indices or \(64, 3\) as probabilities"),
        ((64, 3, 5), (64,), r"\(64, 5\) as class indices or \(64, 3, 5\) as probabilities"),
        ((64,), (63,), r"\(64,\), for logits \(64,\); got int64 \(63,\)"),
        ((64, 1), (63,), r"\(64,\), for logits \(64, 1\); got int64 \(63,\)"),
    ],
)
def test_refuses_labels_of_another_shape(logits, labels, message):
    with pytest.raises(InputError, match=f"labels must have the shape {message}"):
        CrossEntropyLoss()(torch.zeros(logits), torch.zeros(labels, dtype=torch.int64))


def test_refuses_a_single_number():
    with pytest.raises(InputError, match="logits must have rows; got a single number"):
        CrossEntropyLoss()(torch.tensor(0.5), torch.tensor(1))


def test_refuses_fractions_as_class_indices():
    with pytest.raises(InputError, match=r"got float32 \(4,\)"):
        CrossEntropyLoss()(torch.zeros(4, 3), torch.zeros(4))


def test_refuses_labels_of_another_shape_for_many_labels():
    with pytest.raises(InputError, match=r"shape of the logits, .*; got int64 \(4,\)"):
        CrossEntropyLoss(multilabel=True)(torch.zeros(4, 3), torch.zeros(4, dtype=torch.int64))


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("argument", ["logits", "labels", "weights", "mask"])
@pytest.mark.parametrize("make", [Tensor.tolist, Tensor.numpy])
@pytest.mark.parametrize(
    "loss", [CrossEntropyLoss(), SoftF1Loss(), CrossEntropyLoss() + FocalLoss()]
)
def test_refuses_what_is_no_tensor(batch, loss, argument, make):
    ones = torch.ones(64)
    arguments = {"logits": batch[0], "labels": batch[1], "weights": ones, "mask": ones > 0}
    with pytest.raises(InputError, match=f"{argument} must be a tensor; got (list|ndarray)"):
        loss(**arguments | {argument: make(arguments[argument])})


@pytest.mark.parametrize("argument", ["weights", "mask"])
def test_refuses_weights_and_masks_of_another_shape(batch, argument):
    rule = rf"{argument} must have the shape of the rows, \(64,\); got \(63,\)"
    with pytest.raises(InputError, match=rule):
        CrossEntropyLoss()(*batch, **{argument: torch.ones(63)})


def test_refuses_a_pixel_axis_in_place_of_the_rows(rows):
    with pytest.raises(InputError, match=r"weights must have the shape of the rows"):
        CrossEntropyLoss()(*rows(4, 3, 2, 5), torch.ones(4, 5))


def test_refuses_class_weights_of_another_number_of_classes(batch):
    with pytest.raises(InputError, match=r"class_weight must have shape \(3,\); got shape \(2,\)"):
        CrossEntropyLoss(class_weight=[1.0, 2.0])(*batch)


def test_refuses_to_run_with_an_unbound_rule(batch):
    with pytest.raises(InputError, match=r"got 'balanced'\. Call loss\.bind\(class_counts\)"):
        get("0.5*ce(balanced) + 0.5*soft_f1")(*batch)


def test_refuses_a_rule_for_many_labels():
    with pytest.raises(InputError, match="class_weight must be numbers with multilabel=True"):
        CrossEntropyLoss(class_weight="balanced", multilabel=True)


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"label_smoothing": 1.0}, "label_smoothing must be a number at least 0 and below 1"),
        ({"label_smoothing": float("nan")}, "label_smoothing must be a number"),
        ({"reduction": "avg"}, "reduction must be 'mean' or 'sum' or 'none'; got 'avg'"),
        ({"inputs": "scores"}, "inputs must be 'logits' or 'probs'"),
        ({"class_weight": "inverse"}, "class_weight must be a list of numbers at least 0 or 'bal"),
        ({"class_weight": [1.0, -1.0]}, "numbers at least 0 .* got .* 0 leaves a class out"),
        ({"class_weight": torch.tensor([1.0, torch.nan])}, "class_weight must be a list of num"),
        ({"class_weight": np.array([1.0, np.inf])}, "class_weight must be a list of numbers"),
        ({"class_weight": np.array(["a"])}, "class_weight must be a list of numbers"),
        ({"class_weight": {0: 1.0}}, "class_weight must be a list of numbers"),
        ({"class_weight": [[1.0], [2.0]]}, r"class_weight must have one dimension; got .*\(2, 1\)"),
        ({"ignore_index": 0.5}, "ignore_index must be a whole number or none"),
        ({"ignore_index": np.float64(-100)}, "ignore_index must be a whole number or none"),
        ({"multilabel": 1}, "multilabel must be true or false"),
    ],
)
def test_refuses_impossible_settings(settings, message):
    with pytest.raises(InputError, match=message):
        CrossEntropyLoss(**settings)


@pytest.mark.parametrize("make", [list, tuple, np.array, torch.tensor, np.float32])
@pytest.mark.parametrize("numbers", [[1, 3], [0.5, 0.0]])
def test_class_weights_may_come_in_any_list(make, numbers):
    loss = CrossEntropyLoss(class_weight=make(numbers))
    assert loss.class_weight.tolist() == numbers
    assert get(loss.spec).spec == loss.spec


def test_numbers_of_numpy_become_plain_ones():
    loss = FocalLoss(np.float64(1.5), ignore_index=np.int64(255))
    assert loss.spec == "focal(gamma=1.5, ignore_index=255)"
    assert (type(loss.gamma), type(loss.ignore_index)) == (float, int)
    assert FocalLoss(np.int64(3)).spec == FocalLoss(np.float32(3)).spec == "focal(gamma=3)"


def test_bound_loss_keeps_its_other_settings():
    loss = FocalLoss(1.5, class_weight="balanced", ignore_index=7, reduction="sum")
    bound = loss.bind(torch.tensor([2, 6]))
    assert bound.spec == (
        "focal(gamma=1.5, class_weight=[2, 0.6666666666666666], ignore_index=7, reduction=sum)"
    )
    assert loss.class_weight == "balanced"


def test_loss_without_a_rule_is_bound_as_it_is():
    loss = FocalLoss(class_weight=[1.0, 2.0])
    assert loss.bind([1.0, 3.0]) is loss


def test_class_weights_are_state():
    loss = CrossEntropyLoss(class_weight=[1.0, 3.0])
    assert_close(loss.state_dict()["class_weight"], torch.tensor([1.0, 3.0]).double())
    assert not CrossEntropyLoss().state_dict()
    assert CrossEntropyLoss().class_weight is None
    assert not list(loss.parameters())


def test_loss_survives_pickling(batch):
    loss = FocalLoss(1.5, class_weight=[1.0, 3.0, 2.0])
    again = pickle.loads(pickle.dumps(loss))
    assert repr(again) == repr(loss)
    assert_close(again(*batch), loss(*batch))
