"""The same predictions through five libraries: their pictures, and the numbers that they give.

``make side-by-side`` runs it in the environment of the peers. It writes the pictures of
``docs/concepts/side-by-side.md`` into ``docs/images``, and prints the numbers of that page. The
same versions give the same pictures.
"""

import warnings
from collections.abc import Callable
from importlib.metadata import version
from io import BytesIO
from pathlib import Path

import matplotlib as mpl
import numpy as np
import relplot
import torch
from jaxtyping import Float64, Int64
from matplotlib.figure import Figure
from netcal.metrics import ECE
from netcal.presentation import ReliabilityDiagram
from numpy import ndarray
from PIL import Image
from sklearn.calibration import CalibrationDisplay
from sklearn.datasets import load_breast_cancer
from sklearn.ensemble import RandomForestClassifier
from sklearn.model_selection import train_test_split
from torchmetrics.classification import BinaryCalibrationError

import calibrant as cal

mpl.use("Agg")

IMAGES = Path(__file__).parents[1] / "docs" / "images"
N_TREES = 20
WIDTH = 840  # pixels of a PNG
COLORS = 64  # of a PNG

Probs = Float64[ndarray, " row"]
Labels = Int64[ndarray, " row"]


def forest() -> tuple[Probs, Labels]:
    """Probability of a benign tumour by a forest of 20 trees for the half held out; what it was."""
    features, benign = load_breast_cancer(return_X_y=True)
    train, test, train_labels, labels = train_test_split(
        features, benign, test_size=0.5, random_state=0, stratify=benign
    )
    model = RandomForestClassifier(N_TREES, random_state=0).fit(train, train_labels)
    return model.predict_proba(test)[:, 1], labels


def torchmetrics_plot(probs: Probs, labels: Labels) -> Figure:
    """``Metric.plot``."""
    metric = BinaryCalibrationError()
    metric.update(torch.from_numpy(probs), torch.from_numpy(labels))
    return metric.plot()[0]


def sklearn_plot(probs: Probs, labels: Labels) -> Figure:
    """``CalibrationDisplay``."""
    return CalibrationDisplay.from_predictions(labels, probs).figure_


def relplot_plot(probs: Probs, labels: Labels) -> Figure:
    """``rel_diagram``; its bootstrap draws from NumPy's global state."""
    np.random.seed(0)  # noqa: NPY002 -- it takes no other
    return relplot.rel_diagram(probs, labels)[0]


def netcal_plot(probs: Probs, labels: Labels) -> Figure:
    """``ReliabilityDiagram``."""
    return ReliabilityDiagram().plot(probs, labels)


def calibrant_plot(probs: Probs, labels: Labels) -> Figure:
    """``reliability_diagram``."""
    rows = cal.predictions(probs=probs, labels=labels, class_names=["malignant", "benign"])
    table = cal.reliability_table(rows, view="positive")
    return cal.figures.reliability_diagram(table).get_figure(root=True)


PICTURES: dict[str, Callable[[Probs, Labels], Figure]] = {
    "torchmetrics": torchmetrics_plot,
    "scikit-learn": sklearn_plot,
    "relplot": relplot_plot,
    "netcal": netcal_plot,
    "calibrant": calibrant_plot,
}


def save(name: str, figure: Figure) -> Path:
    """Write a figure as SVG; relplot's of a thousand shapes as PNG."""
    path = IMAGES / f"side-by-side-{name}.{'png' if name == 'relplot' else 'svg'}"
    if path.suffix == ".svg":
        with mpl.rc_context({"svg.hashsalt": "calibrant"}):
            figure.savefig(path, metadata={"Date": None}, bbox_inches="tight")
        return path
    drawn = BytesIO()
    figure.savefig(drawn, format="png", dpi=200, bbox_inches="tight")
    with Image.open(drawn) as image:
        height = round(WIDTH * image.height / image.width)
        small = image.convert("RGB").resize((WIDTH, height), Image.Resampling.LANCZOS)
        small.quantize(COLORS).save(path, optimize=True)
    return path


def ten_bins(probs: Probs, labels: Labels) -> dict[str, float]:
    """Calibration error of the same ten bins by each library, and by whole numbers of trees."""
    rows = cal.predictions(probs=probs, labels=labels)
    metric = BinaryCalibrationError(n_bins=10)
    trees = np.rint(probs * N_TREES).astype(int)
    gaps = probs - labels

    def error(bins: Int64[ndarray, " row"]) -> float:
        return float(np.abs(np.bincount(bins, gaps)).sum() / len(gaps))

    return {
        "calibrant": cal.evaluate(rows, ["positive_ece_10"])["positive_ece_10"].value,
        "torchmetrics": float(metric(torch.from_numpy(probs), torch.from_numpy(labels))),
        "netcal": ECE(10).measure(probs, labels),
        "trees, bins (lo, hi]": error((trees - 1).clip(0) // 2),
        "trees, bins [lo, hi), 1 in the last": error((trees // 2).clip(max=9)),
        "trees, bins [lo, hi), 1 by itself": error(trees // 2),
    }


def main() -> None:
    """Write the pictures and print the numbers."""
    probs, labels = forest()
    scores = np.unique(np.rint(probs * N_TREES))
    print(f"{len(probs)} rows, {len(scores)} scores")
    for name, draw in PICTURES.items():
        with mpl.rc_context(), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            path = save(name, draw(probs, labels))
        print(f"{name} {version(name)}: {path.name}, {path.stat().st_size / 1024:.0f} kB")
    rows = cal.predictions(probs=probs, labels=labels)
    print(cal.evaluate(rows, ["positive_ece", "positive_smooth_ece", "log_loss"]))
    metric = BinaryCalibrationError()
    value = float(metric(torch.from_numpy(probs), torch.from_numpy(labels)))
    print(f"torchmetrics, {metric.n_bins} bins: {value:.4f}")
    np.random.seed(0)  # noqa: NPY002 -- it takes no other
    found = relplot.prepare_rel_diagram(probs, labels)
    print(f"relplot smECE: {found['ce']:.4f} +- {found['ce_ci_width']:.4f}")
    for name, found in ten_bins(probs, labels).items():
        print(f"ten bins, {name}: {found:.4f}")


if __name__ == "__main__":
    main()
