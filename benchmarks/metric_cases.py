"""What `metrics_speed.py` measures: metrics of calibrant, and who else has them."""

import importlib
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import torch
from metric_truth import (
    N_BINS,
    Batch,
    auroc,
    brier,
    classwise,
    gap_of,
    log_loss,
    miscalibration,
)
from torch import Tensor

import calibrant as cal

__all__ = ["CASES", "SHAPES", "Case", "Peer", "Run"]

SHAPES = {"1e6 x 10": (1_000_000, 10), "1e5 x 1000": (100_000, 1000), "binary 1e7": (10_000_000, 1)}

Run = Callable[[Batch], float]


@dataclass(frozen=True)
class Peer:
    """A library's way to the same number; the module is imported on first use."""

    name: str
    module: str
    run: Callable[[Any, Batch], float]
    note: str = ""

    def load(self) -> Run:
        """The run with its module; whatever the import raises."""
        module = importlib.import_module(self.module)
        return lambda batch: float(self.run(module, batch))


@dataclass(frozen=True)
class Case:
    """A metric of calibrant, its peers and its closed form in float64."""

    name: str
    ours: dict[str, tuple[str, ...]]  # names of metrics by shape; the first one is compared
    right: Run
    peers: tuple[Peer, ...] = ()
    tolerance: float = 1e-5
    goals: dict[str, float] = field(default_factory=dict[str, float])  # times faster than a peer

    def run(self, shape: str) -> Run:
        """What calibrant does: door, checks, sums and estimate."""
        names = self.ours[shape]

        def measure(batch: Batch) -> float:
            rows = cal.predictions(probs=batch.probs, labels=batch.labels)
            return float(cal.evaluate(rows, list(names))[names[0]])

        return measure


def _columns(batch: Batch) -> Tensor:
    return torch.stack((1 - batch.probs, batch.probs), -1) if batch.probs.ndim == 1 else batch.probs


def _five(peer: Any, batch: Batch) -> float:
    both, y, n = _columns(batch), batch.labels, batch.n_classes
    peer.multiclass_confusion_matrix(both, y, n)
    peer.multiclass_accuracy(both, y, n, average="micro")
    -both.gather(-1, y[:, None]).log().mean()  # it has neither log loss nor Brier: plain torch
    (both - torch.nn.functional.one_hot(y, n)).square().sum(-1).mean()
    return float(peer.multiclass_calibration_error(both, y, n, n_bins=N_BINS))


def _torchmetrics_auroc(peer: Any, batch: Batch) -> float:
    if batch.probs.ndim == 1:
        return float(peer.binary_auroc(batch.probs, batch.labels))
    return float(peer.multiclass_auroc(batch.probs, batch.labels, batch.n_classes))


def _probmetrics(name: str) -> Callable[[Any, Batch], float]:
    def run(peer: Any, batch: Batch) -> float:
        logits = _columns(batch).log()
        metrics = peer.Metrics.from_names([name])
        found = metrics.compute_all_from_labels_logits(batch.labels, logits)
        whole = name == "brier" and batch.probs.ndim == 1  # its sum of both classes, twice ours
        return float(next(iter(found.values()))) / (2 if whole else 1)

    return run


def _decompose(peer: Any, batch: Batch) -> float:
    table = peer.decompose(batch.y, batch.p, scoring_function=peer.SquaredError())
    return float(table["miscalibration"][0])


def _isotonic(peer: Any, batch: Batch) -> float:
    p, y = batch.p.astype(np.float64), batch.y.astype(np.float64)
    fit = peer.IsotonicRegression(out_of_bounds="clip").fit_transform(p, y)
    return float(np.square(p - y).mean() - np.square(fit - y).mean())


def _auroc_sklearn(peer: Any, batch: Batch) -> float:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # float32 rows that sum to 1 within rounding
        return peer.roc_auc_score(batch.y, batch.p.astype(np.float64), multi_class="ovr")


FUNCTIONAL = "torchmetrics.functional.classification"

TORCHMETRICS_ECE = Peer(
    "torchmetrics",
    FUNCTIONAL,
    lambda m, b: m.multiclass_calibration_error(_columns(b), b.labels, b.n_classes, n_bins=N_BINS),
)
EVERY = tuple(SHAPES)
BINARY = ("binary 1e7",)
OVER_CLASSES = ("1e6 x 10", "1e5 x 1000")

CASES = (
    Case(
        "ECE, top label",
        dict.fromkeys(EVERY, ("top_label_ece",)),
        lambda b: gap_of(*b.top),
        (
            TORCHMETRICS_ECE,
            Peer(
                "netcal",
                "netcal.metrics",
                lambda m, b: (
                    m.ECE(N_BINS).measure(*b.top)
                    if b.p.ndim == 1
                    else m.ECE(N_BINS).measure(b.p, b.y)
                ),
            ),
            Peer("probmetrics", "probmetrics.metrics", _probmetrics("ece-15")),
            Peer(
                "uncertainty-calibration",
                "calibration",
                lambda m, b: m.get_ece(
                    np.stack((1 - b.p, b.p), axis=1) if b.p.ndim == 1 else b.p, b.y
                ),
            ),
            Peer(
                "MAPIE",
                "mapie.metrics.calibration",
                lambda m, b: m.expected_calibration_error(
                    b.y, b.p, num_bins=N_BINS, split_strategy="uniform"
                ),
            ),
        ),
        goals={"torchmetrics": 3.0},
    ),
    Case(
        "ECE, class-wise",
        dict.fromkeys(OVER_CLASSES, ("classwise_ece",)),
        classwise,
        (
            Peer(
                "uncertainty-calibration",
                "calibration",
                lambda m, b: m.get_ece(b.p, b.y, mode="marginal"),
            ),
            Peer(
                "MAPIE",
                "mapie.metrics.calibration",
                lambda m, b: m.expected_calibration_error(
                    b.y, b.p, num_bins=N_BINS, split_strategy="uniform", classwise=True
                ),
            ),
        ),
    ),
    Case(
        "Brier",
        dict.fromkeys(OVER_CLASSES, ("brier",)) | dict.fromkeys(BINARY, ("brier_binary",)),
        brier,
        (
            Peer(
                "scikit-learn",
                "sklearn.metrics",
                lambda m, b: m.brier_score_loss(
                    b.y, b.p, labels=np.arange(b.n_classes), scale_by_half=b.p.ndim == 1
                ),
            ),
            Peer("probmetrics", "probmetrics.metrics", _probmetrics("brier")),
            Peer(
                "plain torch",
                "torch",
                lambda _, b: (
                    (b.probs - b.labels).square().mean()
                    if b.probs.ndim == 1
                    else (b.probs - torch.nn.functional.one_hot(b.labels, b.n_classes))
                    .square()
                    .sum(-1)
                    .mean()
                ),
                "no checks, no interval",
            ),
        ),
    ),
    Case(
        "log loss",
        dict.fromkeys(EVERY, ("log_loss",)),
        log_loss,
        (
            Peer(
                "scikit-learn",
                "sklearn.metrics",
                lambda m, b: m.log_loss(b.y, b.p, labels=np.arange(b.n_classes)),
            ),
            Peer("probmetrics", "probmetrics.metrics", _probmetrics("logloss")),
            Peer(
                "plain torch",
                "torch",
                lambda m, b: (
                    m.nn.functional.binary_cross_entropy(b.probs, b.labels.to(b.probs.dtype))
                    if b.probs.ndim == 1
                    else -b.probs.gather(-1, b.labels[:, None]).log().mean()
                ),
                "no checks, no interval",
            ),
        ),
    ),
    Case(
        "smooth ECE",
        {"1e6 x 10": ("top_label_smooth_ece",), "binary 1e7": ("positive_smooth_ece",)},
        lambda b: float(
            importlib.import_module("relplot").smECE(
                *(b.top if b.p.ndim > 1 else (b.p.astype(np.float64), b.y))
            )
        ),
        (
            Peer(
                "relplot",
                "relplot",
                lambda m, b: m.smECE(*(b.top if b.p.ndim > 1 else (b.p.astype(np.float64), b.y))),
            ),
        ),
        tolerance=1e-3,
        goals={"relplot": 10.0},
    ),
    Case(
        "AUROC",
        {
            "1e6 x 10": ("auroc_macro",),
            "1e5 x 1000": ("auroc_macro",),
            "binary 1e7": ("auroc_positive",),
        },
        auroc,
        (
            Peer("torchmetrics", FUNCTIONAL, _torchmetrics_auroc),
            Peer("scikit-learn", "sklearn.metrics", _auroc_sklearn),
        ),
        goals={"torchmetrics": 3.0},
    ),
    Case(
        "isotonic decomposition of Brier",
        dict.fromkeys(BINARY, ("positive_brier_miscalibration",)),
        miscalibration,
        (
            Peer("model-diagnostics", "model_diagnostics.scoring", _decompose),
            Peer("scikit-learn", "sklearn.isotonic", _isotonic),
        ),
        tolerance=1e-6,
    ),
    Case(
        "ECE, Brier, log loss, accuracy, confusion",
        dict.fromkeys(EVERY, ("ece", "brier", "log_loss", "accuracy", "confusion_matrix")),
        lambda b: gap_of(*b.top),
        (Peer("torchmetrics", FUNCTIONAL, _five, "Brier and log loss in plain torch"),),
        goals={"torchmetrics": 3.0},
    ),
)
