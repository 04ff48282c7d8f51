"""Plan: how many rows are needed, and in words what that rests on. Plain data."""

from dataclasses import asdict, dataclass

__all__ = ["Plan", "counted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Rows that pin a metric to an interval of a given width. Printing gives sentences.

    Attributes
    ----------
    metric : str
        What is to be known.
    width, level : float
        Width of the interval asked for, and its coverage.
    n : int
        Rows needed.
    reached : float
        Width of the interval at n rows.
    n_pilot : int or None
        Rows of the pilot; None without one.
    pilot_width : float or None
        Width of the interval of the pilot; None where it has none.
    method : str
        How the interval is found.
    note : str
        What a reader should know besides.
    n_clusters, n_pilot_clusters : int or None
        Clusters among `n` rows, as large as the pilot's, and in the pilot; None where the rows have
        no clusters, or tallies do not say how many.
    """

    metric: str
    width: float
    level: float
    n: int
    reached: float
    n_pilot: int | None = None
    pilot_width: float | None = None
    method: str
    note: str = ""
    n_clusters: int | None = None
    n_pilot_clusters: int | None = None

    @property
    def words(self) -> str:
        """The plan as sentences."""
        percent = f"{100 * self.level:g} %"
        among, of = (
            "" if number is None else f" in {counted(number, 'cluster')}"
            for number in (self.n_clusters, self.n_pilot_clusters)
        )
        give = "gives" if self.n == 1 else "give"
        told = (
            f"{counted(self.n, 'row')}{among} {give} {self.metric} a {percent} interval "
            f"{self.width:g} wide ({self.method})."
        )
        if self.n_pilot is None:
            return f"{told} No pilot: {self.note}."
        had = "no interval" if self.pilot_width is None else f"one {self.pilot_width:.3g} wide"
        times = self.n / self.n_pilot
        told = f"{told} The pilot of {counted(self.n_pilot, 'row')}{of} has {had}."
        told += f" {self.note}." if self.note else ""
        if times > 10:
            return f"{told} {times:,.0f} times its rows is far off: plan again on the way."
        return f"{told} It holds for rows like the pilot's."

    def __str__(self) -> str:
        return self.words

    def to_dict(self) -> dict[str, object]:
        """Plain data for JSON."""
        return {**asdict(self), "words": self.words}


def counted(number: int, noun: str) -> str:
    """How many of a thing, such as ``1 row`` and ``1,200 rows``."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"
