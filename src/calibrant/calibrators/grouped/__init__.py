"""Calibrators with a fit for every group, drawn towards that of all rows."""
