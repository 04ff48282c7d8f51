"""Files of predictions that others published: ``calibrant evaluate`` gives what they must."""

import json

import pytest
from click.testing import CliRunner

from calibrant.cli.main import program


@pytest.fixture(scope="session")
def reference(shared_data):
    return json.loads((shared_data / "reference.json").read_text(encoding="utf-8"))


@pytest.fixture(scope="session")
def told(shared_data):
    """Object that the command prints about a file."""

    def read(name, *options):
        arguments = ["evaluate", str(shared_data / name), *options, "--json"]
        result = CliRunner().invoke(program, arguments)
        assert result.exit_code == 0, result.output
        return json.loads(result.stdout)

    return read


def assert_values(estimates, expected):
    for name, value in expected.items():
        assert estimates[name]["value"] == pytest.approx(value, abs=1e-6), name


def test_nine_classes_of_land_cover(told, reference):
    expected = reference["article3"]["standins"]["multiclass"]
    averages = [f"{r}_{a}" for r in ("recall", "precision") for a in ("macro", "micro", "weighted")]
    theirs = {name: expected[name] for name in ("accuracy", *averages)}
    theirs |= {f"f1_{a}": expected[f"f1_score_{a}"] for a in ("macro", "micro", "weighted")}
    theirs |= {
        "brier": expected["brier_as_given"],
        "classwise_ece": expected["classwise_ece15_as_given"],
        "ece": expected["ece15_top_as_given"],
    }
    names = ",".join([*theirs, "log_loss"])
    found = told(
        "standin_multiclass.csv", "--label", "reference", "--metrics", names, "--losses", "ce"
    )
    assert_values(found["metrics"], theirs)
    n_zero = expected["n_zero_true_prob"]
    for infinite in (found["metrics"]["log_loss"], found["losses"]["ce"]):
        assert infinite["value"] is None
        assert infinite["reason"].startswith(f"infinite: {n_zero} of 507 rows")


OVERLAP = (
    "bce",
    "dice",
    "dice(smooth=0)",
    "tversky(fn_weight=.7, fp_weight=.3)",
    "tversky(fn_weight=.3, fp_weight=.7)",
    "focal_tversky(gamma=.75)",
    "focal_tversky(gamma=1.3333333333333333)",
    "focal_tversky(fn_weight=.3, fp_weight=.7, gamma=.75)",
    "dice_bce",
)


def test_slope_failures(told, reference):
    standins = reference["article3"]["standins"]
    expected = standins["binary_metrics"]
    found = told(
        *("standin_binary_data.csv", "--label", "truth", "--prob", "prob_fail"),
        *("--positive", "slopeD", "--decided", "predicted", "--losses", ", ".join(OVERLAP)),
        *("--metrics", "accuracy,brier_binary,positive_ece,positive_ece_10,ece,log_loss"),
    )
    assert found["n"] == standins["binary_counts"]["n"]
    assert found["classes"] == ["not", "slopeD"]
    theirs = {
        "accuracy": expected["accuracy"],
        "brier_binary": expected["brier_binary"],
        "positive_ece": expected["ece15_pos"],
        "positive_ece_10": expected["ece10_pos"],
        "ece": expected["ece15_top"],
        "log_loss": standins["binary_bce_torch"],
    }
    assert_values(found["metrics"], theirs)
    losses = {
        "bce": standins["binary_bce_torch"],
        "dice": standins["dice"]["formula_smooth_both"],
        "dice(smooth=0)": standins["dice"]["no_smooth"],
        "tversky(fn_weight=.7, fp_weight=.3)": standins["tversky_a07FN_b03FP"],
        "tversky(fn_weight=.3, fp_weight=.7)": standins["tversky_swapped"],
        "focal_tversky(gamma=.75)": standins["focal_tversky"]["formula_pow_inv_gamma"],
        "focal_tversky(gamma=1.3333333333333333)": (
            standins["focal_tversky"]["code_weights_fixed_pow_gamma"]
        ),
        "focal_tversky(fn_weight=.3, fp_weight=.7, gamma=.75)": (
            standins["focal_tversky"]["swapped_pow_inv_gamma"]
        ),
        "dice_bce": standins["dice_bce_075"]["formula"],
    }
    assert_values(found["losses"], losses)
    assert list(found["losses"]) == list(losses)


def test_progression_of_diabetes(told, reference):
    options = ("--task", "regression", "--label", "truth", "--predictions", "m1", "m2", "m3")
    found = told("standin_regression_data.csv", *options)["predictors"]
    losses = told("standin_regression_data.csv", *options, "--losses", "mse, mae")["losses"]
    for predictor in ("m1", "m2", "m3"):
        theirs = reference["article3"]["standins"][f"regression_{predictor}"]
        assert_values(found[predictor], theirs)
        assert_values(losses[predictor], {name: theirs[name] for name in ("mse", "mae")})


def test_four_classes_of_yardstick(told, reference):
    expected = reference["hpc_cv"]
    names = "accuracy,brier,ece,ece_10,classwise_ece,f1_macro,log_loss"
    found = told("hpc_cv.csv", "--label", "obs", "--decided", "pred", "--metrics", names)
    theirs = {
        "accuracy": expected["accuracy"],
        "brier": expected["brier_sum"],
        "ece": expected["ece15"],
        "ece_10": expected["ece10"],
        "classwise_ece": expected["classwise_ece15"],
        "f1_macro": expected["f1_macro"],
    }
    assert found["n"] == expected["n"]
    assert found["classes"] == ["VF", "F", "M", "L"]
    assert_values(found["metrics"], theirs)
    assert_values(found["decisions"], {"f1_macro": expected["f1_macro"]})
    assert found["unused_columns"] == ["Resample"]


def test_two_classes_of_yardstick(told, reference):
    expected = reference["two_class_example"]
    found = told("two_class_example.csv", "--label", "truth", "--positive", expected["event"])
    theirs = {
        "accuracy": expected["accuracy"],
        "auroc": expected["roc_auc"],
        "log_loss": expected["nll"],
        "brier_binary": expected["brier_binary"],
        "f1": expected["f1"],
        "positive_ece": expected["ece15_pos"],
        "ece": expected["ece15_top"],
    }
    assert_values(found["metrics"], theirs)


def test_forest_that_is_sure_and_wrong_has_an_infinite_log_loss(told, reference):
    expected = reference["adult_rf_binary"]
    found = told("adult_rf_binary.csv", "--label", "truth", "--prob", "prob")["metrics"]
    assert found["log_loss"]["value"] is None
    n_infinite, n = expected["n_infinite_loss"], expected["n"]
    reason = f"infinite: {n_infinite} of {n} rows give probability 0 to what came out"
    assert (n_infinite, found["log_loss"]["reason"]) == (134, reason)
    theirs = {
        "accuracy": expected["accuracy"],
        "auroc": expected["roc_auc"],
        "brier_binary": expected["brier_binary"],
        "positive_ece": expected["ece15_pos"],
    }
    assert_values(found, theirs)


def test_solubility(told, reference):
    options = ("--task", "regression", "--label", "solubility", "--predictions", "prediction")
    found = told("solubility_test.csv", *options)
    expected = reference["solubility_test"]
    assert found["n"] == expected["n"]
    theirs = {name: expected[name] for name in ("mse", "rmse", "mae", "r2")}
    assert_values(found["predictors"]["prediction"], theirs)


def test_arrays_of_a_published_network(told, reference):
    expected = reference["logits"]["resnet18_cifar_10_probs"]["whole"]
    found = told("resnet18_cifar_10_probs.npz", "--metrics", "accuracy,log_loss,brier,ece")
    theirs = {"accuracy": "accuracy", "log_loss": "nll", "brier": "brier", "ece": "ece15"}
    assert_values(found["metrics"], {ours: expected[name] for ours, name in theirs.items()})
