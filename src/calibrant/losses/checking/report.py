"""Report on a loss: which laws it keeps, by how much, and what to do about those it breaks."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, final

from calibrant.errors import InputError

__all__ = ["Report", "Result"]

Outcome = Literal["kept", "broken", "does not apply"]


@final
@dataclass(frozen=True, slots=True)
class Result:
    """What became of one law.

    Attributes
    ----------
    name : str
        Name of the law.
    says : str
        The law in one sentence.
    outcome : "kept", "broken" or "does not apply"
        Whether the loss keeps it.
    measured : float or None
        Largest deviation, relative where the number is above 1; or how many numbers are wrong.
        None where nothing could be measured.
    limit : float
        Largest number that still keeps the law.
    note : str
        Why it does not apply, or what went wrong.
    remedy : str
        Where to look if it is broken; else empty.
    """

    name: str
    says: str
    outcome: Outcome
    measured: float | None
    limit: float
    note: str = ""
    remedy: str = ""


@final
@dataclass(frozen=True, slots=True)
class Report(Mapping[str, Result]):
    """Results by the name of their law; prints as a table.

    Attributes
    ----------
    loss : str
        The loss as it prints.
    results : tuple of Result
        One for every law.
    """

    loss: str
    results: tuple[Result, ...]

    @property
    def ok(self) -> bool:
        """Whether no law is broken."""
        return not self.broken

    @property
    def broken(self) -> tuple[Result, ...]:
        """Laws that the loss breaks."""
        return tuple(result for result in self.results if result.outcome == "broken")

    def raise_if_broken(self) -> None:
        """Raise `InputError` with the broken laws and their remedies, if there are any."""
        if self.ok:
            return
        remedy = "\n".join(f"{each.name}: {_told(each)} {each.remedy}" for each in self.broken)
        got = f"{self.loss}, which breaks {', '.join(each.name for each in self.broken)}"
        raise InputError("loss", "keep the laws of losses", got, f"\n{remedy}")

    def __getitem__(self, name: str) -> Result:
        return next(result for result in self.results if result.name == name)

    def __iter__(self) -> Iterator[str]:
        return (result.name for result in self.results)

    def __len__(self) -> int:
        return len(self.results)

    def __str__(self) -> str:
        rows = [("law", "", "measured", "limit", "")]
        for each in self.results:
            measured = "" if each.measured is None else f"{each.measured:.3g}"
            limit = "" if each.measured is None else f"{each.limit:.2g}"
            outcome = each.outcome.upper() if each.outcome == "broken" else each.outcome
            rows.append((each.name, outcome, measured, limit, each.note or each.says))
        widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
        table = ["  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        remedies = [f"{each.name}: {each.remedy}" for each in self.broken]
        return "\n".join([f"{self.loss}: {_counted(self.results)}", "", *table, *remedies])

    __repr__ = __str__


def _told(result: Result) -> str:
    """Law that is broken, and how."""
    measured = "" if result.measured is None else f"measured {result.measured:.3g}, "
    extent = f"{measured}at most {result.limit:.2g}" if measured else result.note
    note = f" ({extent}{'; ' + result.note if measured and result.note else ''})."
    return f"{result.says}{note}"


def _counted(results: tuple[Result, ...]) -> str:
    """How many laws are kept, are broken, and do not apply."""
    numbers = dict.fromkeys(("kept", "broken", "does not apply"), 0)
    for result in results:
        numbers[result.outcome] += 1
    kept, broken, rest = numbers.values()
    verb = "does" if rest == 1 else "do"
    return f"{kept} law{'' if kept == 1 else 's'} kept, {broken} broken, {rest} {verb} not apply"
