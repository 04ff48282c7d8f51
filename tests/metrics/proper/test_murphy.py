"""Murphy's parts: worked values, sums that add up, and what cells may hide."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.proper.murphy import BrierReliability, BrierResolution, BrierUncertainty
from calibrant.metrics.proper.scores import BrierBinary

PARTS = (BrierReliability, BrierResolution, BrierUncertainty)


def from_tally(metric, rows):
    return cal.evaluate(cal.tally(rows, [metric]), [metric])[repr(metric)]


def drawn(n=400):
    generator = np.random.default_rng(0)
    probs = generator.random(n).round(1)
    return probs, (generator.random(n) < probs**2).astype(int), generator.random(n) + 0.5


def test_brier_of_26_hundredths_is_2_less_1_plus_25():
    probs = [0.2] * 10 + [0.6] * 10
    rows = cal.predictions(probs=probs, labels=[1] * 4 + [0] * 6 + [1] * 6 + [0] * 4)
    for form in (lambda metric: metric(rows), lambda metric: from_tally(metric, rows)):
        values = [form(part()).value for part in PARTS]
        # half of .2 squared, .1 squared twice by half, a quarter
        assert values == pytest.approx([0.02, 0.01, 0.25], abs=1e-12)
    assert BrierReliability()(rows).details["brier"] == pytest.approx(0.26)


@pytest.mark.parametrize("n_bins", [None, 7, 10])
@pytest.mark.parametrize("kind", ["hard", "soft", "weighted"])
def test_parts_add_up_to_the_brier_score_in_both_forms(kind, n_bins):
    probs, labels, weights = drawn()
    probs = probs * 0.93 if n_bins else probs
    labels = labels * 0.5 + 0.25 if kind == "soft" else labels
    rows = cal.predictions(
        probs=probs, labels=labels, weights=weights if kind == "weighted" else None
    )
    brier = BrierBinary()(rows).value
    for form in (lambda metric: metric(rows), lambda metric: from_tally(metric, rows)):
        reliability, resolution, uncertainty = (form(part(n_bins=n_bins)).value for part in PARTS)
        total = reliability - resolution + uncertainty
        if n_bins:
            more = form(BrierReliability(n_bins=n_bins)).details
            total += more["within_bin_variance"] - 2 * more["within_bin_covariance"]
        assert total == pytest.approx(brier, abs=1e-13)


def test_binned_parts_are_those_of_a_loop_over_bins():
    generator = np.random.default_rng(1)
    probs = generator.random(300)
    labels = (generator.random(300) < probs).astype(int)
    terms = np.zeros(4)
    for low in np.arange(5) / 5:
        inside = (probs > low) & (probs <= low + 0.2)
        p, y = probs[inside], labels[inside]
        share = inside.mean()
        terms += share * np.array(
            [
                *((p.mean() - y.mean()) ** 2, (y.mean() - labels.mean()) ** 2),
                *(p.var(), np.cov(p, y, bias=True)[0, 1]),
            ]
        )
    found = BrierReliability(n_bins=5)(cal.predictions(probs=probs, labels=labels))
    names = ("resolution", "within_bin_variance", "within_bin_covariance")
    assert [found.value, *(found.details[name] for name in names)] == pytest.approx(terms.tolist())


def test_rows_that_all_differ_leave_the_score_itself():
    rows = cal.predictions(probs=[0.125, 0.25, 0.75], labels=[0, 1, 1])
    values = [part()(rows).value for part in PARTS]
    assert values[0] == pytest.approx(BrierBinary()(rows).value)
    assert BrierReliability()(rows).note.startswith("no two rows state the same")
    assert BrierReliability(n_bins=2)(rows).note == ""
    assert values[1] == pytest.approx(values[2]) == pytest.approx(2 / 9)


def test_soft_labels_have_their_variance_for_uncertainty():
    rows = cal.predictions(probs=[0.5] * 4, labels=[0.1, 0.3, 0.7, 0.9])
    values = [part()(rows).value for part in PARTS]
    assert values == pytest.approx([0, 0, np.var([0.1, 0.3, 0.7, 0.9])], abs=1e-15)


def test_top_label_is_chosen_beyond_two_classes():
    rows = cal.predictions(probs=[[0.5, 0.3, 0.2]] * 4, labels=[0, 1, 2, 0])
    found = cal.evaluate(rows, ["brier_reliability", "top_label_brier_uncertainty"])
    assert found["brier_reliability"].value == 0  # .5 stated, 2 of 4 right
    assert found["top_label_brier_uncertainty"].value == 0.25


@pytest.mark.parametrize("kind", ["spread", "crowded", "ties", "one in ten thousand"])
def test_tally_is_off_by_no_more_than_its_bound(kind):
    generator = np.random.default_rng(2)
    n = 50_000
    uniform = generator.random(n)
    probs = {
        "spread": uniform,
        "crowded": 0.5 + 1e-4 * (uniform - 0.5),
        "ties": uniform.round(2),
        "one in ten thousand": uniform**2 / 3333,
    }[kind]
    rows = cal.predictions(probs=probs, labels=(generator.random(n) < probs).astype(int))
    for part in PARTS:
        found = from_tally(part(), rows)
        assert abs(found.value - part()(rows).value) <= found.bound
        if kind == "ties":
            assert found.bound < 1e-10


def test_bins_need_no_bound():
    probs, labels, _ = drawn()
    rows = cal.predictions(probs=probs * 0.93, labels=labels)
    found = from_tally(BrierReliability(n_bins=10), rows)
    assert found.bound is None
    assert found == BrierReliability(n_bins=10)(rows)
    assert from_tally(BrierReliability(n_bins=1), rows).value == pytest.approx(
        (0.93 * probs.mean() - labels.mean()) ** 2
    )


def test_rows_of_float32_and_of_logits_tie_as_they_are_declared():
    probs = torch.tensor([0.1, 0.1, 0.7, 0.7])
    labels = [0, 1, 1, 1]
    for rows in (
        cal.predictions(probs=probs, labels=labels),
        cal.predictions(logits=probs.logit(), labels=labels),
        cal.predictions(
            logits=torch.stack((probs.logit() + 1, probs.logit() * 2 + 1), -1), labels=labels
        ),
    ):
        assert BrierResolution()(rows).value == pytest.approx((0.25**2 + 0.25**2) / 2)
        assert from_tally(BrierResolution(), rows).bound < 1e-12


def test_no_bins_are_refused():
    with pytest.raises(InputError, match="n_bins must be"):
        BrierReliability(n_bins=0)
