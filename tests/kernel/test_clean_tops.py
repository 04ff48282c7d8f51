"""One look at probabilities finds what the check and the search find, each by itself."""

import math

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.kernel import grids, library, scans, tables
from calibrant.prediction.forms import Probs
from calibrant.statistics.score_grid import ScoreGrid

pytestmark = pytest.mark.skipif(library.kernel() is None, reason=library.told())

REALS = [torch.float32, torch.float64]
WIDTHS = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 15, 16, 17, 31, 32, 33, 64, 127, 128, 129, 130]
WIDTHS += [255, 256, 257, 1000, 3000]
NAMES = ["ece", "brier", "log_loss", "accuracy", "confusion_matrix"]


def distributions(n_rows, n_classes, dtype, seed=0):
    """Rows with ties in all places, sure ones, subnormals and minus 0 among them."""
    generator = torch.Generator().manual_seed(seed)
    probs = torch.rand(n_rows, n_classes, generator=generator, dtype=torch.float64) ** 8
    probs[::3] = torch.randint(1, 3, probs[::3].shape, generator=generator).double()
    probs[1::7] = 1.0
    sure = torch.randint(n_classes, (len(probs[2::7]),), generator=generator)
    probs[2::7] = torch.nn.functional.one_hot(sure, n_classes).double()
    probs = (probs / probs.sum(dim=-1, keepdim=True)).to(dtype)
    least = torch.finfo(dtype).smallest_normal / 2
    probs[3::11] = torch.where(probs[3::11] == 0, least, probs[3::11])
    probs[2::14] = torch.where(probs[2::14] == 0, -0.0, probs[2::14])
    return probs


@pytest.fixture(params=[1, 2, 4])
def abreast(request):
    """Rows of a few floats that are looked at side by side."""
    kernel = library.kernel()
    assert kernel is not None
    if kernel["abreast"](request.param) < request.param:
        pytest.skip(f"this processor does not look at {request.param} rows side by side")
    yield request.param
    kernel["abreast"](4)


@pytest.mark.usefixtures("abreast")
@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n_classes", WIDTHS)
def test_the_first_of_the_greatest_entries_is_found(n_classes, dtype):
    for n_rows in (1, 2, 3, 7, 8, 9, 301):
        probs = distributions(n_rows, n_classes, dtype)
        found = scans.clean_tops(probs, 0.999, 1.001)
        assert found is not None
        first = [row.index(max(row)) for row in probs.tolist()]  # the first, in Python
        assert found[1].tolist() == first
        assert torch.equal(found[0], probs.max(dim=-1).values)
        assert found[1].dtype == torch.int32


@pytest.mark.usefixtures("abreast")
@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n_classes", [3, 4, 5, 8, 10, 11, 31, 33, 130, 300])
@pytest.mark.parametrize("wrong", [math.nan, math.inf, -math.inf, -1e-30, 1.0 + 1e-6, 0.01, -0.01])
def test_rows_that_are_not_clean_are_refused_wherever_they_are(wrong, n_classes, dtype):
    probs = distributions(40, n_classes, dtype)
    for row in (0, 8, 19, 39):
        for column in (0, 1, n_classes // 2, n_classes - 1):
            bad = probs.clone()
            if wrong in {0.01, -0.01}:
                bad[row] = 1 / n_classes
                bad[row, column] += wrong
            else:
                bad[row, column] = wrong
            assert scans.clean_tops(bad, 0.999, 1.001) is None
            assert not scans.all_clean(bad, 0.999, 1.001)


def test_what_the_kernel_cannot_read_is_left_alone():
    probs = distributions(40, 10, torch.float32)
    others = (probs.half(), probs.bfloat16(), probs.T.contiguous().T, probs[:, ::2], probs[:, :1])
    assert [scans.clean_tops(values, 0.0, 2.0) for values in others] == [None] * 5
    assert scans.clean_tops(probs.clone().requires_grad_(), 0.0, 2.0) is None


def test_the_door_keeps_the_likeliest_class_of_many_and_not_of_few():
    labels = torch.zeros(40, dtype=torch.int64)
    for n_classes, kept in ((2, False), (3, False), (7, False), (8, True), (300, True)):
        rows = cal.predictions(probs=distributions(40, n_classes, torch.float32), labels=labels)
        assert isinstance(rows.declared, Probs)
        assert (rows.declared.likeliest is not None) == kept


def test_rows_that_the_door_must_change_are_looked_at_again():
    probs = torch.full((50, 8), 1 / 8)
    probs[3] = torch.tensor([1.0 + 2e-7, *([0.0] * 7)])  # rounding carried it beyond 1
    rows = cal.predictions(probs=probs, labels=[0] * 50)
    assert rows.declared.likeliest is None
    assert float(rows.top.prob[3]) == 1.0
    counts = cal.predictions(probs=10 * torch.rand(50, 9), labels=[0] * 50, normalize=True)
    assert counts.declared.likeliest is None


def test_ignored_rows_may_hold_anything():
    probs = distributions(50, 12, torch.float32)
    probs[4] = math.nan
    rows = cal.predictions(probs=probs, labels=[0] * 50, weights=[1.0] * 4 + [0.0] + [1.0] * 45)
    kept = [*range(4), *range(5, 50)]
    assert rows.guess[kept].tolist() == probs[kept].max(dim=-1).indices.tolist()
    with pytest.raises(InputError, match="NaN"):
        cal.predictions(probs=probs, labels=[0] * 50)


@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize(("n_rows", "n_classes"), [(5000, 10), (300, 200)])
def test_metrics_are_those_of_rows_whose_likeliest_class_is_found_later(
    n_rows, n_classes, soft, weighted, monkeypatch
):
    probs = distributions(n_rows, n_classes, torch.float32)
    generator = torch.Generator().manual_seed(1)
    labels = torch.randint(n_classes, (n_rows,), generator=generator)
    truth = probs.roll(1, 0) if soft else labels
    given = {"probs": probs, "labels": truth, "groups": (labels % 3).numpy()}
    given["weights"] = (labels % 4).double() if weighted else None
    known = cal.predictions(**given)
    assert known.declared.likeliest is not None
    own = cal.evaluate(known, NAMES)
    with monkeypatch.context() as patch:
        for module in (grids, scans, tables):
            patch.setattr(module, "kernel", lambda: None)
        later = cal.predictions(**given)
        assert later.declared.likeliest is None
        other = cal.evaluate(later, NAMES)
    for name in NAMES[:-1]:
        np.testing.assert_allclose(float(own[name]), float(other[name]), rtol=1e-12)
        for group in own.groups:
            one, two = (float(all_.groups[group][name]) for all_ in (own, other))
            np.testing.assert_allclose(one, two, rtol=1e-12, atol=1e-15)
    np.testing.assert_allclose(own["confusion_matrix"].value, other["confusion_matrix"].value)


@pytest.mark.parametrize(
    "taken",
    [slice(3, 40), slice(0, 0), torch.arange(50) % 3 == 0, torch.tensor([4, 4, 0])],
    ids=str,
)
def test_rows_that_are_taken_out_keep_their_likeliest_class(taken):
    probs = distributions(50, 9, torch.float64)
    rows = cal.predictions(probs=probs, labels=[0] * 50).take(taken)
    assert rows.declared.likeliest is not None
    assert rows.guess.tolist() == probs[taken].argmax(dim=-1).tolist()
    assert torch.equal(rows.top.prob, probs[taken].amax(dim=-1))


@pytest.mark.parametrize("labels", [torch.int64, torch.int32, torch.uint8])
def test_events_that_were_found_on_the_way_in_are_those_of_the_view(labels):
    probs = distributions(9000, 10, torch.float32)
    truth = torch.randint(10, (9000,), generator=torch.Generator().manual_seed(2)).to(labels)
    rows = cal.predictions(probs=probs, labels=truth)
    for grid in (ScoreGrid("top_label"), ScoreGrid("top_label", 7), ScoreGrid("top_label", 15)):
        own, other = grid.zero(10).table, grid.zero(10).table
        grid.add(rows, own)
        grid.add(rows.top_label(), other)
        assert torch.equal(own, other)
