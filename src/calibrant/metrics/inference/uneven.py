"""Weights that leave few effective rows: of which a share has no interval."""

__all__ = ["FEW_OF_UNEVEN", "too_uneven"]

FEWEST = 5.0  # effective rows of unlike weights that tell a share
FEW_OF_UNEVEN = f"the weights leave fewer than {FEWEST:g} effective rows"


def too_uneven(n_rows: float, n_effective: float) -> bool:
    r"""Whether weights differ so much that few rows make up a share, which no interval holds.

    They are few if fewer than five and than half of the rows. Of rows that weigh nearly alike even
    one has an interval: what it may be off by is known.

    Parameters
    ----------
    n_rows, n_effective : float
        Rows, and :math:`(\sum w)^2 / \sum w^2` of their weights.

    Examples
    --------
    >>> too_uneven(3.0, 2.9), too_uneven(1000.0, 1.2), too_uneven(1000.0, 200.0)
    (False, True, False)
    """
    return bool(n_effective < min(FEWEST, n_rows / 2) * (1 - 1e-9))
