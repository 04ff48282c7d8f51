"""Dates in a column, their order told by all of its values, and the numbers they are made of."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal, NamedTuple, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from jaxtyping import Float64, Int64, Shaped
from numpy.typing import NDArray

from calibrant.data.text_column import SPELLED, Spellings

__all__ = ["ISO", "WHOLE", "DateReading", "Moments", "has_time", "is_date", "moments", "told_form"]

# Times in microseconds of UTC (datetime64), NaT where there is none.
Moments: TypeAlias = Shaped[np.ndarray, " row"]

_TIME = (
    r"(?:[T ](?P<hour>[0-9]{1,2}):(?P<minute>[0-9]{2})(?::(?P<second>[0-9]{2})"
    r"(?:[.,](?P<fraction>[0-9]{1,9}))?)?(?P<zone>Z|[+-][0-9]{2}(?::?[0-9]{2})?)?)?$"
)
_YEAR, _MONTH, _DAY = r"(?P<year>[0-9]{4})", r"(?P<month>[0-9]{1,2})", r"(?P<day>[0-9]{1,2})"
_FIELDS = ("year", "month", "day", "hour", "minute", "second")
ISO, WHOLE = "year-month-day", "yearmonthday"
_CERTAIN = (ISO, "year/month/day", "day.month.year")
_RIVALS = (("day/month/year", "month/day/year"), ("day-month-year", "month-day-year"))
_FORMS = {
    ISO: r"^(?P<year>[0-9]{4})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})" + _TIME,
    WHOLE: r"^(?P<year>[0-9]{4})(?P<month>[0-9]{2})(?P<day>[0-9]{2})" + _TIME,
    "year/month/day": f"^{_YEAR}/{_MONTH}/{_DAY}{_TIME}",
    "day.month.year": f"^{_DAY}[.]{_MONTH}[.]{_YEAR}{_TIME}",
    "day/month/year": f"^{_DAY}/{_MONTH}/{_YEAR}{_TIME}",
    "month/day/year": f"^{_MONTH}/{_DAY}/{_YEAR}{_TIME}",
    "day-month-year": f"^{_DAY}-{_MONTH}-{_YEAR}{_TIME}",
    "month-day-year": f"^{_MONTH}-{_DAY}-{_YEAR}{_TIME}",
}
_PER_SECOND = {"s": 1, "ms": 1_000, "us": 1_000_000, "ns": 1_000_000_000}
_FIRST, _LAST = -62_135_596_800, 253_402_300_800  # seconds: start of the year 1, end of 9999


class ReadDates(NamedTuple):
    """Moments of a column once it is read.

    `when` is NaT where a value is missing; `bad` are the rows whose values are no dates, NaT
    too; `mended` counts rows by what was mended.
    """

    when: Moments
    bad: Int64[np.ndarray, " bad"]
    mended: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class DateReading:
    """How the dates of one column are written, and whether they have times of day.

    Parameters
    ----------
    form : str
        Order and separators, such as ``"day.month.year"``, or codes of `datetime.strptime`.
    hours : bool
        Whether some value has a time of day other than midnight.
    missing : tuple of str
        Folded spellings of a missing value.
    """

    form: str
    hours: bool
    missing: tuple[str, ...] = ()
    reads: Literal["date"] = "date"

    def read(self, column: pa.ChunkedArray) -> ReadDates:
        """Moments of `column`, which holds Arrow's dates, or texts or whole numbers."""
        if is_date(column.type):
            when, there, n_spelled = moments(column, self.form), column.is_valid(), 0
        else:
            read = Spellings(keep_case=True, missing=self.missing).read(column)
            texts = pa.chunked_array([read.texts])
            when, there = moments(texts, self.form), read.texts.is_valid()
            n_spelled = sum(read.mended.values())
        bad = np.flatnonzero(np.isnat(when) & np.asarray(there, dtype=np.bool_))
        return ReadDates(when, bad.astype(np.int64), {SPELLED: n_spelled} if n_spelled else {})

    def parts(self, when: Moments) -> dict[str, Float64[np.ndarray, " row"]]:
        """Numbers of the dates `when` by name, NaN where there is none.

        ``year``, ``month``, ``day``, ``weekday`` (from 1, Monday, as in ISO 8601), ``hour``
        where times of day count, and ``days``: those since the start of 1970, with the time of
        day as a fraction where it counts.

        Examples
        --------
        >>> when = moments(pa.chunked_array([["1970-02-02"]]), ISO)
        >>> {name: int(values[0]) for name, values in DateReading(ISO, False).parts(when).items()}
        {'year': 1970, 'month': 2, 'day': 2, 'weekday': 1, 'days': 32}
        """
        absent = np.isnat(when)
        when = np.where(absent, np.datetime64(0, "us"), when)
        date, month = when.astype("datetime64[D]"), when.astype("datetime64[M]")
        days = date.astype(np.int64)
        seconds = (when - date).astype(np.int64) / 1e6
        numbers: dict[str, NDArray[np.float64] | NDArray[np.int64]] = {
            "year": when.astype("datetime64[Y]").astype(np.int64) + 1970,
            "month": month.astype(np.int64) % 12 + 1,
            "day": (date - month.astype("datetime64[D]")).astype(np.int64) + 1,
            "weekday": (days + 3) % 7 + 1,  # 1970 began on a Thursday
        }
        if self.hours:
            numbers["hour"] = seconds // 3600
        numbers["days"] = days + seconds / 86_400 if self.hours else days
        return {name: np.where(absent, np.nan, values) for name, values in numbers.items()}


def is_date(kind: pa.DataType) -> bool:
    """Whether values of that type are dates, with or without a time of day."""
    return pa.types.is_date(kind) or pa.types.is_timestamp(kind)


def has_time(when: Moments) -> bool:
    """Whether a moment is not midnight."""
    there = when[~np.isnat(when)]
    return bool((there != there.astype("datetime64[D]")).any())


def moments(column: pa.ChunkedArray, form: str) -> Moments:
    """Moment of every value of `column`, in UTC where it names a zone.

    NaT where a value is missing, is no date of that `form` (for Arrow's own dates it has no
    say), or lies outside the years 1 to 9999.
    """
    if is_date(column.type):
        return _typed(column)
    coded = pc.dictionary_encode(pa.concat_arrays([pa.array([], pa.string()), *column.chunks]))
    known = np.append(_parsed(coded.dictionary, form), np.datetime64("NaT", "us"))
    place = np.asarray(pc.fill_null(coded.indices, len(known) - 1), dtype=np.int64)
    return known[place]


def told_form(texts: pa.Array) -> tuple[str | None, str]:
    """Form in which every one of `texts` is a date; None where there is none, or more than one.

    With None comes a note where the texts are dates, but nothing tells days from months.

    Examples
    --------
    >>> told_form(pa.array(["31/1/2024", "1/2/2024"]))
    ('day/month/year', '')
    >>> told_form(pa.array(["3/1/2024", "1/2/2024"]))[0] is None
    True
    """

    def fits(form: str) -> bool:
        return all(not np.isnat(_parsed(part, form)).any() for part in (texts[:1], texts))

    for form in _CERTAIN:
        if fits(form):
            return form, ""
    for rivals in _RIVALS:
        fitting = [form for form in rivals if fits(form)]
        if len(fitting) == 1:
            return fitting[0], ""
        if fitting:
            orders = " or ".join(fitting)
            return None, f"perhaps dates, but no value tells {orders}: --date-format does"
    return None, ""


def _typed(column: pa.ChunkedArray) -> Moments:
    """Moments of Arrow's dates and timestamps."""
    kind = column.type
    unit = "s" if pa.types.is_date32(kind) else "ms" if pa.types.is_date64(kind) else kind.unit
    whole = column.cast(pa.int32()).cast(pa.int64()) if pa.types.is_date32(kind) else None
    whole = column.cast(pa.int64()) if whole is None else pc.multiply(whole, 86_400)
    there = column.is_valid().to_numpy()
    numbers: Int64[np.ndarray, " row"] = np.asarray(pc.fill_null(whole, 0), dtype=np.int64)
    if unit != "ns":  # all of those lie between 1677 and 2262
        per = _PER_SECOND[unit]
        there &= (numbers >= _FIRST * per) & (numbers < _LAST * per)
    when = np.where(there, numbers, 0).astype(f"datetime64[{unit}]").astype("datetime64[us]")
    return np.where(there, when, np.datetime64("NaT", "us"))


def _parsed(texts: pa.Array, form: str) -> Moments:
    """Moments of different `texts`, NaT where one is no date of that `form`."""
    if form not in _FORMS:
        return np.asarray([_by_codes(text, form) for text in texts.to_pylist()], "datetime64[us]")
    found = pc.extract_regex(pc.utf8_trim_whitespace(texts), _FORMS[form])
    fields = {name: _whole(pc.struct_field(found, name)) for name in _FIELDS}
    year, month, day = fields["year"], fields["month"], fields["day"]
    valid = found.is_valid().to_numpy(zero_copy_only=False) & (year > 0)
    valid &= (month >= 1) & (month <= 12) & (day >= 1) & (fields["hour"] < 24)
    valid &= (fields["minute"] < 60) & (fields["second"] < 60)
    months = np.where(valid, (year - 1970) * 12 + month - 1, 0).astype("datetime64[M]")
    dates = months.astype("datetime64[D]") + np.where(valid, day - 1, 0)
    valid &= dates.astype("datetime64[M]") == months  # there is no 31 April
    seconds = fields["hour"] * 3600 + fields["minute"] * 60 + fields["second"]
    digits = pc.utf8_slice_codeunits(pc.utf8_rpad(pc.struct_field(found, "fraction"), 6, "0"), 0, 6)
    zone, offset_valid = _offsets(pc.struct_field(found, "zone"))
    micro = (seconds - 60 * zone) * 1_000_000 + _whole(digits)
    when = dates.astype("datetime64[us]") + micro
    return np.where(valid & offset_valid, when, np.datetime64("NaT", "us"))


def _whole(texts: pa.Array) -> Int64[np.ndarray, " text"]:
    """Whole numbers that `texts` spell; 0 for none."""
    digits = pc.if_else(pc.equal(texts, ""), "0", texts)
    return np.asarray(pc.fill_null(digits.cast(pa.int64()), 0), dtype=np.int64)


def _offsets(texts: pa.Array) -> tuple[Int64[np.ndarray, " text"], NDArray[np.bool_]]:
    """Minutes east of UTC that `texts` such as ``+02:00`` state, and which are possible."""
    digits = pc.replace_substring_regex(texts, "[^0-9]", "")
    hours = _whole(pc.utf8_slice_codeunits(digits, 0, 2))
    minutes = _whole(pc.utf8_slice_codeunits(digits, 2, 4))
    west = np.asarray(pc.fill_null(pc.starts_with(texts, "-"), False), dtype=np.bool_)  # noqa: FBT003
    return np.where(west, -1, 1) * (60 * hours + minutes), (hours < 24) & (minutes < 60)


def _by_codes(text: str, codes: str) -> datetime | None:
    """Moment of `text` written in the `codes` of `datetime.strptime`, without its zone."""
    try:
        when = datetime.strptime(text.strip(), codes)  # noqa: DTZ007 - codes may tell no zone
        return when if when.tzinfo is None else when.astimezone(UTC).replace(tzinfo=None)
    except (ValueError, OverflowError):
        return None
