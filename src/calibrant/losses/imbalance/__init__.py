"""Imbalance: losses that know how rare every class is, and what undoes it at prediction time."""
