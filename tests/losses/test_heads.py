"""Losses of several heads: their sum, their parts, their rows."""

import pytest
import torch
from torch.testing import assert_close

from calibrant.errors import InputError
from calibrant.losses import CrossEntropyLoss, FocalLoss, HeadLosses, SoftF1Loss, get

GENERATOR = torch.Generator().manual_seed(0)
OUTPUTS = {
    "label": torch.randn(12, 3, generator=GENERATOR, dtype=torch.float64),
    "severity": torch.randn(12, 4, generator=GENERATOR, dtype=torch.float64),
}
LABELS = {"label": torch.arange(12) % 3, "severity": torch.arange(12) % 4}
LOSSES = {"label": CrossEntropyLoss(), "severity": 0.5 * FocalLoss() + SoftF1Loss()}


def test_loss_is_the_sum_of_factor_times_head():
    loss = HeadLosses(LOSSES, {"severity": 0.25})
    first = LOSSES["label"](OUTPUTS["label"], LABELS["label"])
    second = LOSSES["severity"](OUTPUTS["severity"], LABELS["severity"])
    assert_close(loss(OUTPUTS, LABELS), first + 0.25 * second)
    assert_close(loss.parts(OUTPUTS, LABELS), {"label": first, "severity": second})


def test_weights_and_mask_go_to_their_head_or_to_all():
    weights, mask = torch.rand(12, dtype=torch.float64), torch.arange(12) > 3
    loss = HeadLosses(LOSSES)
    both = loss.parts(OUTPUTS, LABELS, weights, mask=mask)
    own = loss.parts(OUTPUTS, LABELS, {"label": weights}, mask={"severity": mask})
    for head, given in {"label": {"weights": weights}, "severity": {"mask": mask}}.items():
        alone = LOSSES[head](OUTPUTS[head], LABELS[head], **given)
        assert_close(own[head], alone)
    assert_close(
        both["label"], LOSSES["label"](OUTPUTS["label"], LABELS["label"], weights, mask=mask)
    )


def test_head_of_factor_nothing_adds_nothing():
    outputs = {name: each.clone().requires_grad_() for name, each in OUTPUTS.items()}
    outputs["severity"].data[0] = torch.nan
    HeadLosses(LOSSES, {"severity": 0})(outputs, LABELS).backward()
    assert outputs["label"].grad.isfinite().all()
    assert outputs["severity"].grad is None
    value = HeadLosses(LOSSES, {"severity": 0, "label": 0})(outputs, LABELS)
    value.backward()
    assert value == 0
    assert (outputs["severity"].grad == 0).all()


def test_heads_are_bound_and_scheduled_by_name():
    losses = {"a": get("ce(balanced)"), "b": get("focal(gamma=ramp(0, 2, 3))")}
    loss = HeadLosses(losses, {"b": 2}).bind({"a": [3, 1]}).at(2)
    pair = torch.zeros(2, 2, dtype=torch.float64), torch.tensor([0, 1])
    value = loss({"a": pair[0], "b": pair[0]}, {"a": pair[1], "b": pair[1], "c": pair[1]})
    assert_close(value, get("ce + 2*focal(gamma=1)")(*pair))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: HeadLosses({}), "losses must name a head; got none"),
        (
            lambda: HeadLosses(LOSSES, {"x": 1}),
            r"factors must name heads of \['label', 'severity'\]",
        ),
        (
            lambda: HeadLosses(LOSSES, {"label": -1}),
            "factors must be finite and at least 0; got -1",
        ),
        (
            lambda: HeadLosses(LOSSES)({"label": OUTPUTS["label"]}, LABELS),
            r"outputs must hold .*; got",
        ),
        (lambda: HeadLosses(LOSSES)(OUTPUTS, {}), r"labels must hold \['label', 'severity'\]; got"),
        (lambda: HeadLosses(LOSSES).bind({"x": [1]}), "class_counts must name .*; got"),
    ],
)
def test_names_must_be_those_of_the_heads(make, message):
    with pytest.raises(InputError, match=message):
        make()
