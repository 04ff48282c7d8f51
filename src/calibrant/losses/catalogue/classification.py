"""Losses of the family "classification": functions of the probability of the true class."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="ce",
        aliases=("cross_entropy", "nll"),
        home="calibrant.losses.classification.crossentropy:CrossEntropyLoss",
        exports=("cross_entropy",),
        example="ce(balanced)",
        purpose="probabilities that are true: the proper score, the default",
        proper="yes",
        source="Good 1952",
        page="cross-entropy",
    ),
    Entry(
        name="focal",
        aliases=("focal_loss",),
        home="calibrant.losses.classification.focal:FocalLoss",
        exports=("focal_loss",),
        example="focal(gamma=2)",
        purpose="hard rows: easy ones fade, which tempers overconfidence",
        source="Lin et al. 2017",
        page="focal",
    ),
)
