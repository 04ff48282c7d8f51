"""The decimal mark of a text file, told by columns of numbers that only one mark explains."""

from collections.abc import Iterable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from calibrant.data.columns import listed
from calibrant.data.missing import missing_number
from calibrant.data.numerals import all_numbers

__all__ = ["Decimal", "find_decimal"]


@dataclass(frozen=True, slots=True)
class Decimal:
    """Decimal mark, if some column settles it, and sentences on what was guessed."""

    mark: str | None
    how: tuple[str, ...]


def find_decimal(names: Iterable[str], batches: Iterable[pa.Table]) -> Decimal:
    """Decimal mark of the texts in `batches`, one for all columns.

    A column speaks for a comma if all its values spell numbers with it, one holds it, and not all
    spell numbers with a point; likewise for a point. Where columns speak for both marks or none
    does, no mark is settled: then a point is one, and a comma in a number makes it text.
    """
    columns = [_Column(name) for name in names]
    for batch in batches:
        for column, texts in zip(columns, batch.columns, strict=True):
            column.add(texts)
    commas = [c.name for c in columns if c.by_comma and not c.by_point and c.with_comma]
    points = [c.name for c in columns if c.by_point and not c.by_comma]
    if commas and points:
        both = f"decimal commas in {listed(commas, 3)} and decimal points in {listed(points, 3)}"
        how = f"Numbers have {both}: the former stay text. Name the mark (--decimal)."
        return Decimal(None, (how,))
    mark = "," if commas else "." if points else None
    how = [f"Numbers have decimal commas (guessed from {listed(commas, 3)})."] if commas else []
    for column in columns:
        if mark is None and column.by_point and column.by_comma and column.with_comma:
            how.append(
                f"{column.with_comma!r} in {column.name!r} could be a decimal number or thousands: "
                "the column stays text. Name the mark (--decimal)."
            )
    parted = [c.name for c in columns if mark and c.parted(mark)]
    if parted:
        other = "Points" if mark == "," else "Commas"
        how.append(f"{other} in {listed(parted, 3)} part thousands (guessed).")
    return Decimal(mark, tuple(how))


class _Column:
    """What the values of one column so far allow."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.by_point = self.by_comma = True  # all values are numbers with this decimal mark
        self.with_comma: str | None = None  # the first of its values that holds the mark
        self.with_point: str | None = None

    def parted(self, mark: str) -> bool:
        """Whether it is of numbers and its values hold the mark of thousands."""
        if mark == ",":
            return self.by_comma and self.with_point is not None
        return self.by_point and self.with_comma is not None

    def add(self, texts: pa.ChunkedArray) -> None:
        """Look at more values, unless some before were no numbers."""
        if not (self.by_point or self.by_comma):
            return
        trimmed = pc.utf8_trim_whitespace(texts)
        values = trimmed.filter(pc.invert(missing_number(trimmed)))
        self.with_comma = self.with_comma or _first_with(",", values)
        self.with_point = self.with_point or _first_with(".", values)
        self.by_point = self.by_point and all_numbers(values, ".")
        if self.with_comma or self.with_point:
            self.by_comma = self.by_comma and all_numbers(values, ",")
        else:  # no mark yet: one is as good as the other
            self.by_comma = self.by_point


def _first_with(mark: str, values: pa.ChunkedArray) -> str | None:
    found = pc.index(pc.match_substring(values, mark), True).as_py()
    return None if found < 0 else values[found].as_py()
