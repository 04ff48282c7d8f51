"""Losses from text: what specs mean, and how wrong ones are refused."""

import re
from types import SimpleNamespace

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from calibrant.catalogue import Catalogue
from calibrant.errors import InputError
from calibrant.losses import (
    CrossEntropyLoss,
    FocalLoss,
    RowLoss,
    SoftF1Loss,
    WeightedSum,
    available,
    build,
    get,
)
from calibrant.losses.catalogue.entry import Entry


class Costly(RowLoss):
    """Loss with a setting that has no default."""

    price: float

    def per_row(self, logits, labels):
        """See `RowLoss.per_row`."""
        return self.price * logits.sum(1) * labels


@pytest.mark.parametrize(
    ("spec", "loss"),
    [
        ("ce", CrossEntropyLoss()),
        ("cross_entropy()", CrossEntropyLoss()),
        (" focal ( gamma = .5 ) ", FocalLoss(gamma=0.5)),
        ("focal(2)", FocalLoss(2)),
        ("focal(balanced, 3)", FocalLoss(3, class_weight="balanced")),
        ("focal(gamma=1e-1,ignore_index=-1)", FocalLoss(0.1, ignore_index=-1)),
        (
            "ce(ignore_index=none, multilabel=true)",
            CrossEntropyLoss(ignore_index=None, multilabel=True),
        ),
        ("soft_f1(average=micro, absent=skip)", SoftF1Loss(average="micro", absent="skip")),
        ("soft_f1(average='micro')", SoftF1Loss(average="micro")),
        ("ce(reduction=none)", CrossEntropyLoss(reduction="none")),
        ("ce(class_weight=[1, 2.5, 1e3])", CrossEntropyLoss(class_weight=[1.0, 2.5, 1000.0])),
        (
            "0.5*ce(balanced)+.5*soft_f1",
            0.5 * CrossEntropyLoss(class_weight="balanced") + 0.5 * SoftF1Loss(),
        ),
        ("2*ce", 2 * CrossEntropyLoss()),
        ("1*ce", CrossEntropyLoss()),
        ("ce\n+ focal", CrossEntropyLoss() + FocalLoss()),
    ],
)
def test_spec_means_the_loss(spec, loss):
    assert repr(get(spec)) == repr(loss)
    assert get(spec).spec == loss.spec


CANONICAL = ["0.5*ce(balanced) + 0.5*soft_f1", "focal(gamma=2)", "ce", "ce(reduction='none')"]


@pytest.mark.parametrize("spec", CANONICAL)
def test_canonical_spec_is_itself(spec):
    assert get(spec).spec == spec


factors = st.floats(0, 1e6).map(lambda f: round(f, 4))
weights = st.lists(st.floats(0, 1e6), min_size=2, max_size=5)


@given(factor=factors, gamma=st.floats(0, 100), class_weight=weights)
def test_numbers_survive_the_way_through_text(factor, gamma, class_weight):
    loss = factor * FocalLoss(gamma, class_weight=class_weight) + CrossEntropyLoss()
    again = get(loss.spec)
    assert isinstance(again, WeightedSum)
    (first, focal), _ = again.terms
    assert (first, focal.gamma) == (factor, gamma)
    assert focal.class_weight.tolist() == class_weight


def test_single_precision_weights_survive_the_way_through_text():
    weight = torch.tensor([0.1, 0.7])
    assert (get(CrossEntropyLoss(class_weight=weight).spec).class_weight.float() == weight).all()


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ("<>", "loss must have a loss, such as .* at column 1; got the end"),
        ("<focl>(gamma=2)", "must name a loss that exists; got 'focl'. Did you mean focal?"),
        ("ce + <FOCAL>", "got 'FOCAL'. Did you mean focal?"),
        ("ce +<>", "must have a loss, such as .* at column 5; got the end"),
        ("<+> ce", r"must have a loss, such as .* at column 1; got '\+'"),
        ("<->1*ce", "must have a loss, such as .* got '-'"),
        ("0.5 <ce>", r"must have '\*' and a loss at column 5; got 'ce'"),
        ("2*<1e999>*ce", "must have a loss, such as .* got '1e999'"),
        ("1e999*<ce>", "must have finite factors; got inf"),
        ("ce<*>2", r"must have '\+' and another loss, or the end at column 3; got '\*'"),
        ("ce(balanced) <#> rare", "must have '.' and another loss, or the end .* got '#'"),
        ("ce(balanced<>", r"must have ',' and another setting, or '\)' at column 12; got the end"),
        ("ce(balanced,<)>", r"must have a number, a word or a list .* got '\)'"),
        ("focal(<gama>=2)", "must set what focal has; got 'gama'. Did you mean gamma?"),
        ("ce(<balnced>)", "must set what ce has; got 'balnced'. Did you mean balanced?"),
        ("focal(2, <3>)", "must set what focal has; got 3"),
        ("soft_f1(<alpha>=1)", "must set what soft_f1 has; got 'alpha'"),
        ("focal(2, <gamma>=3)", "must set everything once; got gamma twice"),
        ("focal(gamma=<-1>)", "gamma must be a number at least 0; got -1"),
        ("focal(gamma=<high>)", "gamma must be a number at least 0; got 'high'"),
        ("ce + soft_f1(average=<both>)", "average must be 'macro' or 'micro'; got 'both'"),
        ("ce(class_weight=<rare>)", "class_weight must be a list of numbers at least 0 or 'bal"),
        ("ce(class_weight=<[1, -2]>)", r"numbers at least 0 .* got \[1, -2\]\. Weights are finite"),
        ("ce(class_weight=<[1e999, 1]>)", r"must be a list of numbers .* got \[inf, 1\]\. Weights"),
        ("ce(class_weight=[1, <[>2]])", r"must have a number, .* got '\['"),
        ("ce(class_weight=[[1], <2>])", "must have a list of numbers .* got '2'"),
        ("<ce>(balanced, multilabel=true)", "must have settings that go together"),
        ("<__import__>('os')", "must name a loss that exists; got '__import__'"),
    ],
)
def test_wrong_spec_is_shown_with_carets_under_the_place(wrong, message):
    before, place, after = re.split("[<>]", wrong)
    with pytest.raises(InputError, match=message) as caught:
        get(before + place + after)
    carets = " " * len(before) + "^" * max(len(place), 1)
    assert str(caught.value).endswith(f"\n  {before}{place}{after}\n  {carets}")


@pytest.mark.usefixtures("unchecked")
@pytest.mark.parametrize("spec", [None, 5, CrossEntropyLoss()])
def test_refuses_what_is_no_text(spec):
    with pytest.raises(InputError, match="loss must be text; got"):
        get(spec)


def test_unknown_loss_says_how_many_exist_and_what_lists_them():
    more = len(available()) - 3
    rule = f"There are: ce, focal, bce and {more} more. `calibrant losses` lists them."
    with pytest.raises(InputError, match=rule):
        get("nothing")


def test_setting_without_a_default_must_be_given(monkeypatch):
    entry = Entry("costly", (), f"{__name__}:Costly", "costly(price=2)", "a test")
    monkeypatch.setattr(build, "available", lambda: Catalogue((entry,), {}))
    monkeypatch.setattr(build, "import_module", lambda _: SimpleNamespace(Costly=Costly))
    assert get("costly(price=2)").price == 2
    with pytest.raises(
        InputError, match=r"got costly without price\. Write it like costly\(price=2\)"
    ):
        get("costly")


@given(st.text(alphabet="ce focal(gm=2)*+.[],'-1\n\té∞", max_size=30))
def test_any_text_is_a_loss_or_a_plain_error(text):
    try:
        loss = get(text)
    except InputError:
        return
    assert get(loss.spec).spec == loss.spec
