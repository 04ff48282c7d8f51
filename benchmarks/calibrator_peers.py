"""Calibrators of other libraries, each a function: rows of the fit, rows to calibrate, and back.

Every library is imported by itself; what is not installed, or does not import, is named.
"""

import re
import sys
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

import numpy as np
import torch
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.calibration import CalibratedClassifierCV
from sklearn.frozen import FrozenEstimator
from torch.utils.data import DataLoader, TensorDataset

__all__ = ["PEERS", "Peer", "absent"]

Floats = NDArray[np.float64]
Labels = NDArray[np.int64]
Fit = Callable[[Floats, Labels, Floats], Floats]
LEAST = 1e-12  # probabilities of 0 have no logarithm, which some of the peers take


@dataclass(frozen=True, slots=True)
class Peer:
    """A method of another library.

    Attributes
    ----------
    library, method : str
        Names.
    fit : callable
        Probabilities and labels of the fit, and probabilities to calibrate; gives calibrated ones.
    default : bool
        Whether it is what the library recommends first.
    slow : bool
        Whether it takes minutes on 5,000 rows of a hundred classes.
    """

    library: str
    method: str
    fit: Fit
    default: bool = False
    slow: bool = False


class Stated(ClassifierMixin, BaseEstimator):
    """Classifier whose decisions are the log-probabilities that it is given."""

    def fit(self, x: Floats, y: Labels) -> "Stated":
        """Remember the classes alone."""
        self.classes_ = np.arange(x.shape[1])
        self.fitted_ = len(y)
        return self

    def decision_function(self, x: Floats) -> Floats:
        """Log-probabilities."""
        return np.log(np.maximum(x, LEAST))

    def predict(self, x: Floats) -> Labels:
        """Likeliest class."""
        return x.argmax(axis=1)


def _sklearn(method: str) -> Fit:
    def fit(probs: Floats, labels: Labels, others: Floats) -> Floats:
        model = FrozenEstimator(Stated().fit(probs, labels))
        return CalibratedClassifierCV(model, method=method).fit(probs, labels).predict_proba(others)

    return fit


def _netcal(package: str, name: str) -> Fit:
    def fit(probs: Floats, labels: Labels, others: Floats) -> Floats:
        calibrator = getattr(import_module(f"netcal.{package}"), name)()
        calibrator.fit(probs, labels)
        return np.asarray(calibrator.transform(others), dtype=np.float64)

    return fit


def _probmetrics(method: str) -> Fit:
    def fit(probs: Floats, labels: Labels, others: Floats) -> Floats:
        calibrator = import_module("probmetrics.calibrators").get_calibrator(method)
        calibrator.fit(probs, labels)
        return np.asarray(calibrator.predict_proba(others), dtype=np.float64)

    return fit


HOME = "torch_uncertainty.post_processing"


@cache
def _is_whole() -> bool:
    """Whether torch-uncertainty imports; without torchvision empty packages stand in for it."""
    try:
        import_module(HOME)
    except (ImportError, RuntimeError):
        spec = find_spec("torch_uncertainty")
        if spec is None:
            raise ImportError("No module named 'torch_uncertainty'") from None
        for loaded in [one for one in sys.modules if one.split(".")[0] == "torch_uncertainty"]:
            del sys.modules[loaded]
        for package in ("torch_uncertainty", HOME, f"{HOME}.calibration"):
            stub = sys.modules[package] = ModuleType(package)
            inner = package.split(".")[1:]
            stub.__path__ = [
                "/".join((path, *inner)) for path in spec.submodule_search_locations or ()
            ]
        vars(sys.modules[HOME])["PostProcessing"] = import_module(f"{HOME}.abstract").PostProcessing
        return False
    return True


def _scaler(name: str) -> type:
    """Class of torch-uncertainty, by way of its own file alone where the package fails."""
    if _is_whole():
        return getattr(import_module(HOME), name)
    file = re.sub("(?<=[a-z])(?=[A-Z])", "_", name).lower()
    return getattr(import_module(f"{HOME}.calibration.{file}"), name)


def _torch_uncertainty(name: str) -> Fit:
    def fit(probs: Floats, labels: Labels, others: Floats) -> Floats:
        def logits(values: Floats) -> torch.Tensor:
            return torch.from_numpy(np.log(np.maximum(values, LEAST))).float()

        options = {} if name == "TemperatureScaler" else {"num_classes": probs.shape[1]}
        scaler = _scaler(name)(**options)
        rows = TensorDataset(logits(probs), torch.from_numpy(labels))
        scaler.set_model(torch.nn.Identity())
        scaler.fit(DataLoader(rows, batch_size=len(labels)), progress=False)
        with torch.no_grad():
            return scaler(logits(others)).softmax(dim=-1).double().numpy()

    return fit


PEERS: tuple[Peer, ...] = (
    Peer("scikit-learn", "sigmoid", _sklearn("sigmoid"), default=True),
    Peer("scikit-learn", "isotonic", _sklearn("isotonic")),
    Peer("scikit-learn", "temperature", _sklearn("temperature")),
    Peer("netcal", "TemperatureScaling", _netcal("scaling", "TemperatureScaling"), default=True),
    Peer("netcal", "LogisticCalibration", _netcal("scaling", "LogisticCalibration"), slow=True),
    Peer("netcal", "BetaCalibration", _netcal("scaling", "BetaCalibration"), slow=True),
    Peer("netcal", "HistogramBinning", _netcal("binning", "HistogramBinning")),
    Peer("netcal", "IsotonicRegression", _netcal("binning", "IsotonicRegression")),
    Peer("netcal", "BBQ", _netcal("binning", "BBQ"), slow=True),
    Peer("probmetrics", "logistic", _probmetrics("logistic"), default=True),
    Peer("probmetrics", "temp-scaling", _probmetrics("temp-scaling")),
    Peer("probmetrics", "svs", _probmetrics("svs")),
    Peer("probmetrics", "sms", _probmetrics("sms")),
    Peer("probmetrics", "isotonic", _probmetrics("isotonic")),
    Peer("probmetrics", "cir", _probmetrics("cir")),
    Peer("probmetrics", "ivap-ovr", _probmetrics("ivap-ovr")),
    Peer("probmetrics", "dircal", _probmetrics("dircal"), slow=True),
    Peer(
        "torch-uncertainty",
        "TemperatureScaler",
        _torch_uncertainty("TemperatureScaler"),
        default=True,
    ),
    Peer("torch-uncertainty", "VectorScaler", _torch_uncertainty("VectorScaler")),
    Peer("torch-uncertainty", "MatrixScaler", _torch_uncertainty("MatrixScaler")),
    Peer("torch-uncertainty", "DirichletScaler", _torch_uncertainty("DirichletScaler")),
)


def absent() -> dict[str, str]:
    """Libraries that are not there, and why; dirichletcal is one that cannot be installed."""
    found: dict[str, str] = {}
    for library, load in {
        "scikit-learn": lambda: import_module("sklearn"),
        "netcal": lambda: import_module("netcal"),
        "probmetrics": lambda: import_module("probmetrics.calibrators"),
        "torch-uncertainty": lambda: _scaler("TemperatureScaler"),
        "dirichletcal": lambda: import_module("dirichletcal"),
    }.items():
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            try:
                load()
            except ImportError as error:
                found[library] = str(error)
    return found
