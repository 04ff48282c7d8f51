"""How the rows count: by weight, in clusters, and how many rows they are worth."""

from dataclasses import dataclass

from calibrant.prediction.rows import Rows
from calibrant.report.numbers import in_sentence
from calibrant.statistics.blocks import Blocked, Size
from calibrant.statistics.bundle import Tallies
from calibrant.statistics.score_grid import ScoreGrid

__all__ = ["Counted", "counted_of"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """How the rows of an evaluation count.

    Attributes
    ----------
    n_effective : float or None
        Kish's number of rows of equal weight, (sum w)^2 / sum w^2; None where all weigh the same.
    clustered : bool
        Whether rows depend on each other.
    n_clusters : int or None
        Number of their clusters, where it is known.
    weights, clusters : str
        Name of the column or array of weights, and of clusters; empty where there is none.
    """

    n_effective: float | None = None
    clustered: bool = False
    n_clusters: int | None = None
    weights: str = ""
    clusters: str = ""

    def words(self) -> str:
        """The same in words; empty where each row counts as one, by itself.

        Examples
        --------
        >>> Counted(n_effective=612.34, weights="w").words()
        "weighted by 'w' (612.3 effective rows)"
        >>> Counted(clustered=True, n_clusters=250, clusters="patient").words()
        "in 250 clusters of 'patient'"
        """
        told: list[str] = []
        if self.n_effective is not None or self.weights:
            by = f" by '{in_sentence(self.weights)}'" if self.weights else ""
            worth = "all weigh the same"
            if self.n_effective is not None:
                worth = f"{self.n_effective:,.1f} effective rows"
            told.append(f"weighted{by} ({worth})")
        if self.clustered:
            of = f" of '{in_sentence(self.clusters)}'" if self.clusters else ""
            number = "" if self.n_clusters is None else f"{self.n_clusters:,} "
            told.append(f"in {number}cluster{'' if self.n_clusters == 1 else 's'}{of}")
        return ", ".join(told)


def counted_of(rows: Rows | Tallies | None, *, weights: str = "", clusters: str = "") -> Counted:
    """How `rows` count; of tallies as far as these know.

    `weights` and `clusters` name the columns that tell it.

    Examples
    --------
    >>> import calibrant as cal
    >>> rows = cal.events(probs=[0.9, 0.8, 0.7], outcomes=[1, 0, 1], weights=[1.0, 1.0, 2.0])
    >>> counted_of(rows).words()  # 4**2 / 6
    'weighted (2.7 effective rows)'
    """
    if rows is None:
        return Counted(weights=weights, clusters=clusters, clustered=bool(clusters))
    if isinstance(rows, Tallies):
        clustered, n_clusters = rows.holds(Blocked(Size())), None
        numbers = _effective_of(rows)
    else:
        present = rows.present()
        clustered = present.clusters is not None
        n_clusters = None if present.clusters is None else len(present.clusters.codes.unique())
        weight = present.weight()
        numbers = float(weight.sum()) ** 2 / max(float(weight.square().sum()), 1e-300), len(present)
    n_effective = None
    if numbers is not None and numbers[0] < numbers[1] * (1 - 1e-9):
        n_effective = numbers[0]
    return Counted(
        n_effective=n_effective,
        clustered=clustered,
        n_clusters=n_clusters,
        weights=weights,
        clusters=clusters,
    )


def _effective_of(tallies: Tallies) -> tuple[float, float] | None:
    """Effective rows and rows of a score grid; None where there is none."""
    for statistic, tally in tallies.parts.items():
        if isinstance(statistic, ScoreGrid):
            total, twice, n = (float(tally[name].sum()) for name in ("w", "ww", "count"))
            return (total**2 / twice, n) if twice > 0 else None
    return None
