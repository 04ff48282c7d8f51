"""Calibrators that bend the probability of one class, and serve many by one against the rest."""
