"""Calibration measured without bins."""
