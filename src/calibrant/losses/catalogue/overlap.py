"""Losses of the family "overlap": F-scores, Dice and their kin, functions of soft counts."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="soft_f1",
        aliases=("soft_f1_loss",),
        home="calibrant.losses.overlap.soft_f1:SoftF1Loss",
        exports=("soft_f1_loss",),
        example="soft_f1(average=micro)",
        purpose="the F1 score itself, with probabilities in place of decisions",
        source="Benedict et al. 2022",
        page="soft-f1",
    ),
)
