"""Calibration errors over bins of stated probability."""
