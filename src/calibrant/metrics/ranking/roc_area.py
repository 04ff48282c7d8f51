"""Area under the ROC curve from weights by score: its value, variance and placements."""

from dataclasses import dataclass

from jaxtyping import Float64
from torch import Tensor

__all__ = ["RocArea", "delong_part", "roc_area"]

Masses = Float64[Tensor, " score"]


@dataclass(frozen=True, slots=True, eq=False)
class RocArea:
    """Share of pairs of a positive and a negative row that the score ranks rightly.

    Attributes
    ----------
    value : float
        Ties count one half; NaN without positives or negatives.
    bound : float
        Half the share of tied pairs: how far the value may lie off if ties are not real.
    below : Float64[Tensor, "score"]
        Of every score, the share of negatives below it, ties counted half.
    above : Float64[Tensor, "score"]
        Of every score, the share of positives above it, ties counted half.
    """

    value: float
    bound: float
    below: Masses
    above: Masses

    def variance(
        self, positives: Masses, negatives: Masses, positives_twice: Masses, negatives_twice: Masses
    ) -> float:
        """DeLong's variance of `value`; NaN with fewer than two effective rows of either side.

        Parameters
        ----------
        positives, negatives : Float64[Tensor, "score"]
            Sums of weights by score, in rising order.
        positives_twice, negatives_twice : Float64[Tensor, "score"]
            Sums of squared weights.

        References
        ----------
        .. [1] DeLong et al. "Comparing the Areas under Two or More Correlated Receiver
           Operating Characteristic Curves." Biometrics 44, 1988.
        """
        return delong_part(self.below, positives_twice, self.value, positives.sum()) + delong_part(
            self.above, negatives_twice, self.value, negatives.sum()
        )


def delong_part(
    placement: Float64[Tensor, " place"],
    twice: Float64[Tensor, " place"],
    value: float,
    mass: Float64[Tensor, ""],
) -> float:
    """Share of one side, positives or negatives, in DeLong's variance of an area.

    Parameters
    ----------
    placement : Float64[Tensor, "place"]
        Share of the other side that rows of a score, or every row, outrank.
    twice : Float64[Tensor, "place"]
        Sum of the squared weights of these rows.
    value : float
        The area.
    mass : Float64[Tensor, ""]
        Sum of all weights of the side.

    Returns
    -------
    float
        NaN with fewer than two effective rows.
    """
    squares = float(twice.sum())
    n_effective = float(mass) ** 2 / squares if squares > 0 else 0.0
    if not n_effective > 1 + 1e-9:
        return float("nan")
    spread = float((twice * (placement - value).square()).sum()) / float(mass) ** 2
    return spread * n_effective / (n_effective - 1)


def roc_area(positives: Masses, negatives: Masses) -> RocArea:
    """Area from the weights of positive and negative rows at every score, in rising order.

    Examples
    --------
    >>> from torch import tensor
    >>> positives, negatives = tensor([0.0, 1.0, 1.0]).double(), tensor([2.0, 1.0, 0.0]).double()
    >>> area = roc_area(positives, negatives)
    >>> round(area.value, 4), round(area.bound, 4)  # (2 + .5 + 3) / 6 and .5 / 6
    (0.9167, 0.0833)
    """
    n_positive, n_negative = positives.sum(), negatives.sum()
    below = (negatives.cumsum(0) - negatives / 2) / n_negative
    above = 1 - (positives.cumsum(0) - positives / 2) / n_positive
    value = (positives * below).sum() / n_positive
    bound = (positives * negatives).sum() / (2 * n_positive * n_negative)
    return RocArea(float(value), float(bound), below, above)
