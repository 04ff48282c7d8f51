"""Overlap image by image against scikit-learn on each image, and Student's interval over images."""

import json
import math

import numpy as np
import pytest
import torch
from scipy import stats
from sklearn.metrics import f1_score, jaccard_score

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.overlap.per_image import DicePerImage, IoUPerImage

PEERS = {DicePerImage: f1_score, IoUPerImage: jaccard_score}
every_index = pytest.mark.parametrize("index", PEERS, ids=lambda index: index.__name__)


def drawn(*axes, n_images=7, n_classes=3):
    rng = np.random.default_rng(len(axes))
    truth = rng.integers(n_classes, size=(n_images, *axes))
    other = rng.integers(n_classes, size=truth.shape)
    return np.where(rng.random(truth.shape) < 0.6, truth, other), truth, rng.random(truth.shape)


@every_index
@pytest.mark.parametrize("axes", [(9,), (5, 6), (3, 4, 5)])
@pytest.mark.parametrize("average", ["macro", "micro"])
def test_is_the_mean_of_the_index_of_each_image(index, axes, average):
    guess, truth, _ = drawn(*axes)
    estimate = index(average, "zero")(cal.decisions(predicted=guess, labels=truth, n_classes=3))
    each = [
        PEERS[index](t.ravel(), g.ravel(), labels=range(3), average=average, zero_division=0)
        for g, t in zip(guess, truth, strict=True)
    ]
    assert estimate.value == pytest.approx(np.mean(each), abs=1e-12)
    low, high = stats.t.interval(0.95, len(each) - 1, np.mean(each), stats.sem(each))
    assert (estimate.low, estimate.high) == pytest.approx((low, min(1, high)), abs=1e-9)
    assert estimate.n == len(each)


@every_index
def test_weights_of_pixels_weigh_within_the_image(index):
    guess, truth, weights = drawn(4, 5)
    weights /= weights.mean(axis=(1, 2), keepdims=True)  # every image weighs the same
    rows = cal.decisions(predicted=guess, labels=truth, n_classes=3, weights=weights)
    each = [
        PEERS[index](t.ravel(), g.ravel(), average=None, sample_weight=w.ravel())
        for g, t, w in zip(guess, truth, weights, strict=True)
    ]
    assert index("per_class")(rows).value == pytest.approx(np.mean(each, axis=0), abs=1e-12)
    foreground = np.mean(each, axis=0)[1:].mean()
    assert index("foreground")(rows).value == pytest.approx(foreground, abs=1e-12)


@every_index
def test_weight_of_an_image_is_its_repetition(index):
    guess, truth, _ = drawn(4, 5)
    times = np.arange(7) % 3
    weights = np.broadcast_to(times[:, None, None], truth.shape)
    weighted = index()(cal.decisions(predicted=guess, labels=truth, weights=weights, n_classes=3))
    again = [masks.repeat(times, axis=0) for masks in (guess, truth)]
    repeated = index()(cal.decisions(predicted=again[0], labels=again[1], n_classes=3))
    assert weighted.value == pytest.approx(repeated.value, abs=1e-12)


@every_index
def test_scores_and_masks_give_the_same_and_ignored_pixels_may_hold_anything(index):
    guess, truth, _ = drawn(4, 5)
    truth[0] = 255  # a whole image
    truth[1, :2] = 255
    scores = np.moveaxis(np.eye(3)[guess], -1, 1).copy()
    scores[0] = math.nan
    stated = cal.predictions(probs=scores, labels=truth, ignore_index=255)
    chosen = cal.decisions(predicted=guess, labels=truth, ignore_index=255, n_classes=3)
    assert index()(stated) == index()(chosen)
    assert index()(stated).n == 6


def test_soft_labels_that_are_one_hot_equal_masks():
    guess, truth, _ = drawn(4, 5)
    scores, soft = (np.moveaxis(np.eye(3)[masks], -1, 1) for masks in (guess, truth))
    both = [DicePerImage()(cal.predictions(probs=scores, labels=y)) for y in (soft, truth)]
    assert both[0].value == pytest.approx(both[1].value, abs=1e-12)


@pytest.mark.parametrize(
    ("empty", "value", "n"), [("one", 0.5, 3), ("zero", 1 / 6, 3), ("skip", 0.25, 2)]
)
def test_image_without_a_mask_counts_as_told(empty, value, n):
    masks = cal.decisions(predicted=[[1, 0], [0, 0], [1, 1]], labels=[[0, 0], [0, 0], [1, 0]])
    # IoU of class 1: false alarm 0, empty, 1/2
    estimate = IoUPerImage("positive", empty)(masks)
    assert (estimate.value, estimate.n) == (pytest.approx(value), n)


def test_no_image_left_is_undefined():
    masks = cal.decisions(predicted=[[0, 0]], labels=[[0, 0]], n_classes=2)
    estimate = DicePerImage("positive", "skip")(masks)
    assert math.isnan(estimate.value)
    assert estimate.note == "undefined: no image tells it"
    assert estimate.method == "not available: no image tells it"


@pytest.mark.parametrize(
    ("masks", "why"),
    [
        ([[1, 0]], "one image tells nothing of the spread"),
        ([[1, 0], [1, 0]], "all images have the same index, which tells nothing of the spread"),
    ],
)
def test_says_why_there_is_no_interval(masks, why):
    rows = cal.decisions(predicted=masks, labels=masks)
    assert DicePerImage()(rows).method == f"not available: {why}"


def test_tallies_of_whole_images_add_and_are_saved(tmp_path):
    guess, truth, _ = drawn(4, 5)
    names = ["dice_per_image_macro", "iou_per_image_per_class"]
    whole = cal.tally(cal.decisions(predicted=guess, labels=truth, n_classes=3), names)
    parts = [
        cal.tally(cal.decisions(predicted=guess[s], labels=truth[s], n_classes=3), names)
        for s in (slice(0, 2), slice(2, 7))
    ]
    cal.evaluate(sum(parts), names)
    sum(parts).save(tmp_path / "tallies")
    merged = cal.evaluate(cal.load_tallies(tmp_path / "tallies"), names)
    for name, estimate in cal.evaluate(whole, names).items():
        assert merged[name].value == pytest.approx(estimate.value, abs=1e-12)


@pytest.mark.parametrize("name", ["dice_per_image", "iou_per_image_macro"])
def test_rows_that_are_no_images_are_refused(name):
    rows = cal.decisions(predicted=[0, 1], labels=[0, 1])
    with pytest.raises(InputError, match="rows must come as images, with axes beyond the first"):
        cal.evaluate(rows, [name])


def test_positive_class_needs_two_classes():
    guess, truth, _ = drawn(4)
    with pytest.raises(InputError, match="classes must be two for the positive class; got 3"):
        DicePerImage("positive")(cal.decisions(predicted=guess, labels=truth, n_classes=3))


def test_half_precision_scores_of_a_large_image_are_counted_exactly():
    scores = torch.zeros(1, 2, 512, 512, dtype=torch.float16)
    scores[:, 1] = 1
    labels = torch.ones(1, 512, 512, dtype=torch.long)
    labels[0, 0, 0] = 0
    value = DicePerImage("positive")(cal.predictions(probs=scores, labels=labels)).value
    hits = 512 * 512 - 1
    assert value == 2 * hits / (2 * hits + 1)


def test_nuclei_have_the_published_overlap(shared_data):
    reference = json.loads((shared_data / "reference.json").read_text())["nuclei_2d_otsu"]
    arrays = np.load(shared_data / "nuclei_2d.npz")
    image = arrays["image"].astype(np.float64)
    image = (image - image.min()) / (image.max() - image.min())
    guess = image > reference["otsu_threshold_on_minmax_image"]
    rows = cal.decisions(
        predicted=guess[None].astype(int), labels=(arrays["instances"] > 0)[None].astype(int)
    )
    values = cal.evaluate(rows, ["dice", "iou", "dice_per_image", "iou_per_image"])
    for name in values:
        key = name.removesuffix("_per_image")
        assert values[name].value == pytest.approx(reference[key], abs=1e-12), name
