"""Fits by passes over shards are the fits of all their rows."""

from functools import cache
from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

import calibrant as cal
from calibrant.calibrators.named import get
from calibrant.calibrators.registry import CALIBRATORS
from calibrant.calibrators.shards import ShardedCalibrator, Shards
from calibrant.calibrators.temperature import TemperatureScaling
from calibrant.errors import FitError, InputError

SHARDED = [name for name in CALIBRATORS if isinstance(get(name), ShardedCalibrator)]
every_sharded = pytest.mark.parametrize("name", SHARDED)


def drawn(n=300, n_classes=3, seed=0):
    generator = torch.Generator().manual_seed(seed)
    true = 2 * torch.randn(n, n_classes, generator=generator, dtype=torch.float64)
    labels = torch.multinomial(true.softmax(-1), 1, generator=generator).squeeze(-1)
    weights = torch.rand(n, generator=generator, dtype=torch.float64)
    weights[::7] = 0
    return cal.predictions(logits=1.7 * true, labels=labels, weights=weights)


def parts(rows, ends):
    """Runs of rows between cuts, empty ones included."""
    cuts = [0, *sorted(ends), len(rows)]
    return [rows.take(slice(a, b)) for a, b in pairwise(cuts)]


def assert_same_fit(one, other):
    """Fitted values agree in every field to 1e-9."""
    assert type(one) is type(other)
    for name, value in vars(one).items():
        expected = getattr(other, name)
        if isinstance(value, torch.Tensor):
            torch.testing.assert_close(value, expected, rtol=1e-9, atol=1e-9)
        elif isinstance(value, (int, float)):
            assert value == pytest.approx(expected, rel=1e-9, abs=1e-9), name
        else:
            assert value == expected, name


@cache
def fit_of_all(name, n_classes):
    """Rows, and the fit of them at once."""
    rows = drawn(n_classes=n_classes)
    return rows, get(name).fit(rows)


class Anew:
    """Shards that are made on every pass, as those that are read from files."""

    def __init__(self, make):
        self.make, self.passes = make, 0

    def __iter__(self):
        self.passes += 1
        return iter(self.make())


@every_sharded
@pytest.mark.parametrize("n_classes", [2, 3, 10])
@settings(max_examples=8, deadline=None)
@given(ends=st.lists(st.integers(0, 300), max_size=6))
def test_any_partition_gives_the_same_fit(name, n_classes, ends):
    rows, expected = fit_of_all(name, n_classes)
    assert_same_fit(get(name).fit_shards(parts(rows, ends)), expected)


@every_sharded
def test_shards_may_be_read_anew_and_in_any_order(name):
    rows = drawn()
    anew = Anew(lambda: reversed(parts(rows, [100, 130])))
    assert_same_fit(get(name).fit_shards(anew), get(name).fit(rows))
    assert anew.passes > 1


def test_absent_rows_do_not_count_and_classes_are_those_of_the_shards():
    rows = drawn()
    fitted = TemperatureScaling().fit_shards(parts(rows, [7]))
    assert fitted.n == Shards([rows]).n == rows.n_present < len(rows)
    assert fitted.n_classes == Shards([rows]).n_classes == 3


ONCE = r"shards must be gone over several times; got \w+\. Pass a list of predictions"


@pytest.mark.parametrize("make", [iter, lambda shards: (s for s in shards)])
def test_what_ends_after_one_pass_is_refused(make):
    with pytest.raises(InputError, match=ONCE):
        TemperatureScaling().fit_shards(make([drawn()]))


@pytest.mark.parametrize("shards", [3, drawn()])
def test_what_is_no_iterable_of_predictions_is_refused(shards):
    with pytest.raises(InputError, match=ONCE):
        Shards(shards)


def test_every_shard_is_checked_as_fit_checks_rows():
    unlabelled = cal.predictions(logits=drawn().declared.values)
    with pytest.raises(InputError, match="labels must be given to fit on"):
        TemperatureScaling().fit_shards([drawn(), unlabelled])
    with pytest.raises(InputError, match="predictions must be declared to calibrant; got list"):
        list(Shards([drawn(), [1, 2]]))
    with pytest.raises(InputError, match="same classes; got 3 in shard 1 in the place of none"):
        TemperatureScaling().fit_shards([drawn(), drawn(n_classes=4)])
    with pytest.raises(InputError, match="shards must hold rows; got none"):
        TemperatureScaling().fit_shards([])


def test_shards_that_change_between_passes_are_refused():
    sizes = iter(range(100, 300, 20))
    with pytest.raises(InputError, match=r"the same on every pass; got \d+ rows, then \d+\. Let"):
        TemperatureScaling().fit_shards(Anew(lambda: [drawn(next(sizes))]))


def test_a_fit_error_tells_of_the_rows_of_all_shards():
    right = cal.predictions(logits=[2.0, -1.0], labels=[1, 0])
    with pytest.raises(FitError, match="on 6 rows: the model separates the classes"):
        TemperatureScaling().fit_shards([right] * 3)


def test_rows_that_are_one_shard_in_memory_are_checked_once_and_kept():
    rows = cal.predictions(logits=[1.0, -1.0, 2.0], labels=[1, 0, 1], weights=[1.0, 0.0, 2.0])
    kept = Shards((rows,))
    assert len(kept.whole) == kept.n == 2
    assert [list(kept), list(kept)] == [[kept.whole], [kept.whole]]
    assert kept.sketch == Shards([rows]).sketch
    assert Shards([rows]).whole is None  # a list may change
    assert Shards((rows, rows)).whole is None
