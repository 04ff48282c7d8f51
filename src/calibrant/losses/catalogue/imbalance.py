"""Losses of the family "imbalance": rare classes."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="logit_adjusted",
        aliases=("balanced_softmax", "logit_adjusted_loss"),
        home="calibrant.losses.imbalance.logit_adjustment:LogitAdjustedLoss",
        exports=("logit_adjusted_loss",),
        example="logit_adjusted(tau=1)",
        purpose="few errors in every class, by logits that are freed of the prior",
        proper="for tau=1 and classes alike in frequency; adjusted_logits gives the rest",
        source="Menon et al. 2021",
        page="logit-adjusted",
    ),
    Entry(
        name="ldam",
        aliases=("ldam_loss",),
        home="calibrant.losses.imbalance.margins:LdamLoss",
        exports=("ldam_loss",),
        example="ldam(max_m=0.5, s=30)",
        purpose="wider margins for rarer classes, on cosines",
        source="Cao et al. 2019",
        page="ldam",
    ),
)
