"""What every loss of numbers does before and after its formula: shapes, weights, absent targets."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    AbsoluteErrorLoss,
    EnsembleCRPSLoss,
    GaussianNLLLoss,
    IntervalScoreLoss,
    PointLoss,
    QuantileLoss,
    SquaredErrorLoss,
    check,
    get,
)

ROWS = torch.arange(3.0)


def test_one_column_of_predictions_is_no_table_of_all_pairs():
    # torch would broadcast (3, 1) and (3,) to nine differences, with mean 4/3
    targets = torch.tensor([0.0, 1.0, 2.0])
    assert SquaredErrorLoss()(ROWS[:, None], targets) == 0
    assert SquaredErrorLoss()(ROWS, targets[:, None]) == 0
    assert SquaredErrorLoss()(ROWS[:, None], targets[:, None]) == 0


@pytest.mark.parametrize(
    ("loss", "predicted", "targets", "message"),
    [
        (
            SquaredErrorLoss(),
            (3, 2),
            (3,),
            r"targets must have the shape of the predictions, \(3, 2",
        ),
        (
            SquaredErrorLoss(),
            (3,),
            (1, 3),
            r"targets must have the shape .*; got \(1, 3\). Give one",
        ),
        (SquaredErrorLoss(), (1, 3), (3,), "nothing is broadcast"),
        (SquaredErrorLoss(), (3,), (), "nothing is broadcast"),
        (SquaredErrorLoss(), (3, 1, 4), (3, 4, 1), "nothing is broadcast"),
        (
            GaussianNLLLoss(),
            (3,),
            (3,),
            r"predicted must have shape .* 2 numbers \(mean, variance\)",
        ),
        (GaussianNLLLoss(), (3, 3), (3,), r"at axis 1; got \(3, 3\). Stack them with dim=1."),
        (
            GaussianNLLLoss(),
            (3, 2),
            (2,),
            r"targets must have shape \(3,\), for predictions \(3, 2\)",
        ),
        (GaussianNLLLoss(), (3, 2, 4), (3, 5), r"targets must have shape \(3, 4\)"),
        (GaussianNLLLoss("log_std"), (3, 1), (3,), r"\(mean, log_std\)"),
        (IntervalScoreLoss(), (3, 1), (3,), r"2 numbers \(lower, upper\)"),
        (QuantileLoss([0.1, 0.9]), (3, 3), (3,), r"\(quantile 0.1, quantile 0.9\)"),
        (EnsembleCRPSLoss(), (3,), (3,), r"with members at axis 1; got \(3,\)"),
        (EnsembleCRPSLoss(), (3, 0), (3,), r"with members at axis 1; got \(3, 0\)"),
        (EnsembleCRPSLoss(), (3, 5), (5,), r"targets must have shape \(3,\)"),
    ],
)
def test_shapes_that_do_not_match_are_refused(loss, predicted, targets, message):
    with pytest.raises(InputError, match=message):
        loss(torch.ones(predicted), torch.ones(targets))


@pytest.mark.parametrize("argument", ["weights", "mask"])
def test_weights_and_masks_of_another_shape_are_refused(argument):
    rule = rf"{argument} must have the shape of the rows, \(3, 2\) or \(3,\); got \(2,\)"
    with pytest.raises(InputError, match=rule):
        SquaredErrorLoss()(torch.ones(3, 2), torch.ones(3, 2), **{argument: torch.ones(2)})


@pytest.mark.usefixtures("unchecked")
def test_what_is_no_tensor_is_refused():
    for arguments in (([1.0], ROWS), (ROWS, [1.0]), (ROWS, ROWS, [1.0])):
        with pytest.raises(InputError, match="must be a tensor; got list"):
            SquaredErrorLoss()(*arguments)


def test_mean_is_over_weight_and_sum_is_not():
    predicted, targets = torch.tensor([1.0, 2.0, 4.0]), torch.zeros(3)
    weights = torch.tensor([1.0, 0.0, 3.0])
    loss = AbsoluteErrorLoss()
    assert float(loss(predicted, targets)) == pytest.approx(7 / 3)
    assert loss(predicted, targets, weights) == (1 * 1 + 3 * 4) / (1 + 3)
    assert AbsoluteErrorLoss(reduction="sum")(predicted, targets, weights) == 13
    assert AbsoluteErrorLoss(reduction="none")(predicted, targets, weights).tolist() == [1, 0, 12]


def test_weight_of_a_row_goes_for_all_of_its_targets():
    predicted, targets = torch.arange(6.0).view(3, 2), torch.zeros(3, 2)
    weights = torch.tensor([1.0, 0.0, 2.0])
    expected = (1 * (0 + 1) + 2 * (4 + 5)) / (2 * 1 + 2 * 2)
    for each in (weights, weights[:, None], weights[:, None].expand(3, 2)):
        loss = AbsoluteErrorLoss()
        if each.shape != (3, 1):  # one number per target, or per row
            assert loss(predicted, targets, each) == expected


def test_mask_keeps_what_is_true():
    mask = torch.tensor([True, False, True])
    predicted, targets = torch.tensor([1.0, torch.nan, 5.0]), torch.tensor([0.0, torch.inf, 0.0])
    assert AbsoluteErrorLoss()(predicted, targets, mask=mask) == 3
    assert AbsoluteErrorLoss()(predicted, targets, mask=mask.int()) == 3
    weights = torch.tensor([0.0, torch.nan, 1.0])
    assert AbsoluteErrorLoss()(predicted, targets, weights, mask=mask) == 5


def test_targets_that_are_missing_can_be_masked_out():
    targets = torch.tensor([1.0, torch.nan])
    predicted = torch.tensor([3.0, 9.0], requires_grad=True)
    value = SquaredErrorLoss()(predicted, targets, mask=~targets.isnan())
    value.backward()
    assert (value, predicted.grad.tolist()) == (4, [4, 0])


@pytest.mark.parametrize(
    ("dtype", "scale"),
    [
        *((torch.float32, scale) for scale in (2.0**126, 2.0**-149)),
        *((torch.float64, scale) for scale in (2.0**1020, 2.0**-1074)),
        (torch.float16, 2.0**-24),
        (torch.int64, 2**60),
    ],
)
def test_scale_of_weights_changes_no_mean(dtype, scale):
    predicted, targets = torch.tensor([1.0, 2.0, 4.0]), torch.zeros(3)
    weights = torch.tensor([1, 0, 3]).to(dtype)
    assert_close(AbsoluteErrorLoss()(predicted, targets, scale * weights), torch.tensor(13 / 4))


def test_whole_targets_and_other_precisions_come_in_that_of_the_predictions():
    for targets in (torch.tensor([1, 3]), torch.tensor([1.0, 3.0], dtype=torch.float64)):
        value = SquaredErrorLoss()(torch.tensor([0.0, 0.0]), targets)
        assert (value, value.dtype) == (5, torch.float32)
    half = torch.full((4096,), 1.0, dtype=torch.float16)
    value = SquaredErrorLoss(reduction="sum")(half, torch.zeros(4096))
    assert (value, value.dtype) == (4096, torch.float32)  # float16 counts to 2048


def test_axes_equal_flattened_rows():
    generator = torch.Generator().manual_seed(0)
    predicted = torch.rand(4, 2, 5, generator=generator, dtype=torch.float64)
    targets = torch.rand(4, 5, generator=generator, dtype=torch.float64)
    flat = predicted.movedim(1, -1).reshape(-1, 2), targets.flatten()
    for spec in ("gaussian_nll", "quantile(q=[0.2, 0.7])", "crps_ensemble", "interval_score"):
        assert_close(get(spec)(predicted, targets), get(spec)(*flat))


def test_targets_with_an_axis_of_one_are_those_without():
    predicted, targets = torch.ones(3, 2), torch.zeros(3)
    assert GaussianNLLLoss()(predicted, targets[:, None]) == GaussianNLLLoss()(predicted, targets)


def test_losses_of_numbers_add_up():
    loss = get("0.5*mse + 0.25*mae")
    assert loss(torch.tensor([2.0]), torch.tensor([0.0])) == 0.5 * 4 + 0.25 * 2
    assert loss.bind([1, 2]) is loss  # there are no classes to count


def test_settings_of_losses_of_numbers_can_be_scheduled():
    assert get("huber(delta=ramp(1, 5, 5))").at(3).spec == "huber(delta=3)"
    scheduled = get("quantile(q=ramp(0.5, 0.9, 5))")
    assert scheduled.at(1)(torch.zeros(2), torch.ones(2)) == 0.5


def test_part_that_is_a_constant_on_purpose_is_asked_for_no_gradient():
    class Halved(PointLoss):
        """Squared error whose slope is halved."""

        def per_row(self, predicted, targets):
            return (predicted - targets) * (predicted - targets).detach()

    assert {law.name for law in check(Halved()).broken} == {"gradient", "second_derivative"}
    Halved.stops_gradient = True
    report = check(Halved())
    assert not report.broken
    assert report["gradient"].note == "a part of it counts as a constant, as it says"
