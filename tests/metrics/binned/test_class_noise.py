"""Noise of the gaps of all classes: its covariance is that of the rows, and it is drawn once."""

import numpy as np
import pytest
import torch
from scipy.stats import binomtest

import calibrant as cal
from calibrant.metrics.binned import class_noise
from calibrant.metrics.binned.class_covariance import class_covariances, class_products, class_tally
from calibrant.metrics.binned.class_noise import ClassNoise

N_BINS = 7


def drawn(n_classes, n_rows=400, *, soft=False, weights=False, seed=0):
    r = np.random.default_rng(seed)
    probs = r.dirichlet(np.full(n_classes, 0.7), n_rows)
    labels = r.dirichlet(np.ones(n_classes), n_rows) if soft else r.integers(n_classes, size=n_rows)
    weight = r.uniform(0.5, 3, n_rows) if weights else None
    return cal.predictions(probs=probs, labels=labels, weights=weight)


def noise_of(rows, n_bins=N_BINS):
    return ClassNoise.of(rows, class_tally(rows, n_bins), n_bins)


def off_by_hand(rows):
    """Stated less observed, and stated, by bin of every class: one long vector a row."""
    probs = rows.full_probs.numpy()
    n_rows, n_classes = probs.shape
    came = np.eye(n_classes)[rows.hard.numpy()] if rows.soft is None else rows.soft.numpy()
    bins = np.clip(np.ceil(probs * N_BINS).astype(int) - 1, 0, N_BINS - 1)
    off, stated = np.zeros((2, n_rows, n_classes, N_BINS))
    np.put_along_axis(off, bins[:, :, None], (probs - came)[:, :, None], axis=2)
    np.put_along_axis(stated, bins[:, :, None], probs[:, :, None], axis=2)
    return off.reshape(n_rows, -1), stated.reshape(n_rows, -1)


def moments_by_hand(rows):
    """Both matrices, from these vectors."""
    off, stated = off_by_hand(rows)
    twice = rows.weight().numpy()[:, None] ** 2
    return off.T @ (twice * off), np.diag((twice * stated).sum(axis=0)) - stated.T @ (
        twice * stated
    )


@pytest.mark.parametrize("n_classes", [2, 3, 5])
@pytest.mark.parametrize("soft", [False, True])
def test_covariances_are_those_of_one_long_vector_a_row(n_classes, soft, monkeypatch):
    rows = drawn(n_classes, soft=soft, weights=True)
    seen, stated = moments_by_hand(rows)
    monkeypatch.setattr("calibrant.metrics.binned.class_covariance.MOST_ENTRIES", 100 * n_classes)
    found = class_covariances(rows, N_BINS)
    np.testing.assert_allclose(found.seen, seen, atol=1e-10)
    np.testing.assert_allclose(found.stated, stated, atol=1e-10)
    columns = np.random.default_rng(1).normal(size=(2, n_classes * N_BINS, 2))
    product = class_products(rows, N_BINS, *columns)
    np.testing.assert_allclose(product.seen, seen @ columns[0], atol=1e-9)
    np.testing.assert_allclose(product.stated, stated @ columns[1], atol=1e-9)


def test_draws_have_the_covariance_of_the_rows():
    rows = drawn(3, weights=True, soft=True)
    noise, weight = noise_of(rows), rows.weight().numpy()
    added = weight[:, None] * off_by_hand(rows)[0]
    centred = (added - np.outer(weight, added.sum(axis=0)) / weight.sum()) / (3 * weight.sum())
    expected = centred.T @ centred
    scale = np.outer(noise.deviation, noise.deviation)
    np.testing.assert_allclose(np.cov(noise.draws) / scale, expected / scale, atol=0.02)
    sign = np.where(noise.gap < 0, -1, 1)
    assert noise.error == pytest.approx(np.sqrt(sign @ expected @ sign), rel=1e-9)
    assert noise.calibrated is None


@pytest.mark.parametrize("soft", [False, True])
def test_many_classes_keep_the_spread_of_the_signed_sum(soft, monkeypatch):
    rows = drawn(6, n_rows=3000, soft=soft)
    exact = noise_of(rows)
    monkeypatch.setattr(class_noise, "MOST_CLASSES", 5)
    monkeypatch.setattr(class_noise, "MOST_NUMBERS", 1 << 30)
    other = noise_of(rows)
    assert other.error == pytest.approx(exact.error, rel=1e-9)
    np.testing.assert_allclose(other.deviation, exact.deviation, rtol=1e-9)
    sign = np.where(exact.gap < 0, -1, 1)
    for along in (sign, exact.gap / exact.share):
        spread = [(along @ noise.draws).std() for noise in (exact, other)]
        assert spread[0] == pytest.approx(spread[1], rel=0.06)
    np.testing.assert_allclose(other.draws.std(axis=1), exact.deviation, rtol=0.1)
    sums = [np.abs(noise.draws).sum(axis=0) for noise in (exact, other)]
    assert sums[0].mean() == pytest.approx(sums[1].mean(), rel=0.02)
    assert sums[0].std() == pytest.approx(sums[1].std(), rel=0.1)


def test_calibrated_gaps_of_two_classes_are_one_another_s_opposite():
    rows = drawn(2, n_rows=120)
    noise = noise_of(rows)
    first, second = np.split(noise.calibrated, 2)
    np.testing.assert_allclose(first, -second[::-1], atol=1e-3 / 120)


def test_calibrated_gaps_scatter_as_labels_that_are_drawn_anew():
    rows, r = drawn(4, n_rows=60), np.random.default_rng(2)
    noise = noise_of(rows)
    upto = rows.full_probs.numpy().cumsum(axis=1)
    found = []
    for _ in range(1500):
        labels = (upto < r.random((60, 1)) * upto[:, -1:]).sum(axis=1)
        again = cal.predictions(probs=rows.full_probs.numpy(), labels=labels)
        table = class_tally(again, N_BINS)
        excess = (table["wp"] - table["wy"]).reshape(-1)[table["w"].reshape(-1) > 0]
        found.append(float(excess.abs().sum()) / 60 / 4)
    shown = np.abs(noise.calibrated).sum(axis=0)
    assert shown.mean() == pytest.approx(np.mean(found), rel=0.03)
    assert shown.std() == pytest.approx(np.std(found), rel=0.1)
    assert np.quantile(shown, 0.95) == pytest.approx(np.quantile(found, 0.95), rel=0.05)


def test_an_evaluation_draws_the_noise_once(monkeypatch):
    drawn_for = []
    whole = class_noise.class_covariances

    def counted(rows, n_bins):
        drawn_for.append(n_bins)
        return whole(rows, n_bins)

    monkeypatch.setattr(class_noise, "class_covariances", counted)
    names = ["classwise_ece", "classwise_ece_l2", "classwise_ece_l2_squared_debiased"]
    cal.evaluate(drawn(3), [*names, "classwise_ece_10"])
    assert drawn_for == [15, 10]


def test_the_scale_of_the_weights_changes_nothing():
    rows = drawn(3, weights=True)
    scaled = rows.reweighted(1e-3 * rows.weight())
    one, other = (cal.evaluate(each, ["classwise_ece"])["classwise_ece"] for each in (rows, scaled))
    assert (one.low, one.high) == pytest.approx((other.low, other.high), rel=1e-9)


def test_rows_that_are_sure_and_right_tell_as_much_as_their_number():
    """None of thirty is wrong: one in nine may be, and each is two of three class-wise errors."""
    probs = torch.eye(3, dtype=torch.float64).repeat(10, 1)
    found = cal.evaluate(
        cal.predictions(probs=probs, labels=torch.arange(30) % 3), ["classwise_ece"]
    )
    exact = 1 - binomtest(30, 30).proportion_ci(0.95, method="exact").low  # .116
    assert found["classwise_ece"].low == 0
    assert exact * 2 / 3 <= found["classwise_ece"].high <= 1.15 * exact * 2 / 3


@pytest.mark.parametrize("most", [16, 1])
@pytest.mark.parametrize("n_classes", [2, 4])
def test_the_order_of_the_classes_changes_nothing(n_classes, most, monkeypatch):
    monkeypatch.setattr(class_noise, "MOST_CLASSES", most)
    rows, order = drawn(n_classes), torch.arange(n_classes).roll(1)
    probs = rows.full_probs[:, order]
    other = cal.predictions(probs=probs, labels=order.argsort()[rows.hard])
    names = ["classwise_ece", "classwise_ece_l2"]
    one, other = (cal.evaluate(each, names) for each in (rows, other))
    for name in names:
        a, b = one[name], other[name]
        assert (a.low, a.high) == pytest.approx((b.low, b.high), rel=1e-7)
        assert a.details["p_value"] == pytest.approx(b.details["p_value"], abs=1e-9)


@pytest.mark.parametrize("decimals", [3, 4, 7])
@pytest.mark.parametrize("n_classes", [2, 3, 10, 16])
@pytest.mark.parametrize("n_rows", [30, 3000])
def test_rows_whose_rounded_probabilities_do_not_sum_to_1_have_an_interval(
    n_rows, n_classes, decimals
):
    r = np.random.default_rng(n_rows)
    exact = r.dirichlet(np.full(n_classes, 0.7), n_rows)
    labels = (exact.cumsum(axis=1) < r.random((n_rows, 1))).sum(axis=1).clip(max=n_classes - 1)
    probs = exact.round(decimals).astype(np.float32)
    off = abs(probs.sum(axis=1, dtype=np.float64) - 1)
    probs[off > 9e-4] = exact[off > 9e-4]
    found = cal.evaluate(cal.predictions(probs=probs, labels=labels), ["classwise_ece"])
    whole = probs.astype(np.float64) / probs.sum(axis=1, dtype=np.float64, keepdims=True)
    alike = cal.evaluate(cal.predictions(probs=whole, labels=labels), ["classwise_ece"])
    rounded, plain = found["classwise_ece"], alike["classwise_ece"]
    assert rounded.low == pytest.approx(plain.low, abs=0.06 * plain.value)
    assert rounded.high == pytest.approx(plain.high, abs=0.06 * plain.value)


@pytest.mark.parametrize("least", [-1e-9, -1e-5, -0.02])
def test_an_eigenvalue_below_0_is_lifted_and_variances_stay(least):
    vectors, _ = np.linalg.qr(np.random.default_rng(0).normal(size=(6, 6)))
    values = np.array([least, 1.0, 1.0, 1.2, 1.3, 1.5])
    matrix = vectors @ np.diag(values) @ vectors.T
    scale = 1 / np.sqrt(matrix.diagonal())
    correlation = matrix * np.outer(scale, scale)
    root = class_noise._root(correlation)
    np.testing.assert_allclose((root**2).sum(axis=1), 1, atol=1e-12)
    np.testing.assert_allclose(root @ root.T, correlation, atol=200 * abs(least))


def test_what_is_no_matrix_of_correlations_becomes_the_nearest_of_its_kind():
    root = class_noise._root(np.array([[1.0, 2.0], [2.0, 1.0]]))
    np.testing.assert_allclose(root @ root.T, np.ones((2, 2)), atol=1e-5)


def test_rows_that_all_sum_to_more_than_1_have_an_interval():
    probs = np.tile([0.34, 0.34, 0.33], (60, 1))
    labels = np.arange(60) % 3
    rows = cal.predictions(probs=probs, labels=labels, decimals=2)
    found = cal.evaluate(rows, ["classwise_ece"])["classwise_ece"]
    assert found.value == pytest.approx((2 * (0.34 - 1 / 3) + 1 / 3 - 0.33) / 3)
    assert found.low == 0
    assert 0.05 < found.high < 0.15  # about two deviations of a share of 60 rows
