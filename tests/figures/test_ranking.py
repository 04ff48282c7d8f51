"""Curves of a ranking are drawn as they are."""

import numpy as np
import pytest

import calibrant as cal
from calibrant.errors import InputError
from calibrant.figures import precision_recall_plot, roc_plot, threshold_plot


def rows(seed=0):
    rng = np.random.default_rng(seed)
    labels = rng.integers(0, 2, size=300)
    return cal.predictions(logits=rng.normal(size=300) + labels, labels=labels)


def lines_of(ax):
    return {line.get_label(): line.get_xydata() for line in ax.lines}


def shaded(ax):
    """Corners of every shaded band, sorted, repeated ones left out."""
    return [np.unique(band.get_paths()[0].vertices, axis=0) for band in ax.collections]


@pytest.mark.parametrize(
    ("take", "draw"),
    [
        (cal.metrics.roc_band, roc_plot),
        (cal.metrics.precision_recall_band, precision_recall_plot),
    ],
)
def test_curve_and_band_are_those_given(take, draw):
    band = take(rows())
    ax = draw(band, title="test rows")
    assert lines_of(ax)["observed"] == pytest.approx(np.stack((band.at, band.value), axis=1))
    (corners,) = shaded(ax)
    for end in (band.low, band.high):
        for corner in np.stack((band.at, end), axis=1):
            assert np.abs(corners - corner).sum(axis=1).min() < 1e-12
    assert ax.get_title(loc="left") == "test rows"
    assert "95 % interval" in [text.get_text() for text in ax.get_legend().get_texts()]


def test_two_curves_differ_without_colour_and_are_named():
    ax = roc_plot(
        {"<b>one</b>": cal.metrics.roc_band(rows()), "$two$": cal.metrics.roc_band(rows(1))}
    )
    one, two = ax.lines[1:]
    assert one.get_linestyle() != two.get_linestyle()
    names = [text.get_text() for text in ax.get_legend().get_texts()]
    assert names == ["random order", "<b>one</b>", "$two$"]
    ax.figure.canvas.draw()


def test_curve_without_a_band_is_drawn_alone():
    few = cal.predictions(probs=[0.1, 0.4, 0.35, 0.8], labels=[0, 0, 1, 1])
    ax = precision_recall_plot(cal.metrics.precision_recall_band(few), prevalence=0.5)
    assert not ax.collections
    assert lines_of(ax)["random order"][:, 1].tolist() == [0.5, 0.5]


def test_thresholds_have_their_precision_recall_and_share():
    table = cal.metrics.threshold_table(rows())
    drawn = lines_of(threshold_plot(table))
    for name, column in (
        ("precision", table.precision),
        ("recall", table.recall),
        ("share chosen", table.chosen),
    ):
        assert drawn[name] == pytest.approx(np.stack((table.threshold, column), axis=1))


def test_more_curves_than_can_be_told_apart_are_refused():
    band = cal.metrics.roc_band(rows())
    with pytest.raises(InputError, match="bands must be one to three by name; got 4"):
        roc_plot({str(k): band for k in range(4)})
    with pytest.raises(InputError, match="got 0"):
        roc_plot({})
