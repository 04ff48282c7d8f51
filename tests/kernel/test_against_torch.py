"""The kernel finds what torch operations find: the same cells, classes and counts, and the sums."""

import math

import numpy as np
import pytest
import torch

import calibrant as cal
from calibrant.errors import InputError
from calibrant.kernel import grids, library, scans, tables
from calibrant.prediction import checks
from calibrant.prediction.forms import Probs
from calibrant.statistics import cells
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.power_sums import add_power_sums
from calibrant.statistics.predicted_class_grid import PredictedClassGrid
from calibrant.statistics.score_grid import ScoreGrid

pytestmark = pytest.mark.skipif(library.kernel() is None, reason=library.told())

REALS = [torch.float32, torch.float64]
STATISTICS = [
    ScoreGrid("top_label"),
    ScoreGrid("top_label", 7),
    ScoreGrid("top_label", closed="left"),
    ClassGrids(),
    ClassGrids(7),
    PredictedClassGrid(),
    Confusion(),
]


@pytest.fixture
def without(monkeypatch):
    """What a call gives where there is no kernel."""

    def call(work):
        with monkeypatch.context() as patch:
            for module in (grids, scans, tables):
                patch.setattr(module, "kernel", lambda: None)
            return work()

    return call


def hard_places(n_cells, dtype):
    """Edges of all cells and tails, their neighbours, subnormals and random numbers."""
    low, high = cells.tail_edges(n_cells)
    edges = torch.cat((torch.arange(n_cells + 1).double() / n_cells, low, high)).to(dtype)
    below, above = (edges.nextafter(torch.tensor(end, dtype=dtype)) for end in (0.0, 1.0))
    least = torch.finfo(dtype).smallest_normal
    odd = torch.tensor(
        [0.0, -0.0, 1.0, least, least / 2, 5e-324, 1e-300, 1e-45, 1e-12], dtype=dtype
    )
    generator = torch.Generator().manual_seed(1)
    random = torch.rand(5000, generator=generator, dtype=torch.float64)
    random = torch.cat((random, random**9, 1 - random**9, (-60 * random).exp())).to(dtype)
    places = torch.cat((edges, below, above, odd, random)).clamp(0, 1)
    return torch.cat((places, odd))  # clamping leaves no minus 0


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("mirrored", [False, True, None])
@pytest.mark.parametrize("n_cells", [1, 2, 3, 10, 15, 100, 601, 14_400])
def test_cells_of_equal_width_are_the_same(n_cells, mirrored, dtype, without):
    prob = hard_places(n_cells, dtype)
    turned = torch.arange(len(prob)) % 2 == 0 if mirrored is None else mirrored
    found = cells.cell_of(prob, n_cells, mirrored=turned)
    assert torch.equal(found, without(lambda: cells.cell_of(prob, n_cells, mirrored=turned)))


@pytest.mark.parametrize("dtype", REALS)
def test_edges_and_their_neighbours_fall_into_the_same_of_any_number_of_cells(dtype, without):
    for n_cells in (*range(1, 130), 999, 1000, 1023, 1024, 1025, 9999, 28_800, 65_535, 65_536):
        edges = (torch.arange(n_cells + 1).double() / n_cells).to(dtype)
        near = [edges.nextafter(torch.tensor(end, dtype=dtype)) for end in (0.0, 1.0)]
        prob = torch.cat((edges, *near))
        found = cells.cell_of(prob, n_cells)
        assert torch.equal(found, without(lambda: cells.cell_of(prob, n_cells)))  # noqa: B023


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("mirrored", [False, True, None])
@pytest.mark.parametrize("n_cells", [2, 10, 600, 14_400])
def test_fine_cells_are_the_same(n_cells, mirrored, dtype, without):
    prob = hard_places(n_cells, dtype)
    turned = torch.arange(len(prob)) % 2 == 0 if mirrored is None else mirrored
    found = cells.fine_cell_of(prob, n_cells, mirrored=turned)
    assert torch.equal(found, without(lambda: cells.fine_cell_of(prob, n_cells, mirrored=turned)))


def test_whatever_a_number_is_it_falls_into_some_cell():
    wild = torch.tensor([math.nan, -math.nan, math.inf, -math.inf, -1.0, 2.0, 1e38, -1e38])
    for dtype in REALS:
        for mirrored in (False, True):
            found = cells.fine_cell_of(wild.to(dtype), 600, mirrored=mirrored)
            assert bool(((found >= 0) & (found < cells.n_fine_cells(600))).all())


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize(
    "n_classes", [3, 4, 5, 6, 7, 8, 10, 31, 32, 63, 64, 65, 100, 128, 129, 1000, 5000]
)
def test_of_equal_entries_the_first_is_the_greatest(n_classes, dtype, without):
    generator = torch.Generator().manual_seed(n_classes)
    whole = torch.randint(-3, 3, (400, n_classes), generator=generator).to(dtype)
    mixed = torch.rand(400, n_classes, generator=generator).to(dtype)
    for values in (whole, mixed, torch.full_like(mixed, -math.inf), torch.zeros_like(mixed)):
        assert scans.top_entries(values) is not None
        top, other = Probs(values).top_label(), without(Probs(values).top_label)
        assert torch.equal(top.guess, other.guess)
        assert torch.equal(top.prob, other.prob)


@pytest.mark.parametrize("n_classes", [3, 4, 5, 6, 7, 10, 31, 100])
def test_a_row_with_nan_is_left_to_torch(n_classes, without):
    values = torch.rand(50, n_classes)
    values[7, 2] = math.nan
    assert scans.top_entries(values) is None
    assert torch.equal(Probs(values).top_label().guess, without(Probs(values).top_label).guess)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
@pytest.mark.parametrize("n_classes", [2, 5, 1000])
def test_entries_at_labels_are_the_same_and_no_others_are_read(n_classes, dtype):
    generator = torch.Generator().manual_seed(n_classes)
    values = torch.randn(301, n_classes, generator=generator, dtype=dtype)
    labels = torch.randint(n_classes, (301,), generator=generator)
    found = scans.chosen(values, labels)
    assert found is not None
    assert found.tolist() == [float(values[i, k]) for i, k in enumerate(labels.tolist())]
    for wrong in (-1, n_classes, 2**62):
        assert scans.chosen(values, labels.index_fill(0, torch.tensor([300]), wrong)) is None
    assert scans.chosen(values.half(), labels) is None


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n_classes", [1, 2, 3, 31, 32, 33, 1000, 5000])
def test_squared_norms_are_the_same(n_classes, dtype):
    values = torch.rand(60, n_classes, generator=torch.Generator().manual_seed(2)).to(dtype)
    norms = scans.squared_norms(values)
    exact = [math.fsum(value * value for value in row) for row in values.double().tolist()]
    assert norms is not None
    assert norms.tolist() == pytest.approx(exact, rel=1e-13)


def told(probs):
    """What the check of the door says."""
    try:
        return checks.check_probs("probs", probs, checks.Where(None, str))
    except InputError as error:
        return str(error)


@pytest.mark.parametrize("dtype", REALS)
@pytest.mark.parametrize("n_classes", [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 31, 32, 100, 3000])
def test_the_door_says_the_same(n_classes, dtype, without):
    generator = torch.Generator().manual_seed(3)
    good = torch.rand(300, n_classes, generator=generator, dtype=torch.float64)
    good = (good / good.sum(dim=-1, keepdim=True)).to(dtype)
    eps = torch.finfo(dtype).eps
    changes = (0, 1e-3, -1e-3, 1.1e-3, eps, -eps, 9e-4, 1.0, -1.0, math.nan, math.inf, -math.inf)
    for change in changes:
        for row in (0, 17, 299):
            probs = good.clone()
            probs[row, -1] += change
            assert told(probs) == without(lambda probs=probs: told(probs))
            column = probs[:, -1].contiguous()
            assert told(column) == without(lambda column=column: told(column))


def rows_of(n_rows, n_classes, *, soft=False, weighted=False, dtype=torch.float32, logits=False):
    """Rows with ties, edges of bins, sure ones, and ignored ones that hold NaN."""
    generator = torch.Generator().manual_seed(n_rows * n_classes + soft)
    scores = 4 * torch.randn(n_rows, n_classes, generator=generator, dtype=torch.float64)
    probs = scores.softmax(dim=-1)
    probs[::5] = torch.nn.functional.one_hot(scores[::5].argmax(-1), n_classes).double()
    probs[1::5] = 1 / n_classes
    labels = torch.multinomial(probs, 1, generator=generator).squeeze(-1)
    weights = None
    if weighted:
        weights = 3 * torch.rand(n_rows, generator=generator, dtype=torch.float64)
        weights[::7] = 0
        if n_rows > 1:
            probs[7::7] = math.nan
            weights[0] = 1
        else:
            weights[:] = 2
    truth = scores.roll(1, 0).softmax(dim=-1) if soft else labels
    form = {"logits": scores.to(dtype)} if logits else {"probs": probs.to(dtype)}
    return cal.predictions(**form, labels=truth, weights=weights)


@pytest.mark.parametrize("statistic", STATISTICS, ids=str)
@pytest.mark.parametrize("soft", [False, True])
@pytest.mark.parametrize("weighted", [False, True])
@pytest.mark.parametrize(
    ("n_rows", "n_classes"), [(1, 3), (40, 1), (40, 2), (6000, 3), (300, 40), (60, 1000)]
)
def test_tables_are_the_same(statistic, soft, weighted, n_rows, n_classes, without):  # noqa: PLR0917
    for dtype in REALS:
        rows = rows_of(n_rows, n_classes, soft=soft, weighted=weighted, dtype=dtype)
        same_tables(statistic, rows, without, whole=not (soft or weighted))


@pytest.mark.parametrize("statistic", STATISTICS, ids=str)
@pytest.mark.parametrize("n_rows", [1, 60, 6000])
def test_tables_of_logits_and_of_a_positive_class_are_the_same(statistic, n_rows, without):
    same_tables(statistic, rows_of(n_rows, 5, logits=True), without, whole=True)
    both = rows_of(n_rows, 2, weighted=True)
    values = np.asarray(both.probs)[:, 1]
    one = cal.predictions(probs=values, labels=both.labels, weights=both.weights)
    same_tables(statistic, one, without, whole=False)


def same_tables(statistic, rows, without, *, whole):
    own, other = _table(rows, statistic), without(lambda: _table(rows, statistic))
    assert torch.equal(own[0], other[0])  # rows, whatever they weigh
    if whole:
        names = [k for k, name in enumerate(statistic.columns) if "p" not in name]
        assert torch.equal(own[names], other[names])
    torch.testing.assert_close(own, other, rtol=1e-12, atol=1e-12 * float(other[0].sum()))


def _table(rows, statistic):
    tally = statistic.zero(rows.n_classes)
    for run in rows.chunks(1 << 20):
        statistic.add(run, tally.table)
    return tally.table


@pytest.mark.parametrize("n_rows", [10, 10_000])
@pytest.mark.parametrize("bucket", [-1, 5, 2**40])
def test_a_bucket_outside_the_table_is_refused_and_nothing_added(n_rows, bucket):
    table = torch.zeros(13, 5, dtype=torch.float64)
    buckets = torch.zeros(n_rows, dtype=torch.int64)
    buckets[-1] = bucket
    prob = torch.full((n_rows,), 0.5, dtype=torch.float64)
    with pytest.raises(IndexError):
        add_power_sums(table, buckets, prob, prob > 0, None)
    with pytest.raises(IndexError):
        tables.add_counts(table[:3], buckets, prob)
    assert not table.any()


def test_what_the_kernel_cannot_read_is_left_to_torch():
    probs = torch.rand(40, 6)
    others = (probs.T, probs.half(), probs.requires_grad_(), probs.detach()[:, ::2])
    assert [scans.top_entries(values) for values in others] == [None] * 4
    assert not scans.all_clean(probs.detach().T, 0.0, 9.0)
    narrow = torch.zeros(12, 4, dtype=torch.float64)
    one = torch.zeros(1, dtype=torch.int64)
    assert not tables.add_events(narrow, one, one.double(), one > 0, None)


def test_many_rows_of_one_number_keep_their_sum():
    n_rows = 1 << 22
    prob = torch.full((n_rows,), 0.05)  # float32: about .05
    table = _table(cal.events(probs=prob, outcomes=prob > 1), ScoreGrid("positive"))
    exact = n_rows * float(prob[0])
    assert float(table[2].sum()) == pytest.approx(exact, rel=1e-11)


def test_the_same_threads_give_the_same_bits():
    rows = rows_of(300_000, 10)
    names = ["ece", "brier", "classwise_ece"]
    texts = {cal.evaluate(rows, names).to_json() for _ in range(3)}
    assert len(texts) == 1
