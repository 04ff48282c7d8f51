"""Law: a sentence about losses, and the number that says how far one is from it."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import final

from calibrant.errors import CalibrantError
from calibrant.losses.checking.report import Result
from calibrant.losses.checking.subject import NotApplicable, Subject

__all__ = ["EXACT", "Law"]

EXACT = 1e-7  # of numbers that differ by rounding in float64 alone


@final
@dataclass(frozen=True, slots=True)
class Law:
    """A sentence, how far a loss may be from it, and where to look if it is further.

    Attributes
    ----------
    name, says, remedy : str
        See `Result`.
    measure : function
        The measured number of a subject; raises `NotApplicable` where there is none.
    limit : float
        Largest number that keeps the law.
    """

    name: str
    says: str
    remedy: str
    measure: Callable[[Subject], float]
    limit: float = EXACT

    def judge(self, subject: Subject) -> Result:
        """Result for a loss; an error that the loss raises breaks the law."""
        try:
            measured = self.measure(subject)
        except NotApplicable as why:
            return Result(self.name, self.says, "does not apply", None, self.limit, f"{why}")
        except Exception as error:  # noqa: BLE001 -- whatever a loss raises is what was found
            note = f"{type(error).__name__}: {_first_line(error)}"
            return Result(self.name, self.says, "broken", None, self.limit, note, self.remedy)
        if measured <= self.limit:
            return Result(self.name, self.says, "kept", measured, self.limit)
        return Result(self.name, self.says, "broken", measured, self.limit, remedy=self.remedy)


def _first_line(error: Exception) -> str:
    """What an error says, without its trace; of ours the whole."""
    text = f"{error}".strip()
    return text if isinstance(error, CalibrantError) else text.partition("\n")[0]
