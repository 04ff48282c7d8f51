"""Time splits never train on what comes after a test row, whatever the column's type."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from calibrant.data.split import SIZES
from calibrant.data.times import time_column, time_split
from calibrant.errors import InputError

TIMES = st.lists(st.integers(-20, 20), min_size=3, max_size=80)


@given(times=TIMES)
def test_parts_follow_one_another_and_equal_times_stay_together(times):
    times = np.asarray(times)
    assume(len(np.unique(times)) >= 3)
    split = time_split(times)
    parts = list(split.parts().values())
    assert sorted(np.concatenate(parts)) == list(range(len(times)))
    assert min(map(len, parts)) > 0
    assert times[split.train].max() < times[split.validation].min()
    assert times[split.validation].max() < times[split.test].min()


@given(n_rows=st.integers(10, 300), seed=st.integers(0, 99))
def test_different_times_are_cut_at_the_nearest_row(n_rows, seed):
    times = np.random.default_rng(seed).permutation(n_rows)
    split = time_split(times)
    for found, share in zip(split.parts().values(), SIZES, strict=True):
        assert abs(len(found) - share * n_rows) <= 1


@given(times=TIMES, seed=st.integers(0, 99))
def test_order_of_rows_and_unit_of_time_change_nothing(times, seed):
    times = np.asarray(times)
    assume(len(np.unique(times)) >= 3)
    order = np.random.default_rng(seed).permutation(len(times))
    first, turned = time_split(times), time_split(times[order] * 86.4 - 7)
    for rows, same in zip(first.parts().values(), turned.parts().values(), strict=True):
        np.testing.assert_array_equal(np.sort(order[same]), rows)


def test_a_month_of_many_rows_is_cut_by_hand():
    # 2 rows in May, 5 in June, 1 in July, 2 in August. 6.4 rows should train: 7 are nearest.
    # 8 should be over before the test: exactly those up to July.
    times = np.repeat([5, 6, 7, 8], [2, 5, 1, 2])
    split = time_split(times, name="month")
    assert [len(rows) for rows in split.parts().values()] == [7, 1, 2]
    words = "64 / 16 / 20 % train, validation, test"
    assert split.how == f"By 'month', the earliest rows first: {words}."


def test_shares_that_equal_times_forbid_are_said():
    split = time_split(np.repeat([1, 2, 3], [10, 80, 10]), name="year")
    assert [len(rows) for rows in split.parts().values()] == [10, 80, 10]
    assert split.how.endswith("10 / 80 / 10 % train, validation, test (64 / 16 / 20 % asked for).")


DAYS = [dt.date(2024, 3, 1), dt.date(2023, 12, 31), dt.date(2024, 2, 29)]
HOURS = [dt.datetime(2024, 3, 1, 12, tzinfo=dt.UTC), dt.datetime(2024, 3, 1, 9, tzinfo=dt.UTC)]


@pytest.mark.parametrize(
    ("values", "order"),
    [
        (pa.array(DAYS), [1, 2, 0]),
        (pa.array(DAYS, pa.date64()), [1, 2, 0]),
        (pa.array(DAYS).cast(pa.timestamp("us")), [1, 2, 0]),
        (pa.array(HOURS), [1, 0]),
        (pa.array([dt.time(9), dt.time(8, 59)]), [1, 0]),
        (pa.array([3, -1, 2], pa.int32()), [1, 2, 0]),
        (pa.array([2**60 + 1, 2**60]), [1, 0]),  # float64 cannot tell them apart
        (pa.array([0.5, -1.5]), [1, 0]),
        (pa.array([str(day) for day in DAYS]), [1, 2, 0]),
        (pa.array([" 2024-03 ", "2024-02"]), [1, 0]),
        (
            pa.array(["2024-03-01T12:00:00+02:00", "2024-03-01T10:30:00Z", "2024-03-01 09:59"]),
            [2, 0, 1],
        ),
        (pa.array(["1066-10-14", "0999-01-01"]), [1, 0]),
        (pa.array(["b", "a"]).dictionary_encode(), None),
        (pa.array(["2024-01-31", "31.12.2024", "2024-02-30"]), None),
    ],
)
def test_dates_times_numbers_and_iso_text_are_put_in_order(values, order):
    table = pa.table({"t": values})
    if order is None:
        with pytest.raises(
            InputError, match=r"time must tell the time of every row; got 2 no date"
        ):
            time_column(table, "t")
    else:
        assert np.argsort(time_column(table, "t"), kind="stable").tolist() == order


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            ["2024-01-01", None],
            r"tell the time of every row; got 1 missing in 't' \(row 1, counted",
        ),
        ([1.0, np.inf, -np.inf], r"got 2 infinite in 't' \(rows 1, 2, counted from 0\)"),
        (["2024-01-01", "1/2/24"], r"such as '1/2/24', \(row 1, .* Write them as 2024-03-31"),
        ([True, False], r"time must hold dates, times or numbers; got 't', which holds bool"),
        ([dt.timedelta(1)], r"hold dates, times or numbers; got 't', which holds duration"),
    ],
)
def test_columns_that_tell_no_time_are_refused(values, message):
    with pytest.raises(InputError, match=message):
        time_column(pa.table({"t": values}), "t")


def test_two_moments_cannot_be_split():
    message = r"at least three different times; got 2 in 9 rows of 'year'\. Name a column"
    with pytest.raises(InputError, match=message):
        time_split(np.repeat([2023, 2024], [4, 5]), name="year")
    with pytest.raises(InputError, match=r"sizes must be three positive shares with sum 1"):
        time_split(np.arange(9), sizes=(0.5, 0.5, 0.0))
