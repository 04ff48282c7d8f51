"""Tallies in files: what comes back, what adds up, and what is refused."""

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import pytest
import torch
from safetensors.torch import load

import calibrant as cal
from calibrant.errors import InputError
from calibrant.metrics.decided.accuracy import Hit
from calibrant.metrics.proper.scores import NegativeLogLikelihood, SquaredError
from calibrant.prediction.base import Predictions
from calibrant.statistics.bundle import Tallies, tally_rows
from calibrant.statistics.class_grids import ClassGrids
from calibrant.statistics.confusion import Confusion
from calibrant.statistics.moments import Moments, RowScore
from calibrant.statistics.saved import load_tallies
from calibrant.statistics.score_grid import ScoreGrid
from calibrant.statistics.target_moments import TargetMoments

SMALL = [ScoreGrid("positive", 10), Confusion(), Moments(Hit())]
STATISTICS = [*SMALL, ScoreGrid("top_label"), ClassGrids(), Moments(SquaredError(positive=True))]


@dataclass(frozen=True, slots=True)
class Surprise(RowScore):
    """A score of somebody else's: surprise in another unit."""

    unit: float
    reads: ClassVar[tuple[type, ...]] = (Predictions,)

    def of(self, rows):
        """See `RowScore.of`."""
        return NegativeLogLikelihood().of(rows) / self.unit


def rows(n=500, seed=0, **others):
    generator = np.random.default_rng(seed)
    probs = generator.random(n)
    return cal.predictions(probs=probs, labels=generator.random(n) < probs, **others)


@pytest.fixture
def path(tmp_path):
    return tmp_path / "march.tallies"


def assert_equal(found, expected):
    assert (found.kind, found.class_names, found.n, found.notes) == (
        *(expected.kind, expected.class_names, expected.n, expected.notes),
    )
    assert list(found.parts) == list(expected.parts)
    for statistic, tally in expected.parts.items():
        torch.testing.assert_close(found.parts[statistic].table, tally.table, rtol=0, atol=0)

    assert list(found.slices) == list(expected.slices)
    for name, part in expected.slices.items():
        assert_equal(found.slices[name], part)


@pytest.mark.parametrize("n", [1, 500])
@pytest.mark.parametrize("others", [{}, {"class_names": ["né", '"quoted"']}], ids=str)
def test_tallies_come_back_bit_for_bit(n, others, path):
    tallies = tally_rows(rows(n, weights=np.arange(1, n + 1) / 7, **others), STATISTICS)
    tallies.save(path)
    assert_equal(load_tallies(path), tallies)


def test_tallies_of_numbers_come_back(path):
    pairs = cal.numbers(predicted=[1e40, -2.0, 1e-300], targets=[1.0, 2.0, -3e8])
    tallies = tally_rows(pairs, [TargetMoments()])
    tallies.save(path)
    assert_equal(load_tallies(path), tallies)


def test_tallies_of_no_rows_and_of_no_statistics_come_back(path):
    for statistics in ([], SMALL):
        tallies = Tallies("predictions", ("a", "b"), {s: s.zero(2) for s in statistics}, 0)
        tallies.save(path)
        assert_equal(load_tallies(path), tallies)


def test_notes_come_back(path):
    given = cal.predictions(probs=[[1.0, 1.0]], labels=[0], normalize=True)
    tally_rows(given, SMALL).save(path)
    assert load_tallies(path).notes == given.notes != ()


def test_slices_come_back_and_add_up(path):
    given = rows(90, groups=["north", "", "né"] * 30)
    tallies = tally_rows(given, STATISTICS)
    assert len(tallies.slices) == 3
    tallies.save(path)
    assert_equal(load_tallies(path), tallies)
    twice = load_tallies(path) + tally_rows(given, STATISTICS)
    assert twice.slices["north"].parts[Confusion()]["count"].sum() == 60


def test_last_month_and_today_give_what_both_give_at_once(path):
    march, april = rows(seed=1), rows(seed=2)
    both = cal.predictions(
        probs=torch.cat([march.positive().prob, april.positive().prob]),
        labels=torch.cat([march.hard, april.hard]),
    )
    cal.tally(march).save(path)
    whole = load_tallies(path) + cal.tally(april)
    assert sum([load_tallies(path), cal.tally(april)]).parts.keys() == whole.parts.keys()
    expected = cal.evaluate(cal.tally(both))
    for name, estimate in cal.evaluate(whole).items():
        assert estimate.value == pytest.approx(expected[name].value, abs=1e-12), name


def test_other_settings_do_not_add_up(path):
    cal.tally(rows(), ["ece_7"]).save(path)
    with pytest.raises(
        InputError,
        match=r"other must be tallies of the same statistics, \w+\(.*n_cells=7,.*got .*n_cells=11,",
    ):
        load_tallies(path) + cal.tally(rows(), ["ece_11"])


def test_equal_tallies_give_equal_bytes(path, tmp_path):
    tallies = tally_rows(rows(), STATISTICS)
    tallies.save(path)
    first = path.read_bytes()
    load_tallies(path).save(tmp_path / "again")
    assert (tmp_path / "again").read_bytes() == first


def test_empty_buckets_take_no_room(path):
    tallies = tally_rows(rows(100), [ScoreGrid("positive"), ClassGrids()])
    tallies.save(path)
    in_memory = sum(tally.table.nbytes for tally in tallies.parts.values())
    assert in_memory > 1_500_000  # 13 * (14,640 + 2 * 840) * 8
    assert path.stat().st_size < 100 * 3 * 14 * 8 + 4096  # 3 buckets a row, 13 sums and a place


def test_full_tables_are_kept_whole(path):
    tallies = tally_rows(rows(), [Confusion()])
    tallies.save(path)
    assert load(path.read_bytes())["0/values"].shape == (3, 2, 2)
    assert_equal(load_tallies(path), tallies)


def test_classes_of_others_are_read_if_they_are_passed(path):
    statistic = Moments(Surprise(unit=2.0))
    tallies = tally_rows(rows(), [statistic])
    tallies.save(path)
    assert_equal(load_tallies(path, statistics=[Surprise]), tallies)
    with pytest.raises(
        InputError,
        match=r"got the unknown class 'Surprise'. Pass its class, statistics=\[Surprise\]",
    ):
        load_tallies(path)


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ([Surprise(1.0)], r"statistics must be classes; got Surprise\(unit=1\.0\)"),
        ([Confusion], "statistics must have names of their own; got 'Confusion'"),
        ([Surprise, dataclass(type("Surprise", (), {}))], "names of their own; got 'Surprise'"),
    ],
)
def test_classes_that_cannot_be_told_apart_are_refused(given, message, path):
    tally_rows(rows(), SMALL).save(path)
    with pytest.raises(InputError, match=message):
        load_tallies(path, statistics=given)
