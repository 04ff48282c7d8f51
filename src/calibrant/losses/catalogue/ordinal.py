"""Losses of the family "ordinal": classes in an order."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_HOME = "calibrant.losses.ordinal"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="emd2",
        aliases=("emd2_loss", "ranked_probability"),
        home=f"{_HOME}.distances:EMD2Loss",
        exports=("emd2_loss",),
        example="emd2",
        purpose="true probabilities of ordered classes: a far miss costs more than a near one",
        proper="yes",
        source="Epstein 1969, Hou et al. 2016",
        page="emd2",
    ),
    Entry(
        name="sord",
        aliases=("soft_ordinal",),
        home=f"{_HOME}.distances:SORDLoss",
        example="sord(scale=1, power=2)",
        purpose="cross entropy to labels that are spread over neighbouring classes",
        proper="no: least at the spread label",
        source="Diaz and Marathe 2019",
        page="sord",
    ),
    Entry(
        name="coral",
        aliases=(),
        home=f"{_HOME}.thresholds:CORALLoss",
        exports=("coral_probs",),
        example="coral",
        purpose="one yes or no per threshold, from K - 1 logits",
        proper="yes, of every threshold",
        source="Cao et al. 2020",
        page="thresholds",
    ),
    Entry(
        name="corn",
        aliases=(),
        home=f"{_HOME}.thresholds:CORNLoss",
        exports=("corn_probs",),
        example="corn",
        purpose="the same, each threshold asked only of rows above the one before",
        proper="yes, of every threshold",
        source="Shi et al. 2023",
        page="thresholds",
    ),
    Entry(
        name="cumulative_link",
        aliases=(),
        home=f"{_HOME}.cumulative_link:CumulativeLinkLoss",
        exports=("cumulative_link_probs",),
        example="cumulative_link(cutpoints=[-1, 1])",
        purpose="one score a row, cut into classes at fixed or learned places",
        proper="yes, within the model",
        source="McCullagh 1980",
        page="cumulative-link",
    ),
    Entry(
        name="cdw_ce",
        aliases=("cdw_ce_loss",),
        home=f"{_HOME}.distance_weighted:CDWCELoss",
        exports=("cdw_ce_loss",),
        example="cdw_ce(alpha=2)",
        purpose="cross entropy of the wrong classes, the far ones most",
        proper="with alpha=0, or two classes",
        source="Polat et al. 2022",
        page="cdw-ce",
    ),
    Entry(
        name="soft_qwk",
        aliases=("soft_qwk_loss", "soft_kappa"),
        home=f"{_HOME}.kappa:SoftQWKLoss",
        exports=("soft_qwk_loss",),
        example="soft_qwk(power=2)",
        purpose="quadratic weighted kappa of soft counts; needs large batches",
        source="de la Torre et al. 2018",
        page="soft-qwk",
    ),
)
