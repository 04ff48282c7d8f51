"""Losses of soft predictions written out in NumPy, row by row."""

# ruff: noqa: ARG005 -- every function takes all four counts

import numpy as np
import pytest

from calibrant.losses import get


def soft_counts(probs, labels, weights):
    """Soft counts of every class against all others: tp, fp, fn, tn."""
    counts = np.zeros((4, probs.shape[1]))
    for prob, label, weight in zip(probs, labels, weights, strict=True):
        for k, p in enumerate(prob):
            counts[:, k] += weight * (
                np.array([p, 0, 1 - p, 0]) if label == k else np.array([0, p, 0, 1 - p])
            )
    return counts


def dice(smooth):
    return lambda tp, fp, fn, tn: 1 - (2 * tp + smooth) / (2 * tp + fp + fn + smooth)


def tversky(miss, alarm, smooth):
    return lambda tp, fp, fn, tn: 1 - (tp + smooth) / (tp + miss * fn + alarm * fp + smooth)


OF_CLASS = {
    "soft_f1": lambda tp, fp, fn, tn: 1 - 2 * tp / (2 * tp + fp + fn),
    "soft_fbeta(beta=3)": lambda tp, fp, fn, tn: 1 - 10 * tp / (10 * tp + 9 * fn + fp),
    "soft_precision": lambda tp, fp, fn, tn: 1 - tp / (tp + fp),
    "soft_recall": lambda tp, fp, fn, tn: 1 - tp / (tp + fn),
    "double_soft_f1": lambda tp, fp, fn, tn: (
        1 - (tp / (2 * tp + fp + fn) + tn / (2 * tn + fp + fn))
    ),
    "soft_profit(tp_gain=5, fp_gain=-2, fn_gain=-1, tn_gain=0.5)": lambda tp, fp, fn, tn: (
        ((5 * (tp + fn) + 0.5 * (tn + fp)) - (5 * tp - 2 * fp - 1 * fn + 0.5 * tn))
        / (tp + fp + fn + tn)
    ),
    "dice(smooth=3)": dice(3),
    "log_cosh_dice(smooth=3)": lambda *counts: np.log(np.cosh(dice(3)(*counts))),
    "jaccard(smooth=2)": lambda tp, fp, fn, tn: 1 - (tp + 2) / (tp + fp + fn + 2),
    "tversky(fn_weight=.8, fp_weight=.3, smooth=2)": tversky(0.8, 0.3, 2),
    "focal_tversky(fn_weight=.8, fp_weight=.3, gamma=2, smooth=2)": lambda *counts: (
        tversky(0.8, 0.3, 2)(*counts) ** 0.5
    ),
}


@pytest.fixture
def data(rows):
    """Logits, labels, weights; and the same in NumPy, with probabilities."""
    logits, labels = rows(20, 3)
    weights = rows(20, 1, seed=2)[0][:, 0].exp()
    exps = np.exp(logits.numpy())
    probs = exps / exps.sum(axis=1, keepdims=True)
    return (logits, labels, weights), (probs, labels.numpy(), weights.numpy())


@pytest.mark.parametrize("spec", OF_CLASS)
def test_mean_over_classes_of_a_function_of_their_counts(spec, data):
    given, arrays = data
    expected = OF_CLASS[spec](*soft_counts(*arrays)).mean()
    assert float(get(spec)(*given)) == pytest.approx(expected, abs=1e-13)


AVERAGED = [spec for spec in OF_CLASS if not spec.startswith(("double_soft_f1", "soft_profit"))]


@pytest.mark.parametrize("spec", AVERAGED)
def test_micro_is_the_function_of_the_counts_together(spec, data):
    given, arrays = data
    loss = get(spec)
    loss.average = "micro"
    expected = OF_CLASS[spec](*soft_counts(*arrays).sum(axis=1))
    assert float(loss(*given)) == pytest.approx(expected, abs=1e-13)


def test_squared_dice_has_squares_below(data):
    given, (probs, labels, weights) = data
    truth = np.eye(3)[labels]
    both = (weights[:, None] * probs * truth).sum(axis=0)
    squares = (weights[:, None] * (probs**2 + truth**2)).sum(axis=0)
    expected = (1 - (2 * both + 3) / (squares + 3)).mean()
    assert float(get("squared_dice(smooth=3)")(*given)) == pytest.approx(expected, abs=1e-13)


@pytest.mark.parametrize("power", [0.5, 1, 2])
def test_generalized_dice_weighs_classes_by_their_size(power, data):
    given, arrays = data
    tp, fp, fn, _ = soft_counts(*arrays)
    weight = 1 / (tp + fn) ** power
    expected = 1 - 2 * (weight * tp).sum() / (weight * (2 * tp + fp + fn)).sum()
    loss = get(f"generalized_dice(power={power})")
    assert float(loss(*given)) == pytest.approx(expected, abs=1e-13)


def test_generalized_dice_weighs_an_absent_class_like_the_rarest(data):
    (logits, labels, weights), (probs, _, _) = data
    labels = labels.clamp(max=1)
    tp, fp, fn, _ = soft_counts(probs, labels.numpy(), weights.numpy())
    size = tp + fn
    weight = 1 / np.where(size > 0, size, size[size > 0].min()) ** 2
    expected = 1 - 2 * (weight * tp).sum() / (weight * (2 * tp + fp + fn)).sum()
    actual = get("generalized_dice")(logits, labels, weights)
    assert float(actual) == pytest.approx(expected, abs=1e-13)


def test_means_of_recalls_are_arithmetic_and_geometric(data):
    given, arrays = data
    tp, _, fn, _ = soft_counts(*arrays)
    recalls = tp / (tp + fn)
    balanced, geometric = get("soft_balanced_accuracy")(*given), get("soft_g_mean")(*given)
    assert float(balanced) == pytest.approx(1 - recalls.mean(), abs=1e-13)
    assert float(geometric) == pytest.approx(1 - np.prod(recalls) ** (1 / 3), abs=1e-13)


def test_mcc_is_one_minus_the_correlation_of_statement_and_truth(data):
    given, (probs, labels, weights) = data
    truth = np.eye(3)[labels]
    total = weights.sum()

    def covariance(x, y):
        mean_x, mean_y = (weights @ x) / total, (weights @ y) / total
        return sum(
            (weights * (x[:, k] - mean_x[k]) * (y[:, k] - mean_y[k])).sum() for k in (0, 1, 2)
        )

    # rows in which one class is drawn from the statement, so that its square is itself
    spread = sum(p * (1 - p) for p in (weights @ probs) / total) * total
    expected = 1 - covariance(probs, truth) / np.sqrt(spread * covariance(truth, truth))
    assert float(get("soft_mcc")(*given)) == pytest.approx(expected, abs=1e-13)


def test_sigmoid_f1_has_a_steeper_sigmoid_of_log_odds(data):
    (logits, labels, weights), (probs, _, _) = data
    steep = 1 / (1 + np.exp(-2 * (np.log(probs / (1 - probs)) + 0.5)))
    tp, fp, fn, _ = soft_counts(steep, labels.numpy(), weights.numpy())
    expected = (1 - 2 * tp / (2 * tp + fp + fn)).mean()
    actual = get("sigmoid_f1(slope=2, offset=0.5)")(logits, labels, weights)
    assert float(actual) == pytest.approx(expected, abs=1e-13)
