"""What noise adds to squares of the gaps of all classes, and what their shares add."""

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.metrics.binned.class_covariance import class_tally, sums_of_squares
from calibrant.metrics.binned.class_noise import ClassNoise

N_BINS, N_CLASSES, N_KINDS = 5, 6, 40


def kinds():
    """Kinds of rows, all as likely: what is stated of each, and its true chances."""
    r = np.random.default_rng(3)
    logits = 1.5 * r.normal(size=(N_KINDS, N_CLASSES))
    true, stated = (np.exp(t * logits) for t in (1.0, 1.6))
    return stated / stated.sum(axis=1, keepdims=True), true / true.sum(axis=1, keepdims=True)


def bins_of(probs):
    """Number of the bin of every class, among all bins of all classes."""
    number = np.clip(np.ceil(probs * N_BINS).astype(int) - 1, 0, N_BINS - 1)
    return number + N_BINS * np.arange(N_CLASSES)


def drawn(r, n_rows, weights=None):
    stated, true = kinds()
    kind = r.integers(N_KINDS, size=n_rows)
    labels = (true[kind].cumsum(axis=1) > r.random((n_rows, 1))).argmax(axis=1)
    return cal.predictions(probs=stated[kind], labels=labels, weights=weights)


def noise_of(rows):
    return ClassNoise.of(rows, class_tally(rows, N_BINS), N_BINS)


def test_sums_of_squares_are_those_of_two_numbers_a_row(monkeypatch):
    r = np.random.default_rng(0)
    weights, (each, gap) = r.uniform(0.5, 3, 70), r.normal(size=(2, N_CLASSES * N_BINS))
    rows = drawn(r, 70, weights)
    probs, came = rows.full_probs.numpy(), np.eye(N_CLASSES)[rows.hard.numpy()]
    at = bins_of(probs)
    along, noise = each[at].sum(axis=1), (gap[at] * (probs - came - gap[at])).sum(axis=1)
    expected = [weights**2 @ x for x in (along**2, along * noise, noise**2)]
    monkeypatch.setattr("calibrant.metrics.binned.class_covariance.MOST_ENTRIES", 20 * N_CLASSES)
    assert sums_of_squares(rows, N_BINS, each, gap) == pytest.approx(expected, rel=1e-12)


@pytest.mark.parametrize("heavy", [0.1, 10.0])
def test_squares_of_two_classes_scatter_as_one_event_does_where_weights_go_with_outcomes(heavy):
    """With shares and noise apart, roots of mean squares of 1,000 rows were held in 92 %."""
    r = np.random.default_rng(5)
    prob = r.random(2000)
    came = r.random(2000) < prob**2
    found = cal.evaluate(
        cal.predictions(probs=prob, labels=came.astype(int), weights=np.where(came, heavy, 1.0)),
        ["classwise_ece_l2", "positive_ece_l2"],
    )
    both, one = found["classwise_ece_l2"], found["positive_ece_l2"]
    assert both.value == pytest.approx(one.value)
    assert both.high - both.low == pytest.approx(one.high - one.low, rel=0.06)


@pytest.mark.parametrize("weighted", [False, True])
def test_shares_scatter_as_those_of_rows_that_are_drawn_again(weighted):
    """Gaps of the bins held fast, rows drawn again from those that were seen."""
    r = np.random.default_rng(1)
    weights = r.uniform(0.2, 3, 800) if weighted else None
    rows = drawn(r, 800, weights)
    probs, weight = rows.full_probs.numpy(), rows.weight().numpy()
    at = bins_of(probs)
    came = np.eye(N_CLASSES)[rows.hard.numpy()]
    sums = [
        np.bincount(at.ravel(), (weight[:, None] * x).ravel(), N_CLASSES * N_BINS)
        for x in (probs - came, np.ones_like(probs))
    ]
    each = np.square(sums[0] / np.where(sums[1] > 0, sums[1], 1))[at].mean(axis=1)
    again = r.integers(800, size=(4000, 800))
    shown = (weight[again] * each[again]).sum(axis=1) / weight[again].sum(axis=1)
    expected = shown.std() / np.average(each, weights=weight)
    assert noise_of(rows).within.shares == pytest.approx(expected, rel=0.05)


def test_two_classes_have_the_shares_of_one_event():
    r = np.random.default_rng(2)
    prob = r.random(500)
    rows = cal.predictions(probs=prob, labels=(r.random(500) < prob**2).astype(int))
    noise = noise_of(rows)
    share, part = noise.share[N_BINS:] * 2, noise.gap[N_BINS:] * 2
    pull = part**2 / share / (part**2 / share).sum()
    assert noise.within.shares == pytest.approx(np.sqrt(((pull**2 / share).sum() - 1) / 500))
    assert noise.within.taken is None


@pytest.mark.parametrize("n_rows", [25, 400])
def test_what_is_taken_for_noise_leaves_the_true_squares_in_the_mean(n_rows):
    stated, true = kinds()
    at = bins_of(stated)
    gap = np.bincount(at.ravel(), (stated - true).ravel(), N_CLASSES * N_BINS) / N_KINDS
    share = np.bincount(at.ravel(), minlength=N_CLASSES * N_BINS) / N_KINDS
    truth = float((gap[share > 0] ** 2 / share[share > 0]).sum()) / N_CLASSES
    r, found = np.random.default_rng(4), []
    for _ in range(400):
        noise = noise_of(drawn(r, n_rows))
        seen = float((noise.gap**2 / noise.share).sum())
        found.append((seen - noise.within.taken, noise.within.doubt, seen - truth))
    left, doubt, added = np.array(found).T
    error = left.std() / np.sqrt(len(left))
    assert left.mean() == pytest.approx(truth, abs=3 * error + 0.1 * added.mean())
    assert doubt.mean() < left.std()


def test_a_bin_that_no_class_has_two_rows_in_takes_nothing():
    probs = torch.eye(3).double() * 0.7 + 0.1
    labels = [0, 1, 0, 0, 2, 0] * 4
    rows = cal.predictions(probs=probs.repeat(8, 1)[:24], labels=labels)
    lone = cal.predictions(
        probs=torch.cat((probs.repeat(8, 1)[:24], torch.tensor([[0.5, 0.3, 0.2]]))),
        labels=[*labels, 1],
    )
    first, second = (noise_of(x).within.taken for x in (rows, lone))
    assert 0 < second < first * 24 / 25 * 1.02  # the row alone in .5 and in .3 adds nothing
