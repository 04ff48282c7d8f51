"""Losses of the family "selective": when to abstain."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

_HOME = "calibrant.losses.selective.abstaining"

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="deep_gamblers",
        aliases=("gambler",),
        home=f"{_HOME}:DeepGamblersLoss",
        exports=("abstaining_probs",),
        example="deep_gamblers(payoff=2)",
        purpose="to abstain where no class is likely enough, by one output more",
        proper="no: what is not answered is not learned",
        source="Liu et al. 2019",
        page="deep-gamblers",
    ),
    Entry(
        name="selective_net",
        aliases=(),
        home=f"{_HOME}:SelectiveNetLoss",
        example="selective_net(coverage=0.8)",
        purpose="to answer a given share of the rows, those with the least loss",
        proper="no: what is not answered is not learned",
        source="Geifman and El-Yaniv 2019",
        page="selective-net",
    ),
)
