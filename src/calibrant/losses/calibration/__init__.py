"""Calibration: losses that ask for probabilities that are true while the network trains."""
