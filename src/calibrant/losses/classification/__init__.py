"""Losses of the probability of the true class, and their close kin."""
