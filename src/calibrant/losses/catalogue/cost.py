"""Losses of the family "cost": what a mistake costs."""

from calibrant.losses.catalogue.entry import Entry

__all__ = ["ENTRIES"]

ENTRIES: tuple[Entry, ...] = (
    Entry(
        name="expected_cost",
        aliases=("expected_cost_loss",),
        home="calibrant.losses.cost.of_decisions:ExpectedCostLoss",
        exports=("expected_cost_loss",),
        example="expected_cost(cost_matrix=[[0, 1], [5, 0]])",
        purpose="the cost itself, from a cost matrix or from the costs of every row",
        source="Elkan 2001",
        page="expected-cost",
    ),
)
