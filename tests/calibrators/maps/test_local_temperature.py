"""A temperature for every pixel: found where there is one, and else the one of all pixels."""

import json
import math
import subprocess
import sys

import jaxtyping
import numpy as np
import pytest
import torch
from scipy.ndimage import gaussian_filter, uniform_filter
from sklearn.linear_model import LogisticRegression

import calibrant as cal
from calibrant.calibrators.maps.field import HIDDEN
from calibrant.calibrators.maps.local_temperature import LocalTemperatureScaling
from calibrant.calibrators.named import get, restored
from calibrant.errors import FitError, InputError
from calibrant.metrics.proper.scores import LogLoss


def drawn(kind, seed=0, n=4, side=48, n_classes=3):
    """Smooth maps that are too sure by a field of factors, labels, and the field."""
    rng = np.random.default_rng(seed)
    true = gaussian_filter(rng.normal(size=(n, n_classes, side, side)), (0, 0, 5, 5))
    true *= 4 / true.std()
    labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
    if kind == "borders":
        top = true.argmax(axis=1)[:, None] == np.arange(n_classes)[:, None, None]
        same = (uniform_filter(top.astype(float), (0, 0, 9, 9)) * top).sum(axis=1)
        field = np.where(same < 0.9, 3.0, 1.0)
    elif kind == "images":
        field = np.ones_like(labels) * np.exp(0.5 * rng.normal(size=(n, 1, 1)))
    else:
        field = np.full(labels.shape, 2.0)
    return {"logits": true * field[:, None], "labels": labels}, field


def loss(fitted, columns):
    return LogLoss()(fitted.transform(cal.predictions(**columns))).value


@pytest.mark.parametrize(("kind", "per"), [("borders", "pixel"), ("images", "image")])
def test_a_field_is_recovered_and_most_of_its_loss_made_good(kind, per):
    n, side = (4, 48) if per == "pixel" else (40, 32)
    columns, _ = drawn(kind, n=n, side=side)
    fresh, field = drawn(kind, seed=1, n=n, side=side)
    fitted = LocalTemperatureScaling(per=per).fit(cal.predictions(**columns))
    one = cal.TemperatureScaling().fit(cal.predictions(**columns))
    found = np.asarray(fitted.temperatures(cal.predictions(**fresh)))
    assert np.corrcoef(np.log(found).ravel(), np.log(field).ravel())[0, 1] > 0.85
    true = {**fresh, "logits": fresh["logits"] / field[:, None]}
    best = LogLoss()(cal.predictions(**true)).value
    assert loss(fitted, fresh) - best < 0.4 * (loss(one, fresh) - best)
    if per == "image":
        assert np.ptp(found.reshape(n, -1), axis=1).max() == 0
    else:
        assert np.ptp(found) > 1


@pytest.mark.parametrize("kind", ["borders", "images", "constant"])
def test_on_the_pixels_of_the_fit_it_is_never_worse_than_one_temperature(kind):
    for seed in range(3):
        columns, _ = drawn(kind, seed=seed, n=2, side=20)
        rows = cal.predictions(**columns)
        one = loss(cal.TemperatureScaling().fit(rows), columns)
        for penalty in (None, 0.0, 100.0):
            assert loss(LocalTemperatureScaling(penalty=penalty).fit(rows), columns) <= one + 1e-12


def test_a_constant_field_is_found_to_be_one():
    off = []
    for seed in range(6):
        columns, _ = drawn("constant", seed=seed)
        rows = cal.predictions(**columns)
        fitted = LocalTemperatureScaling().fit(rows)
        off.append(np.abs(np.log(np.asarray(fitted.temperatures(rows)) / 2)).mean())
        if not bool(fitted.weights.any()):
            one = cal.TemperatureScaling().fit(rows)
            assert fitted.level == pytest.approx(one.value)
            np.testing.assert_allclose(
                fitted.transform(rows).probs, one.transform(rows).probs, atol=1e-12
            )
            assert "no more than chance" in fitted.found
    assert max(off) < 0.1
    assert np.mean(off) < 0.05


def test_the_likeliest_class_stays_and_so_do_shape_and_kind():
    columns, _ = drawn("borders", n=2, side=20)
    logits = columns["logits"].astype(np.float32)
    rows = cal.predictions(logits=logits, labels=columns["labels"])
    after = LocalTemperatureScaling().fit(rows).transform(rows)
    assert isinstance(after.probs, np.ndarray)
    assert after.probs.shape == logits.shape
    np.testing.assert_array_equal(after.probs.argmax(axis=1), logits.argmax(axis=1))


def test_strong_penalties_give_the_one_temperature():
    columns, _ = drawn("borders", n=2, side=20)
    rows = cal.predictions(**columns)
    fitted = LocalTemperatureScaling(penalty=1e12).fit(rows)
    one = cal.TemperatureScaling().fit(rows)
    np.testing.assert_allclose(np.asarray(fitted.temperatures(rows)), one.value, rtol=1e-6)


def test_saved_and_loaded_it_transforms_to_the_same_bits(tmp_path):
    columns, _ = drawn("borders", n=2, side=20)
    rows = cal.predictions(**columns)
    fitted = LocalTemperatureScaling(windows=(3, 5)).fit(rows)
    fitted.save(tmp_path / "calibrator")
    fresh = cal.predictions(**drawn("borders", seed=1, n=2, side=20)[0])
    for again in (
        cal.load_calibrator(tmp_path / "calibrator"),
        restored(json.loads(json.dumps(fitted.to_dict()))),
    ):
        np.testing.assert_array_equal(again.transform(fresh).probs, fitted.transform(fresh).probs)
    with pytest.raises(InputError, match="others than the rows that the calibrator was fitted on"):
        cal.evaluate(fitted.transform(rows), ["log_loss"])


def test_as_a_module_it_eats_maps_and_passes_gradients():
    columns, _ = drawn("borders", n=2, side=20)
    rows = cal.predictions(**columns)
    fitted = LocalTemperatureScaling().fit(rows)
    logits = torch.from_numpy(columns["logits"])
    expected = np.asarray(fitted.transform(rows).probs)
    for form, stated in (("logits", logits), ("probs", logits.softmax(dim=1))):
        found = fitted.to_module(form)(stated).softmax(dim=1)
        np.testing.assert_allclose(found, expected, rtol=0, atol=1e-12)
    network = torch.nn.Conv2d(1, 3, 1)
    whole = torch.nn.Sequential(network, fitted.to_module("logits")).half().float()
    out = whole(torch.randn(2, 1, 9, 8, generator=torch.Generator().manual_seed(0)))
    out.square().sum().backward()
    assert out.shape == (2, 3, 9, 8)
    assert out.dtype == torch.float32
    assert bool(network.weight.grad.isfinite().all())
    with pytest.raises(InputError, match=r"scores must have shape \(image, 3, \*axes\)"):
        whole[1](torch.zeros(2, 4, 5, 5))


@pytest.mark.slow
def test_as_a_module_it_compiles_as_one_graph_and_exports():
    code = """
import torch, calibrant as cal
logits = torch.randn(2, 3, 12, 12, generator=torch.Generator().manual_seed(0)).double()
labels = logits.argmax(1).where(torch.arange(144).reshape(12, 12) % 3 > 0, torch.tensor(1))
rows = cal.predictions(logits=logits, labels=labels)
module = cal.calibrators.LocalTemperatureScaling(penalty=1.0).fit(rows).to_module("logits")
whole = torch.nn.Sequential(torch.nn.Conv2d(3, 3, 1).double(), module)
compiled = torch.compile(whole, fullgraph=True, backend="eager")
assert torch.equal(compiled(logits), whole(logits))
exported = torch.export.export(whole, (logits,)).module()
assert torch.allclose(exported(logits), whole(logits), rtol=0, atol=1e-12)
"""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_images_do_not_depend_on_their_neighbours_in_the_batch():
    columns, _ = drawn("borders", n=3, side=20)
    fitted = LocalTemperatureScaling().fit(cal.predictions(**columns))
    together = fitted.transform(cal.predictions(logits=columns["logits"])).probs
    alone = fitted.transform(cal.predictions(logits=columns["logits"][1:2])).probs
    np.testing.assert_array_equal(together[1:2], alone)


def test_ignored_pixels_are_as_if_without_a_label_and_may_hold_anything():
    columns, _ = drawn("borders", n=3, side=20)
    labels = columns["labels"].copy()
    labels[:, :5] = 255
    plain = cal.predictions(logits=columns["logits"], labels=labels, ignore_index=255)
    fitted = LocalTemperatureScaling().fit(plain)
    assert fitted.n == 3 * 15 * 20
    weights = np.where(labels == 255, 0.0, 1.0)
    other = np.where(labels == 255, 0, columns["labels"])
    same = LocalTemperatureScaling().fit(
        cal.predictions(logits=columns["logits"], labels=other, weights=weights)
    )
    torch.testing.assert_close(same.weights, fitted.weights, rtol=0, atol=1e-12)
    holes = columns["logits"].copy()
    holes[:, :, :5] = np.nan
    rows = cal.predictions(logits=holes, labels=labels, ignore_index=255)
    cut = cal.predictions(logits=columns["logits"][:, :, 5:], labels=labels[:, 5:])
    hollow, shorter = LocalTemperatureScaling().fit(rows), LocalTemperatureScaling().fit(cut)
    torch.testing.assert_close(hollow.weights, shorter.weights, rtol=0, atol=1e-9)
    assert hollow.level == pytest.approx(shorter.level)


def test_lines_and_volumes_soft_labels_and_masked_classes_are_taken():
    rng = np.random.default_rng(0)
    for axes in ((200,), (6, 7, 8)):
        true = rng.normal(size=(2, 3, *axes))
        labels = (true + rng.gumbel(size=true.shape)).argmax(axis=1)
        logits = 2 * true
        logits[:, 2, :2] = -np.inf
        labels[:, :2] = np.minimum(labels[:, :2], 1)
        hard = LocalTemperatureScaling().fit(cal.predictions(logits=logits, labels=labels))
        soft = np.moveaxis(np.eye(3)[labels], -1, 1)
        same = LocalTemperatureScaling().fit(cal.predictions(logits=logits, labels=soft))
        torch.testing.assert_close(same.weights, hard.weights, rtol=0, atol=1e-9)
        probs = hard.transform(cal.predictions(logits=logits)).probs
        assert np.isfinite(probs).all()
        assert (probs[:, 2, :2] == 0).all()
    assert math.isfinite(HIDDEN**2)


def test_weights_that_are_all_ten_times_as_great_give_the_same_field():
    columns, _ = drawn("borders", n=4, side=48)
    one, ten = (
        LocalTemperatureScaling().fit(
            cal.predictions(**columns, weights=np.full(columns["labels"].shape, weight))
        )
        for weight in (1.0, 10.0)
    )
    torch.testing.assert_close(one.weights, ten.weights, rtol=1e-6, atol=1e-8)


def test_what_is_no_map_and_what_has_no_fit_is_refused():
    columns, _ = drawn("borders", n=2, side=12)
    rows = cal.predictions(**columns)
    fitted = LocalTemperatureScaling().fit(rows)
    for bad in (rows.take(slice(10)), cal.predictions(logits=np.zeros((4, 3)), labels=[0] * 4)):
        with pytest.raises(InputError, match="predictions must come as maps"):
            LocalTemperatureScaling().fit(bad)
        with pytest.raises(InputError, match="predictions must come as maps"):
            fitted.transform(bad)
    with pytest.raises(InputError, match="have 3 classes"):
        fitted.temperatures(cal.predictions(logits=np.zeros((1, 2, 4, 4))))
    right = cal.predictions(logits=columns["logits"], labels=columns["logits"].argmax(axis=1))
    with pytest.raises(FitError, match="separates the classes"):
        LocalTemperatureScaling().fit(right)
    with pytest.raises(InputError, match=r"use calibrant.calibrators.LocalTemperatureScaling"):
        get("local_temperature")


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"windows": (3, 4)}, "windows must be odd"),
        ({"windows": (9, 3)}, "windows must be odd"),
        ({"windows": ()}, "windows must be odd"),
        ({"per": "row"}, "per must be pixel or image"),
        ({"penalty": -1.0}, "penalty must be finite"),
        ({"penalty": float("nan")}, "penalty must be finite"),
    ],
)
def test_settings_out_of_range_are_refused(settings, message, monkeypatch):
    monkeypatch.setattr(jaxtyping.config, "jaxtyping_disable", True)
    with pytest.raises(InputError, match=message):
        LocalTemperatureScaling(**settings)


def test_a_file_cannot_bring_in_what_no_fit_finds():
    rows = cal.predictions(**drawn("borders", n=1, side=12)[0])
    record = LocalTemperatureScaling(windows=(3,)).fit(rows).to_dict()
    for change in (
        {"level": -1.0},
        {"windows": [3, 9]},
        {"per": "row"},
        {"weights": {"array": [float("nan")] * 3, "dtype": "float64"}},
    ):
        with pytest.raises(InputError):
            restored({**record, **change})


def test_nuclei_are_told_better_than_by_one_temperature(shared_data):
    held = np.load(shared_data / "nuclei_2d.npz")
    image = np.log1p(held["image"].astype(float))
    image = (image - image.mean()) / image.std()
    labels = (held["instances"] > 0).astype(int)
    views = np.stack([image, gaussian_filter(image, 2), gaussian_filter(image, 8)], axis=-1)
    model = LogisticRegression().fit(views[:128].reshape(-1, 3), labels[:128].ravel())
    odds = 2 * model.decision_function(views.reshape(-1, 3)).reshape(labels.shape)
    logits = np.stack((np.zeros_like(odds), odds))[None]
    middle = cal.predictions(logits=logits[:, :, 128:320], labels=labels[None, 128:320])
    lower = {"logits": logits[:, :, 320:], "labels": labels[None, 320:]}
    local = LocalTemperatureScaling().fit(middle)
    one = cal.TemperatureScaling().fit(middle)
    stated = LogLoss()(cal.predictions(**lower)).value
    found = [stated, loss(one, lower), loss(local, lower)]
    np.testing.assert_allclose(found, [0.143, 0.107, 0.096], atol=6e-4)  # as the page says
    assert local.pixels_of_one == pytest.approx(58, abs=1)  # neighbours err together
