"""Outputs of published networks: what other code computed in float64, before and after."""

import json

import numpy as np
import pytest

import calibrant as cal

SIX = [
    *("lenet_5_cifar_10_probs", "densenet_bc_100_cifar_100_probs", "vgg16_cifar_10_probs"),
    *("densenet121_cifar_10_probs", "resnet18_cifar_10_probs", "vgg19_bn_cifar_10_probs"),
]
TOP_LABELS = [
    *("imagenet_resnet101_top1", "imagenet_senet154_top1", "resnet110_cifar_10_top1"),
    *("resnet110_cifar_100_top1", "snacks_top1"),
]
NAMES = {  # ours and those of the reference
    "accuracy": "accuracy",
    "log_loss": "nll",
    "brier": "brier",
    "ece": "ece15",
    "ece_10": "ece10",
    "mce": "mce15",
    "classwise_ece": "classwise_ece15",
}


@pytest.fixture(scope="session")
def reference(shared_data):
    return json.loads((shared_data / "reference.json").read_text(encoding="utf-8"))


def load(folder, name):
    """Log-probabilities in float64, which are logits up to a constant, and labels."""
    if name.startswith("densenet_bc"):
        halves = [np.load(folder / f"{name}_{part}.npz") for part in ("even", "odd")]
        probs, labels = (
            np.stack([half[key] for half in halves], 1).reshape(-1, *halves[0][key].shape[1:])
            for key in ("probs", "labels")
        )
    else:
        stored = np.load(folder / f"{name}.npz")
        probs, labels = stored["probs"], stored["labels"]
    return np.log(probs.astype(np.float64)), labels


def assert_agrees(rows, expected):
    evaluation = cal.evaluate(rows, list(NAMES))
    for ours, theirs in NAMES.items():
        assert evaluation[ours].value == pytest.approx(expected[theirs], abs=1e-9), ours
        assert evaluation[ours].n == expected["n"]


@pytest.mark.parametrize("name", SIX)
def test_network_agrees_before_and_after_temperature_scaling(name, shared_data, reference):
    expected = reference["logits"][name]
    logits, labels = load(shared_data, name)
    assert_agrees(cal.predictions(logits=logits, labels=labels), expected["whole"])
    even, odd = (cal.predictions(logits=logits[k::2], labels=labels[k::2]) for k in range(2))
    fitted = cal.TemperatureScaling().fit(even)
    assert fitted.value == pytest.approx(expected["T_fit"], rel=1e-9)
    assert_agrees(odd, expected["test_before"])
    assert_agrees(fitted.transform(odd), expected["test_after"])
    after = cal.evaluate(fitted.transform(even), ["log_loss"], allow_fit_rows=True)
    assert after["log_loss"].value == pytest.approx(expected["nll_fit_at_T"], abs=1e-12)


def test_temperatures_by_predicted_class_are_better_than_one_and_worse_than_vectors(shared_data):
    gains = []
    for name in SIX:
        logits, labels = load(shared_data, name)
        even, odd = (cal.predictions(logits=logits[k::2], labels=labels[k::2]) for k in range(2))
        one, each, vector = (
            cal.evaluate(method.fit(even).transform(odd), ["log_loss"])["log_loss"].value
            for method in (
                cal.TemperatureScaling(),
                cal.calibrators.PerClass(),
                cal.calibrators.StructuredVectorScaling(),
            )
        )
        gains.append((one - each, each - vector))
    gain, loss = np.transpose(gains)
    ends = [gain.min(), gain.max(), loss.min(), loss.max()]
    np.testing.assert_allclose(
        ends, [0.0008, 0.0036, 0.0006, 0.0045], atol=6e-5
    )  # as its page says


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "peer"),
    [
        ("lenet_5_cifar_10_probs", 1.287790),
        ("vgg16_cifar_10_probs", 0.183524),
        ("vgg19_bn_cifar_10_probs", 0.250708),
    ],
)
def test_automatic_choice_is_no_worse_than_the_best_default_of_other_libraries(
    name, peer, shared_data
):
    """Log losses of probmetrics 1.3.0 by default are those of `docs/calibrators/networks.md`."""
    logits, labels = load(shared_data, name)
    even, odd = (cal.predictions(logits=logits[k::2], labels=labels[k::2]) for k in range(2))
    after = cal.AutoCalibration().fit(even).transform(odd)
    assert cal.evaluate(after, ["log_loss"])["log_loss"].value <= peer


@pytest.mark.parametrize("name", SIX[:1])
def test_network_declared_as_float32_probabilities_is_as_good(name, shared_data, reference):
    expected = reference["logits"][name]
    logits, labels = load(shared_data, name)
    probs = np.exp(logits).astype(np.float32)
    even = cal.predictions(probs=probs[::2], labels=labels[::2])
    odd = cal.predictions(probs=probs[1::2], labels=labels[1::2])
    fitted = cal.TemperatureScaling().fit(even)
    assert fitted.value == pytest.approx(expected["T_fit"], rel=1e-5)
    for rows, key in ((odd, "test_before"), (fitted.transform(odd), "test_after")):
        evaluation = cal.evaluate(rows, ["log_loss", "brier", "ece", "mce"])
        for ours, estimate in evaluation.items():
            assert estimate.value == pytest.approx(expected[key][NAMES[ours]], abs=1e-6), ours


def top_label(folder, name):
    stored = np.load(folder / f"{name}.npz")
    return cal.events(
        probs=stored["confidence"].astype(np.float64), outcomes=stored["true"] == stored["pred"]
    )


@pytest.mark.parametrize("name", TOP_LABELS)
def test_confidence_and_hits_of_a_network_agree(name, shared_data, reference):
    expected = reference["logits"][name]
    rows = top_label(shared_data, name)
    evaluation = cal.evaluate(rows, ["accuracy", "ece", "ece_10", "mce", "brier_binary"])
    for ours, theirs in {**NAMES, "brier_binary": "top1_brier"}.items():
        if ours in evaluation:
            assert evaluation[ours].value == pytest.approx(expected[theirs], abs=1e-9), ours
    table = cal.reliability_table(rows)
    mean = sum(n * p for n, p in zip(table.n, table.stated, strict=True) if n) / sum(table.n)
    assert mean == pytest.approx(expected["mean_conf"], abs=1e-9)


@pytest.mark.parametrize("name", ["resnet110_cifar_10", "resnet110_cifar_100"])
def test_calibration_errors_are_those_that_were_published(name, shared_data, reference):
    published = reference["published_cross_check"]  # computed in float32
    evaluation = cal.evaluate(top_label(shared_data, f"{name}_top1"), ["ece", "mce"])
    assert evaluation["ece"].value == pytest.approx(published["ece"][name], abs=2e-8)
    assert evaluation["mce"].value == pytest.approx(published["mce"][name], abs=1e-6)
