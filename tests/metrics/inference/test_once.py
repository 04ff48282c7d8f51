"""What is made once for several metrics."""

import threading
from dataclasses import replace

import numpy as np

import calibrant as cal
from calibrant.metrics.inference.once import once, shared
from calibrant.metrics.inference.remainders import less, sum_of
from calibrant.prediction.base import Predictions
from calibrant.statistics.blocks import Blocked, Size
from calibrant.statistics.bundle import tally_rows
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.tally import Statistic, Tally


class Maker:
    """Counts how often it was asked."""

    def __init__(self) -> None:
        self.asked = 0

    def make(self, of: list[int], times: int = 1) -> list[int]:
        """Note it."""
        self.asked += 1
        return [times * each for each in of]


def test_the_same_is_made_once_and_let_go_at_the_end() -> None:
    maker, rows = Maker(), [1, 2]
    make = maker.make
    with once():
        first = shared(make, rows, times=2)
        assert first == [2, 4]
        assert shared(make, rows, times=2) is first
    assert maker.asked == 1
    assert shared(make, rows, times=2) == first
    assert shared(make, rows, times=2) is not shared(make, rows, times=2)
    assert maker.asked == 4


def test_equal_objects_are_not_the_same_but_equal_settings_are() -> None:
    maker = Maker()
    make, rows = maker.make, [1, 2]
    with once():
        assert shared(make, rows) is not shared(make, [1, 2])
        assert shared(make, rows, times=1) is not shared(make, rows, times=2)
        assert shared(make, rows, times=1) is not shared(make, rows, times=True)
        assert shared(make, rows, times=int("2")) is shared(make, rows, times=2)
    assert maker.asked == 5


def test_an_object_that_is_gone_does_not_lend_its_place_to_another() -> None:
    maker = Maker()
    make = maker.make
    with once():
        found = [shared(make, [k]) for k in range(100)]
    assert found == [[k] for k in range(100)]


def test_one_within_another_shares_and_keeps_until_the_outer_ends() -> None:
    maker, rows = Maker(), [1]
    make = maker.make
    with once():
        with once():
            first = shared(make, rows)
        assert shared(make, rows) is first


def test_a_failure_is_not_kept_and_ends_it() -> None:
    def fail(of: list[int]) -> None:
        raise ZeroDivisionError(len(of))

    maker, rows = Maker(), [1]
    for _ in range(2):
        try:
            with once():
                shared(maker.make, rows)
                shared(fail, rows)
        except ZeroDivisionError:
            continue
    assert maker.asked == 2


def test_threads_do_not_share() -> None:
    maker, rows = Maker(), [1]
    make = maker.make
    with once():
        shared(make, rows)
        thread = threading.Thread(target=lambda: shared(make, rows))
        thread.start()
        thread.join()
    assert maker.asked == 2


def clustered(n: int) -> Predictions:
    """Rows of two classes in 40 clusters."""
    rng = np.random.default_rng(5)
    cluster = rng.integers(0, 40, n)
    shift = rng.normal(0, 0.5, 40)[cluster]
    stated = rng.normal(0, 1.5, n)
    labels = (rng.random(n) < 1 / (1 + np.exp(-stated - shift))).astype(int)
    return cal.predictions(probs=1 / (1 + np.exp(-stated)), labels=labels, clusters=cluster)


def test_equal_statistics_are_the_same() -> None:
    def named(statistic: Statistic) -> list[str]:
        return [str(statistic)]

    with once():
        first = shared(named, ScoreGrid("positive"))
        assert shared(named, ScoreGrid("positive")) is first
        assert shared(named, ScoreGrid("top_label")) is not first


def test_metrics_say_the_same_together_and_alone() -> None:
    names = [
        *("positive_brier_miscalibration", "positive_brier_discrimination"),
        *("positive_log_loss_miscalibration", "auroc_positive", "average_precision_positive"),
    ]
    rows = clustered(200)
    for told in (rows, cal.tally(replace(rows, clusters=None), names)):
        together = cal.evaluate(told, names)
        for name in names:
            assert together[name] == cal.evaluate(told, [name])[name]


def test_what_is_left_without_a_block_is_the_sum_of_the_others() -> None:
    rows = clustered(400)
    held = Blocked(ScoreGrid("positive", 600))
    tally = tally_rows(rows, [held, Blocked(Size())]).tally_of(held)
    parts = [held.part(tally, block) for block in range(tally.table.shape[1])]
    total = sum_of(parts[0], parts[1:])
    for k in range(0, len(parts), 20):
        others: list[Tally] = parts[:k] + parts[k + 1 :]
        rest = less(total, parts[k])["w"]
        assert rest.equal(sum_of(others[0], others[1:])["w"])
        assert float(rest.sum()) == 400 - float(parts[k]["w"].sum())
