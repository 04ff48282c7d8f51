"""Dates are told by all values of a column, and their parts are those of the calendar."""

from datetime import date, datetime, timedelta

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from calibrant.data.dates import ISO, WHOLE, DateReading, moments, told_form

WRITTEN = {
    ISO: "{0.year:04}-{0.month:02}-{0.day:02}",
    "year/month/day": "{0.year:04}/{0.month}/{0.day}",
    "day.month.year": "{0.day:02}.{0.month:02}.{0.year:04}",
    "day/month/year": "{0.day}/{0.month}/{0.year:04}",
    "month/day/year": "{0.month:02}/{0.day}/{0.year:04}",
    "day-month-year": "{0.day}-{0.month}-{0.year:04}",
    "month-day-year": "{0.month}-{0.day}-{0.year:04}",
    WHOLE: "{0.year:04}{0.month:02}{0.day:02}",
}
DATETIMES = st.datetimes()
EPOCH = datetime.fromisoformat("1970-01-01")


def column(*values, kind=None):
    return pa.chunked_array([pa.array(values, kind)])


def parts_of(when, *, hours):
    parts = DateReading(ISO, hours).parts(when)
    return {name: values.tolist() for name, values in parts.items()}


@given(DATETIMES, st.sampled_from(sorted(WRITTEN)))
def test_every_date_reads_back(when, form):
    text = WRITTEN[form].format(when)
    assert moments(column(text), form).astype("datetime64[D]")[0] == np.datetime64(when, "D")
    whole = f"{text} {when:%H:%M:%S}.{when.microsecond:06}"
    assert moments(column(whole), form)[0] == np.datetime64(when, "us")


@given(DATETIMES)
def test_parts_are_those_of_the_calendar(when):
    parts = parts_of(np.array([when], "datetime64[us]"), hours=True)
    assert [parts[name][0] for name in ("year", "month", "day", "weekday", "hour")] == [
        *(when.year, when.month, when.day, when.isoweekday(), when.hour)
    ]
    since = (when - EPOCH) / timedelta(days=1)
    assert parts["days"][0] == pytest.approx(since, abs=1e-9)


@given(st.lists(st.dates(), min_size=1), st.sampled_from(sorted(WRITTEN)))
def test_a_form_is_told_only_where_it_fits_every_value(dates, form):
    texts = pa.array([WRITTEN[form].format(each) for each in dates])
    told, note = told_form(texts)
    if form == WHOLE:  # a whole number is a date only if asked
        assert (told, note) == (None, "")
    elif form.endswith(("/year", "-year")):
        settled = any(each.day > 12 for each in dates)
        assert told == (form if settled else None)
        assert bool(note) == (not settled)
    else:
        assert told == form


@pytest.mark.parametrize(
    ("texts", "form"),
    [
        (["2024-01-31", "2024-02-30"], None),  # no such day
        (["2023-02-29"], None),
        (["2024-02-29"], ISO),
        (["2024-01-31", "soon"], None),
        (["31/1/2024", "1/31/2024"], None),  # each order fits one of them
        (["31/1/2024", "31-1-2024"], None),
        (["2024-01-31 24:00"], None),
        (["2024-01-31T23:59", "2024-02-01"], ISO),
        (["1.1.24"], None),  # of which century?
        (["2024"], None),
        (["12.5", "1.10"], None),
    ],
)
def test_what_no_calendar_has_is_no_date(texts, form):
    assert told_form(pa.array(texts))[0] == form


def test_zones_are_read_as_utc():
    texts = ["2024-01-31T23:30:00-02:00", "2024-01-31 01:00+0530", "2024-01-31T12:00Z"]
    utc = ["2024-02-01T01:30", "2024-01-30T19:30", "2024-01-31T12:00"]
    np.testing.assert_array_equal(moments(column(*texts), ISO), np.array(utc, "datetime64[us]"))


@pytest.mark.parametrize(
    "kind",
    [
        *(pa.date32(), pa.date64()),
        *(pa.timestamp(unit) for unit in ("s", "ms", "us", "ns")),
        pa.timestamp("us", tz="Europe/Berlin"),
    ],
)
def test_typed_dates_read_as_their_text(kind):
    values = column(date(2024, 1, 31), None, date(1969, 12, 31), kind=pa.date32()).cast(kind)
    found = moments(values, ISO)
    texts = moments(column("2024-01-31", None, "1969-12-31"), ISO)
    np.testing.assert_array_equal(found, texts)


def test_years_beyond_9999_are_no_dates():
    days = pa.chunked_array([pa.array([2**31 - 1, 0, -(2**31)], pa.int32()).cast(pa.date32())])
    assert np.isnat(moments(days, ISO)).tolist() == [True, False, True]
    seconds = pa.chunked_array([pa.array([2**62, 0]).cast(pa.timestamp("s"))])
    assert np.isnat(moments(seconds, ISO)).tolist() == [True, False]


def test_parts_by_hand():
    # 2 February 1970 was a Monday, 31 + 1 days after the start of the year; 18:00 is 3/4 of a day
    when = moments(column("1970-02-02 18:00", None), ISO)
    parts = parts_of(when, hours=True)
    by_hand = {"year": 1970, "month": 2, "day": 2, "weekday": 1, "hour": 18, "days": 32.75}
    assert {name: values[0] for name, values in parts.items()} == by_hand
    assert all(np.isnan(values[1]) for values in parts.values())
    assert parts_of(when, hours=False)["days"][0] == 32


def test_codes_of_strptime_read_what_is_written_otherwise():
    found = moments(column("Jan 31, 24", "31 Jan"), "%b %d, %y")
    assert np.isnat(found).tolist() == [False, True]
    assert found[0] == np.datetime64("2024-01-31")


def test_bad_dates_and_spelled_missing_ones_are_told_apart():
    reading = DateReading(ISO, hours=False, missing=("", "unknown"))
    when, bad, mended = reading.read(column("2024-01-31", " Unknown", "soon", None, ""))
    assert np.isnat(when).tolist() == [False, True, True, True, True]
    assert bad.tolist() == [2]
    assert mended == {"spelled missing": 1}
