"""Laws of every registered calibrator."""

import importlib.resources
import json
import subprocess
import sys

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant import calibrators
from calibrant.calibrators.base import Calibrator
from calibrant.calibrators.named import get, restored
from calibrant.calibrators.registry import CALIBRATORS, available
from calibrant.errors import InputError
from calibrant.metrics.binned.calibration import ExpectedCalibrationError
from calibrant.metrics.proper.scores import LogLoss

ECE = ExpectedCalibrationError()
every_calibrator = pytest.mark.parametrize("name", CALIBRATORS)


def drawn(n, seed):
    generator = torch.Generator().manual_seed(seed)
    true = 2 * torch.randn(n, 3, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    return cal.predictions(logits=2.5 * true, labels=labels)


@pytest.mark.parametrize("name", [name for name in CALIBRATORS if name != "identity"])
def test_fitted_on_some_rows_it_makes_others_truer(name):
    calibrator = get(name)
    assert isinstance(calibrator, Calibrator)
    test = drawn(5000, seed=1)
    after = calibrator.fit(drawn(5000, seed=0)).transform(test)
    assert LogLoss()(after).value < LogLoss()(test).value - 0.1
    assert ECE(after).value < 0.5 * ECE(test).value


@every_calibrator
def test_probabilities_stay_probabilities(name):
    after = get(name).fit(drawn(1000, seed=0)).transform(drawn(1000, seed=1))
    assert float(after.probs.min()) >= 0
    np.testing.assert_allclose(after.probs.sum(-1), 1, atol=1e-12)


@every_calibrator
def test_fit_is_plain_data_that_names_its_method(name):
    plain = get(name).fit(drawn(200, seed=0)).to_dict()
    assert plain["method"] == name
    assert available()[name]


@every_calibrator
def test_what_a_fit_describes_comes_back_and_transforms_to_the_same_bits(name):
    fitted = get(name).fit(drawn(200, seed=0))
    again = restored(json.loads(json.dumps(fitted.to_dict())))
    test = drawn(100, seed=1)
    np.testing.assert_array_equal(again.transform(test).probs, fitted.transform(test).probs)


@pytest.mark.parametrize("record", [{}, {"method": "magic"}, {"method": "temperature"}])
def test_a_record_of_nothing_known_is_refused(record):
    with pytest.raises(InputError):
        restored(record)


def test_unknown_name_is_refused_with_what_is_near():
    with pytest.raises(InputError, match=r"calibrator must be a known name.*Did you mean temp"):
        get("temprature")


def test_stub_names_what_the_package_has():
    stub = importlib.resources.files(calibrators).joinpath("__init__.pyi").read_text()
    lines = [line.split(" as ")[1].rstrip(",") for line in stub.splitlines() if " as " in line]
    assert sorted(lines) == sorted(calibrators.__all__)


def test_listing_loads_no_torch():
    code = (
        "import sys, calibrant.calibrators as c; c.available(); assert 'torch' not in sys.modules"
    )
    subprocess.run([sys.executable, "-c", code], check=True)
