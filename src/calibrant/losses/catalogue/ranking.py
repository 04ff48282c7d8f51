"""Losses of the family "ranking": order of scores."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="pairwise_auc",
        aliases=("pairwise_auc_loss",),
        home="calibrant.losses.ranking.pairs:PairwiseAucLoss",
        exports=("pairwise_auc_loss",),
        example="pairwise_auc(surrogate=logistic)",
        purpose="the area under the ROC curve, by all pairs of rows",
        source="Gao and Zhou 2015",
        page="pairwise-auc",
    ),
    Entry(
        name="auc_margin",
        aliases=("aucm", "auc_margin_loss"),
        home="calibrant.losses.ranking.auc_margin:AucMarginLoss",
        exports=("auc_margin_loss",),
        example="auc_margin(margin=1)",
        purpose="the area under the ROC curve, by sums: large batches, several processes",
        source="Yuan et al. 2021",
        page="auc-margin",
    ),
    Entry(
        name="smooth_ap",
        aliases=("smooth_ap_loss",),
        home="calibrant.losses.ranking.precision:SmoothApLoss",
        exports=("smooth_ap_loss",),
        example="smooth_ap(tau=0.01)",
        purpose="average precision: the few rows at the head of the ranking",
        source="Brown et al. 2020",
        page="smooth-ap",
    ),
)
