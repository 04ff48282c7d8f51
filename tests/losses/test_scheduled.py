"""Losses of epochs: settings and factors that change, through text and back."""

import math

import pytest
import torch
from torch import nn
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import (
    CrossEntropyLoss,
    FocalLoss,
    Loss,
    Ramp,
    RowLoss,
    Scheduled,
    SoftF1Loss,
    Switch,
    available,
    get,
)
from calibrant.losses.base import WeightedSum


def test_loss_of_an_epoch_has_the_value_of_its_schedule(batch):
    loss = Scheduled(FocalLoss(class_weight=[1.0, 2.0, 3.0]), {"gamma": Ramp(0, 2, epochs=5)})
    for epoch, gamma in {1: 0.0, 2: 0.5, 5: 2.0, 9: 2.0}.items():
        expected = FocalLoss(gamma, class_weight=[1.0, 2.0, 3.0])
        assert repr(loss.at(epoch)) == repr(expected)
        assert_close(loss.at(epoch)(*batch), expected(*batch))


def test_factor_of_an_epoch_multiplies_the_loss(batch):
    loss = 0.5 * Scheduled(SoftF1Loss(), factor=Ramp(0, 1, epochs=3)) + CrossEntropyLoss()
    half, whole = SoftF1Loss()(*batch), CrossEntropyLoss()(*batch)
    assert_close(loss.at(1)(*batch), whole)
    assert_close(loss.at(2)(*batch), 0.25 * half + whole)
    assert_close(loss.at(math.inf)(*batch), 0.5 * half + whole)
    assert loss.at(2).spec == "0.25*soft_f1 + ce"


def test_parts_of_a_factor_that_is_0_are_still_listed(batch):
    loss = get("ramp(0, 1, 3)*soft_f1 + ce").at(1)
    assert list(loss.parts(*batch)) == ["soft_f1", "ce"]


@pytest.mark.parametrize("spec", [entry.example for entry in available().values()])
def test_loss_without_schedules_is_itself_in_every_epoch(spec):
    loss = get(spec)
    assert loss.at(7) is loss
    both = loss + CrossEntropyLoss()
    assert both.at(7) is both


def test_deferred_weights_are_bound_before_the_epoch_comes():
    loss = get("ce(class_weight=switch(none, balanced, 80))").bind([6, 2])  # 8/12, 8/4
    assert isinstance(loss, Loss)
    assert loss.at(79).class_weight is None
    assert_close(loss.at(80).class_weight, torch.tensor([2 / 3, 2.0], dtype=torch.float64))
    assert get(loss.spec).spec == loss.spec


def test_rule_beside_a_schedule_is_bound_too():
    loss = get("focal(balanced, gamma=ramp(0, 2, 3)) + ce")
    assert isinstance(loss, WeightedSum)
    bound = loss.bind([6, 2])
    assert bound.at(1).spec == "focal(gamma=0, class_weight=[0.6666666666666666, 2]) + ce"
    assert bound.bind([6, 2]) is bound


SPECS = [
    "focal(gamma=ramp(0, 2, 10))",
    "ce(class_weight=switch(none, [1, 2], 5), label_smoothing=ramp(0, 0.1, 3, cosine))",
    "ce + ramp(0, 1, 5)*soft_f1(average=micro)",
    "0.5*switch(0, 1, 3)*focal(gamma=ramp(0, 1.5, 4)) + 2*ce",
]


@pytest.mark.parametrize("spec", SPECS)
def test_schedules_survive_the_way_through_text(spec):
    loss = get(spec)
    assert loss.spec == spec
    assert repr(get(loss.spec)) == repr(loss)


def test_loss_with_a_schedule_is_called_by_epoch_only(batch):
    for loss in (get(SPECS[0]), get(SPECS[2])):
        with pytest.raises(InputError, match=r"must be that of an epoch .* Take loss.at\(epoch\)"):
            loss(*batch)
        with pytest.raises(InputError, match="must be that of an epoch"):
            loss.parts(*batch)


def test_loss_of_an_epoch_lies_where_the_schedule_does():
    loss = get("ce(class_weight=switch(none, [1, 2], 5))")
    assert nn.Module.to(loss, "meta").at(5).class_weight.device.type == "meta"


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Scheduled(FocalLoss()), "settings must schedule something; got nothing"),
        (
            lambda: Scheduled(FocalLoss(), {"gama": Ramp(0, 1, 3)}),
            "settings must name settings of FocalLoss; got 'gama'. Did you mean gamma",
        ),
        (
            lambda: Scheduled(FocalLoss(), {"gamma": Ramp(0, -1, 3)}),
            "gamma must be a number at least 0; got -1",
        ),
        (
            lambda: Scheduled(FocalLoss(), factor=Ramp(0, -1, 3)),
            "factor must be finite and at least 0 in every epoch; got -1",
        ),
        (
            lambda: Scheduled(FocalLoss(), factor=Switch(0, "much", 3)),
            "factor must be finite and at least 0 in every epoch; got 'much'",
        ),
    ],
)
def test_schedules_of_nothing_are_refused(make, message):
    with pytest.raises(InputError, match=message):
        make()


class Learned(RowLoss):
    """Loss with a parameter."""

    power: float = 1.0

    def __post_init__(self):
        """Make the parameter."""
        super().__post_init__()
        self.scale = nn.Parameter(torch.ones(()))

    def per_row(self, logits, labels):
        """Return the parameter times the logits."""
        del labels
        return self.scale * logits.sum(1)


def test_loss_that_learns_keeps_its_settings():
    with pytest.raises(InputError, match="loss must have no parameters that are trained"):
        Scheduled(Learned(), {"power": Ramp(0, 1, 3)})


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        ("focal(gamma=ramp(0, -2, 10))", "gamma must be a number at least 0; got -2"),
        ("focal(gamma=rump(0, 2, 10))", r"gamma must be .*; got rump\(0, 2, 10\)"),
        ("focal(2)*ce", r"must have a number or a schedule before \*; got focal\(2\)"),
        ("ramp(0, 1)*ce", r"ramp must be written .*; got ramp\(0, 1\)"),
        ("ramp(0, 1, 5)", "must name a loss that exists; got 'ramp'"),
        ("ce(ramp(0, 1, 5))", r"must set what ce has; got ramp\(0, 1, 5\)"),
        ("ce(class_weight=switch(none, balancd, 8))", "class_weight must be .*; got 'balancd'"),
        ("ramp(0, -1, 5)*ce", "factor must be finite and at least 0 in every epoch; got -1"),
    ],
)
def test_wrong_schedules_in_text_are_shown_in_their_place(spec, message):
    with pytest.raises(InputError, match=message) as caught:
        get(spec)
    assert f"\n  {spec}\n" in str(caught.value)
