"""Losses of the family "constraints": order, monotonicity and shape."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_HOME = "calibrant.losses.constraints"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="increasing",
        aliases=("crossing", "pair_order"),
        home=f"{_HOME}.increasing:IncreasingPenalty",
        example="increasing(margin=0.1)",
        purpose="a penalty in a sum: outputs that must not fall, such as quantiles that cross",
        proper="no matter of probabilities",
        source="Takeuchi et al. 2006",
        page="constraints",
    ),
    Entry(
        name="curvature",
        aliases=("convexity",),
        home=f"{_HOME}.curvature:CurvaturePenalty",
        example="curvature(margin=0.1, shape=concave)",
        purpose="a penalty in a sum: outputs along axis 1 that must bend one way",
        proper="no matter of probabilities",
        page="constraints",
    ),
    Entry(
        name="unimodal",
        aliases=(),
        home=f"{_HOME}.unimodal:UnimodalPenalty",
        example="unimodal",
        purpose="a penalty in a sum: ordered classes whose probabilities have one peak",
        source="Belharbi et al. 2019",
        page="constraints",
    ),
)
