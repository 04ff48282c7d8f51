"""Calibrators of numbers that say how sure they are: standard deviations and quantiles."""
