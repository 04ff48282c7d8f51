"""Calibrators of maps, which look at what surrounds a pixel."""
