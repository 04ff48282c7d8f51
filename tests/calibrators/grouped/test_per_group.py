"""A map for each group, as far as its rows speak; else that of all rows."""

import json
import math

import numpy as np
import pytest
import torch
from scipy.optimize import minimize
from scipy.special import logsumexp

import calibrant as cal
from calibrant.calibrators.grouped.per_group import PerGroup
from calibrant.calibrators.grouped.residual import Pull, fitted_residual
from calibrant.calibrators.identity import Unchanged
from calibrant.calibrators.named import get, restored
from calibrant.errors import InputError
from calibrant.metrics.proper.scores import LogLoss


def drawn(sizes, factors, shifts, seed=0, n_classes=3):
    """Groups whose logits are too sure by factors, and shifted in class 0."""
    rng = np.random.default_rng(seed)
    logits, labels, groups = [], [], []
    for k, (n, factor, shift) in enumerate(zip(sizes, factors, shifts, strict=True)):
        true = rng.normal(scale=2, size=(n, n_classes))
        labels.append((true + rng.gumbel(size=true.shape)).argmax(axis=1))
        logits.append(factor * (true + shift * (np.arange(n_classes) == 0)))
        groups += [f"g{k}"] * n
    return {
        "logits": np.concatenate(logits),
        "labels": np.concatenate(labels),
        "groups": np.array(groups),
    }


SIZES, FACTORS, SHIFTS = [800] * 4, [0.6, 1.0, 2.0, 3.0], [1.0, 0.0, -1.0, 0.5]


def loss(fitted, columns):
    return LogLoss()(fitted.transform(cal.predictions(**columns))).value


def test_groups_that_differ_are_mended_each_on_its_own():
    fitted = PerGroup().fit(cal.predictions(**drawn(SIZES, FACTORS, SHIFTS)))
    fresh = drawn(SIZES, FACTORS, SHIFTS, seed=1)
    pooled = loss(fitted.pooled, fresh)
    sharpness_alone = PerGroup(offsets=False).fit(cal.predictions(**drawn(SIZES, FACTORS, SHIFTS)))
    assert loss(fitted, fresh) < loss(sharpness_alone, fresh) < pooled - 0.02
    true = {**fresh, "logits": fresh["logits"] / np.repeat(FACTORS, SIZES)[:, None]}
    true["logits"] = true["logits"] - np.repeat(SHIFTS, SIZES)[:, None] * [1, 0, 0]
    assert loss(fitted, fresh) < loss(Unchanged().fit(cal.predictions(**true)), true) + 0.01


def test_groups_that_do_not_differ_mostly_keep_the_map_of_all_rows():
    lost = []
    for seed in range(8):
        rows = cal.predictions(**drawn([60] * 8, [2.0] * 8, [0.0] * 8, seed=seed))
        fitted = PerGroup().fit(rows)
        fresh = drawn([200] * 8, [2.0] * 8, [0.0] * 8, seed=100 + seed)
        lost.append(loss(fitted, fresh) - loss(fitted.pooled, fresh))
    assert np.mean(lost) < 0.01


def test_a_small_group_stays_near_the_others_and_a_large_one_does_not():
    columns = drawn([2000, 2000, 2000, 12], [1.0, 2.0, 4.0, 4.0], [0.0] * 4)
    fitted = PerGroup(offsets=False).fit(cal.predictions(**columns))
    own = fitted.sharpness.log().abs()
    assert own[3] < own[2]
    assert "1 groups of fewer than 30 rows stay near the map of all rows" in fitted.found


def test_a_residual_is_the_penalised_optimum():
    rows = cal.predictions(**{k: v for k, v in drawn([80], [2.0], [0.7]).items() if k != "groups"})
    scores = rows.declared.log_probs

    def objective(at):
        logits = at[0] * scores.numpy() + at[1:]
        losses = logsumexp(logits, axis=1) - logits[np.arange(80), rows.hard.numpy()]
        return losses.sum() + 5 * (at[0] - 1 - np.log(at[0])) + 3 * (at[1:] ** 2).sum() / 2

    bounds = [(1e-3, None)] + [(None, None)] * 3
    expected = minimize(objective, [1.0, 0, 0, 0], bounds=bounds, tol=1e-14).x
    found = fitted_residual(scores, rows, Pull(5.0, 3.0)).numpy()
    assert objective(found) <= objective(expected) + 1e-9
    np.testing.assert_allclose(found, expected, atol=1e-4)
    assert fitted_residual(scores, rows, Pull(math.inf, math.inf)).tolist() == [1, 0, 0, 0]


def test_weights_equal_repetition_and_order_does_not_matter():
    columns = drawn([90, 60, 120], [0.7, 1.5, 2.5], [0.5, 0.0, -0.5])
    times = np.arange(270) % 3
    weighted = PerGroup().fit(cal.predictions(**columns, weights=times))
    index = np.repeat(np.arange(270), times)[::-1]
    repeated = PerGroup().fit(cal.predictions(**{k: v[index] for k, v in columns.items()}))
    torch.testing.assert_close(weighted.sharpness, repeated.sharpness, rtol=1e-8, atol=1e-8)
    torch.testing.assert_close(weighted.offsets, repeated.offsets, rtol=1e-8, atol=1e-8)


def test_soft_labels_of_one_class_are_hard_ones_and_one_column_is_two():
    columns = drawn([90, 60], [0.7, 2.5], [0.5, -0.5], n_classes=2)
    hard = PerGroup().fit(cal.predictions(**columns))
    soft = PerGroup().fit(cal.predictions(**{**columns, "labels": np.eye(2)[columns["labels"]]}))
    torch.testing.assert_close(hard.offsets, soft.offsets)
    odds = columns["logits"][:, 1] - columns["logits"][:, 0]
    one = cal.predictions(**{**columns, "logits": odds})
    fitted = PerGroup().fit(one)
    torch.testing.assert_close(hard.sharpness, fitted.sharpness)
    assert fitted.transform(one).is_positive
    np.testing.assert_allclose(
        fitted.transform(one).probs, hard.transform(cal.predictions(**columns)).probs[:, 1]
    )


def test_groups_unseen_have_the_map_of_all_rows():
    fitted = PerGroup().fit(cal.predictions(**drawn(SIZES, FACTORS, SHIFTS)))
    fresh = cal.predictions(logits=[[1.0, 0.0, 2.0]] * 2, groups=["new", "g0"])
    found = fitted.transform(fresh).probs
    np.testing.assert_allclose(found[0], fitted.pooled.transform(fresh).probs[0], atol=1e-12)
    assert abs(np.subtract(found[1], found[0])).max() > 0.01


@pytest.mark.parametrize("labels", [[0, 1, 0, 1], [1, 1, 1, 1]])
def test_separable_groups_and_single_rows_have_finite_maps(labels):
    logits = np.array([[3.0, -3.0], [-3.0, 3.0], [3.0, -3.0], [-3.0, 3.0]])
    rows = cal.predictions(logits=logits, labels=labels, groups=["a", "a", "b", "c"])
    fitted = PerGroup().fit(rows)
    probs = fitted.transform(rows).probs
    assert np.isfinite(probs).all()
    assert (fitted.sharpness > 0).all()


def test_a_file_brings_back_the_same_bits_and_no_other():
    rows = cal.predictions(**drawn(SIZES, FACTORS, SHIFTS))
    fitted = PerGroup().fit(rows)
    record = json.loads(json.dumps(fitted.to_dict()))
    again = restored(record)
    np.testing.assert_array_equal(again.transform(rows).probs, fitted.transform(rows).probs)
    record["sharpness"]["array"][0] = -1.0
    with pytest.raises(InputError, match="sharpness must be finite and above 0"):
        restored(record)


def test_rows_without_groups_are_refused():
    bare = cal.predictions(logits=[[1.0, 0.0]] * 4, labels=[0, 1, 0, 1])
    with pytest.raises(InputError, match="groups must be given to calibrate by group"):
        PerGroup().fit(bare)
    fitted = PerGroup().fit(cal.predictions(**drawn(SIZES, FACTORS, SHIFTS)))
    with pytest.raises(InputError, match="groups must be given"):
        fitted.transform(cal.predictions(logits=[[1.0, 0.0, 0.0]]))
    with pytest.raises(InputError, match=r"calibrator must need labelled rows and no more"):
        get("per_group")
