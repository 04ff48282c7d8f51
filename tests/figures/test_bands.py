"""Reliability curves as they are drawn: the band, the curve, and what lies outside."""

from itertools import product

import numpy as np
import pytest

import calibrant as cal


@pytest.mark.parametrize(
    ("kind", "band"),
    [
        *product(("binned", "isotonic"), ("confidence", "consistency")),
        ("smooth", "consistency"),
    ],
)
def test_figure_shows_the_numbers_of_the_curve(kind, band):
    rng = np.random.default_rng(0)
    probs = rng.uniform(size=1000)
    rows = cal.predictions(probs=probs, labels=(rng.uniform(size=1000) < probs**2).astype(int))
    curve = cal.reliability_curve(rows, view="positive", kind=kind, band=band, simultaneous=True)
    ax = cal.figures.reliability_band(curve, title="test rows")
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["observed"].get_ydata() == pytest.approx(curve.observed)
    outside = [y for y, out in zip(curve.observed, curve.outside, strict=True) if out]
    assert lines["outside"].get_ydata() == pytest.approx(outside)
    labels = [text.get_text() for text in ax.get_legend().get_texts()]
    assert f"95 % {band}, all at once" in labels
    (below,) = ax.child_axes
    assert sum(bar.get_height() for bar in below.patches) == 1000
    if kind != "binned":
        ribbon = ax.collections[0].get_paths()[0].vertices
        assert set(np.round(curve.low, 9)) <= set(np.round(ribbon[:, 1], 9))
        assert set(np.round(curve.high, 9)) <= set(np.round(ribbon[:, 1], 9))
    if kind == "smooth":  # rows are counted where they are, not where the kernel puts them
        rows = [bar.get_height() for bar in below.patches]
        assert rows == pytest.approx(np.histogram(probs, bins=20, range=(0, 1))[0], abs=9)
    ax.figure.canvas.draw()


@pytest.mark.parametrize("outcome", ["inside", "outside"])
@pytest.mark.parametrize("kind", ["isotonic", "smooth"])
def test_a_lone_point_shows_with_its_band(kind: str, outcome: str):
    share = {"inside": 0.3, "outside": 0.1}[outcome]
    labels = np.arange(1000) < 1000 * share
    rows = cal.predictions(probs=np.full(1000, 0.3), labels=labels.astype(int))
    curve = cal.reliability_curve(rows, view="positive", kind=kind, band="consistency")
    assert len(curve) == 1
    ax = cal.figures.reliability_band(curve)
    lines = {line.get_label(): line for line in ax.lines}
    assert lines["observed"].get_marker() not in {"", "None"}
    assert lines["observed"].get_xydata()[0] == pytest.approx([0.3, share], abs=1e-6)
    assert ("outside" in lines) == (outcome == "outside")
    bar = ax.collections[0].get_segments()[0]
    assert bar[:, 1] == pytest.approx([curve.low[0], curve.high[0]])
